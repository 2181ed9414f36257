package shares_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/internal/await"
	"trappedinart/server/shares"
	"trappedinart/server/store"
)

const week = 7 * 24 * time.Hour

func open(t *testing.T, dir string, opt shares.Options) (*shares.Shares, *store.Store) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s, err := shares.Open(t.Context(), st.JetStream(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s, st
}

func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(data)
	return data
}

func read(t *testing.T, s *shares.Shares, id string) ([]byte, error) {
	t.Helper()
	share, err := s.Get(t.Context(), id)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := s.Write(t.Context(), &b, share); err != nil {
		return nil, err
	}
	if int64(b.Len()) != share.Size {
		t.Errorf("share %s has %d bytes, and says %d", id, b.Len(), share.Size)
	}
	return b.Bytes(), nil
}

// Shares of every size around that of a piece outlive the process.
func TestSharesAreKept(t *testing.T) {
	dir := t.TempDir()
	s, st := open(t, dir, shares.Options{})
	want := map[string][]byte{}
	for _, size := range []int{1, 100, shares.PieceBytes - 1, shares.PieceBytes, shares.PieceBytes + 1, 3*shares.PieceBytes + 7} {
		data := noise(size)
		share, _, err := s.Put(t.Context(), iotest.OneByteReader(bytes.NewReader(data)), 0, week)
		if err != nil {
			t.Fatal(err)
		}
		want[share.ID] = data
	}
	st.Close()
	s, _ = open(t, dir, shares.Options{})
	for id, data := range want {
		if got, err := read(t, s, id); err != nil || !bytes.Equal(got, data) {
			t.Errorf("a share of %d bytes comes back as %d, %v", len(data), len(got), err)
		}
	}
}

func TestDelete(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir, shares.Options{})
	data, secret := noise(2*shares.PieceBytes), noise(2*shares.PieceBytes+1)
	other, _, err := s.Put(t.Context(), bytes.NewReader(data), int64(len(data)), week)
	if err != nil {
		t.Fatal(err)
	}
	_, before, _ := s.Usage(t.Context())
	share, token, err := s.Put(t.Context(), bytes.NewReader(secret), int64(len(data)), week)
	if err != nil {
		t.Fatal(err)
	}
	if n := onDisk(t, dir, secret[1000:1032]) + onDisk(t, dir, secret[shares.PieceBytes+1000:shares.PieceBytes+1032]); n != 2 {
		t.Errorf("what is kept is found %d times on the disk", n)
	}
	for _, wrong := range []string{"", "x", share.ID, string(share.Token), strings.ToLower(token)} {
		if err := s.Delete(t.Context(), share.ID, wrong); engine.AsError(err) == nil || engine.AsError(err).Code != engine.Unauthorized {
			t.Errorf("%q deletes: %v", wrong, err)
		}
	}
	if err := s.Delete(t.Context(), share.ID, token); err != nil {
		t.Fatal(err)
	}
	if n := onDisk(t, dir, secret[1000:1032]) + onDisk(t, dir, secret[shares.PieceBytes+1000:shares.PieceBytes+1032]); n != 0 {
		t.Errorf("what was deleted is found %d times on the disk", n)
	}
	for _, id := range []string{share.ID, "*", ">", strings.Repeat("*", 26), other.ID[:25] + "*", other.ID + ".0", ""} {
		if _, err := read(t, s, id); engine.AsError(err) == nil || engine.AsError(err).Code != engine.NotFound {
			t.Errorf("share %q is read: %v", id, err)
		}
		if err := s.Delete(t.Context(), id, token); engine.AsError(err) == nil || engine.AsError(err).Code != engine.NotFound {
			t.Errorf("share %q is deleted: %v", id, err)
		}
	}
	if _, after, _ := s.Usage(t.Context()); after != before {
		t.Errorf("a deleted share has left %d bytes", after-before)
	}
	if got, err := read(t, s, other.ID); err != nil || !bytes.Equal(got, data) {
		t.Errorf("another share is %d bytes then, %v", len(got), err)
	}
}

// onDisk counts where bytes are in the files of a directory.
func onDisk(t *testing.T, dir string, what []byte) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it may go while we look
		}
		file, _ := os.ReadFile(path)
		n += bytes.Count(file, what)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A share is overwritten when its time is over, also one whose time comes while no server runs;
// where none runs for long, JetStream drops it.
func TestExpiry(t *testing.T) {
	dir := t.TempDir()
	s, st := open(t, dir, shares.Options{})
	n := 2 * shares.PieceBytes
	put := func(keep time.Duration) (string, []byte) {
		n++ // other data
		data := noise(n)
		share, _, err := s.Put(t.Context(), bytes.NewReader(data), 0, keep)
		if err != nil {
			t.Fatal(err)
		}
		return share.ID, data[1000:1032]
	}
	gone := func(id string) bool {
		_, err := read(t, s, id)
		return engine.AsError(err) != nil && engine.AsError(err).Code == engine.NotFound
	}
	sweep := func() {
		t.Helper()
		if err := s.Sweep(t.Context()); err != nil {
			t.Error(err)
		}
	}
	long, kept := put(week)
	short, erased := put(2 * time.Second)
	sweep()
	if gone(short) {
		t.Error("a share that has not expired is gone")
	}
	stream, err := st.JetStream().Stream(t.Context(), "TRAPPED_SHARES")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{".head", ".0"} {
		m, err := stream.GetLastMsgForSubject(t.Context(), "trapped.shares."+long+part)
		if want := "169h0m0s"; err != nil || m.Header.Get(jetstream.MsgTTLHeader) != want {
			t.Errorf("%s expires after %v, want %s; %v", part, m, want, err)
		}
	}
	await.That(t, "the share to expire", func() bool { return gone(short) })
	if n := onDisk(t, dir, erased); n != 1 {
		t.Errorf("a share is found %d times on the disk before it is swept", n)
	}
	sweep()
	asleep, overslept := put(time.Second)
	st.Close()
	await.Time(t, 1500*time.Millisecond) // nobody runs who could say that it is over
	s, _ = open(t, dir, shares.Options{})
	if !gone(asleep) {
		t.Error("a share that expired while no server ran is read")
	}
	sweep()
	for what, c := range map[string]struct {
		data []byte
		want int
	}{"swept": {erased, 0}, "swept by the next server": {overslept, 0}, "that has time": {kept, 1}} {
		if n := onDisk(t, dir, c.data); n != c.want {
			t.Errorf("a share %s is found %d times on the disk, want %d", what, n, c.want)
		}
	}
	if gone(long) {
		t.Error("the share that has time is gone")
	}
}

// Shares that fill what there is are refused, and leave nothing; together, too.
func TestQuota(t *testing.T) {
	const most = 4 << 20
	s, _ := open(t, t.TempDir(), shares.Options{Bytes: most})
	if _, _, err := s.Put(t.Context(), bytes.NewReader(nil), most+1, week); engine.AsError(err) == nil || engine.AsError(err).Code != engine.Busy {
		t.Errorf("one that is larger than all: %v", err)
	}
	var kept sync.Map
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			data := noise(1 << 20)
			share, token, err := s.Put(context.Background(), bytes.NewReader(data), 0, week)
			switch {
			case err == nil:
				kept.Store(share.ID, token)
			case engine.AsError(err).Code != engine.Busy:
				t.Error(err)
			}
		})
	}
	all.Wait()
	n := 0
	kept.Range(func(id, token any) bool {
		n++
		if got, err := read(t, s, id.(string)); err != nil || !bytes.Equal(got, noise(1<<20)) {
			t.Errorf("share %s is %d bytes, %v", id, len(got), err)
		}
		if err := s.Delete(t.Context(), id.(string), token.(string)); err != nil {
			t.Error(err)
		}
		return true
	})
	if messages, bytes, err := s.Usage(t.Context()); messages != 0 || bytes != 0 || err != nil || n > 3 {
		t.Errorf("%d shares were kept, and have left %d messages of %d bytes; %v", n, messages, bytes, err)
	}
	if _, _, err := s.Put(t.Context(), strings.NewReader("again"), 0, week); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}

// A share that is not read to its end is not kept.
func TestBrokenUpload(t *testing.T) {
	s, _ := open(t, t.TempDir(), shares.Options{})
	for _, cause := range []error{io.ErrUnexpectedEOF, context.DeadlineExceeded, errors.New("cut")} {
		from := io.MultiReader(bytes.NewReader(noise(shares.PieceBytes+5)), iotest.ErrReader(cause))
		if _, _, err := s.Put(t.Context(), from, 0, week); !errors.Is(err, shares.ErrRead) || !errors.Is(err, cause) {
			t.Errorf("%v becomes %v", cause, err)
		}
	}
	if messages, _, err := s.Usage(t.Context()); messages != 0 || err != nil {
		t.Errorf("%d messages are left, %v", messages, err)
	}
}

// While JetStream is away that is said, and not that a share is gone.
func TestAway(t *testing.T) {
	s, st := open(t, t.TempDir(), shares.Options{})
	share, token, err := s.Put(t.Context(), strings.NewReader("here"), 0, week)
	if err != nil {
		t.Fatal(err)
	}
	st.Close()
	_, _, put := s.Put(t.Context(), strings.NewReader("there"), 0, week)
	_, get := s.Get(t.Context(), share.ID)
	for what, err := range map[string]error{"put": put, "get": get, "delete": s.Delete(t.Context(), share.ID, token)} {
		if e := engine.AsError(err); e == nil || e.Code != engine.Unavailable {
			t.Errorf("%s: %v", what, err)
		}
	}
}
