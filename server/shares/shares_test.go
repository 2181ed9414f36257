package shares_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/server/shares"
	"trappedinart/server/store"
)

// open returns a shelf, and what ends it; dir can be opened again then.
func open(t *testing.T, dir string, opt shares.Options) (*shares.Shelf, *store.Store) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	shelf, err := shares.Open(t.Context(), s.JetStream(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return shelf, s
}

func envelope(size int) []byte {
	data := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(size)})
	r.Read(data)
	return data
}

func code(err error) engine.Code {
	var e *engine.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func get(t *testing.T, s *shares.Shelf, id string) ([]byte, shares.Share, error) {
	t.Helper()
	share, err := s.Get(t.Context(), id)
	if err != nil {
		return nil, share, err
	}
	var buf bytes.Buffer
	err = s.Copy(t.Context(), &buf, share)
	return buf.Bytes(), share, err
}

// messages is how many there are on the stream.
func messages(t *testing.T, s *store.Store) uint64 {
	t.Helper()
	stream, err := s.JetStream().Stream(t.Context(), "TRAPPED_SHARES")
	if err != nil {
		t.Fatal(err)
	}
	return stream.CachedInfo().State.Msgs
}

// Shares are there until they are removed, also after a restart.
func TestPutGetDelete(t *testing.T) {
	dir := t.TempDir()
	s, st := open(t, dir, shares.Options{})
	sizes := []int{1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 3 << 20}
	var made []shares.Created
	for _, size := range sizes {
		c, err := s.Put(t.Context(), envelope(size), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(c.Expires); left > time.Hour || left < 50*time.Minute || !shares.ValidID(c.ID) {
			t.Errorf("%+v expires in %v", c, left)
		}
		made = append(made, c)
	}
	st.Close()
	s, st = open(t, dir, shares.Options{})
	for i, size := range sizes {
		if data, share, err := get(t, s, made[i].ID); err != nil || !bytes.Equal(data, envelope(size)) || !share.Expires.Equal(made[i].Expires) || share.Size != int64(size) {
			t.Errorf("%d bytes: %d, %+v, %v", size, len(data), share, err)
		}
	}
	for i, c := range made {
		for _, token := range []string{"", made[(i+1)%len(made)].Token, c.ID, strings.ToLower(c.Token), c.Token[1:]} {
			if err := s.Delete(t.Context(), c.ID, token); code(err) != engine.NotFound {
				t.Errorf("token %q: %v", token, err)
			}
		}
		if err := s.Delete(t.Context(), c.ID, c.Token); err != nil {
			t.Error(err)
		}
		if _, _, err := get(t, s, c.ID); code(err) != engine.NotFound {
			t.Errorf("removed: %v", err)
		}
		if err := s.Delete(t.Context(), c.ID, c.Token); code(err) != engine.NotFound {
			t.Errorf("removed twice: %v", err)
		}
	}
	if n := messages(t, st); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

// The server removes what has expired by itself; a share that lives longer stays.
func TestExpiry(t *testing.T) {
	s, st := open(t, t.TempDir(), shares.Options{})
	long, err := s.Put(t.Context(), envelope(10), shares.MaxKeep)
	if err != nil {
		t.Fatal(err)
	}
	short, err := s.Put(t.Context(), envelope(300<<10), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		_, _, err := get(t, s, short.ID)
		// Of the other there are a piece and the head, and of this its two pieces, a minute
		// more.
		if n := messages(t, st); code(err) == engine.NotFound && n == 4 {
			break
		} else if time.Now().After(end) {
			t.Fatalf("%v, and %d messages", err, n)
		}
	}
	if data, _, err := get(t, s, long.ID); err != nil || !bytes.Equal(data, envelope(10)) {
		t.Error(err)
	}
	stream, err := st.JetStream().Stream(t.Context(), "TRAPPED_SHARES")
	if err != nil {
		t.Fatal(err)
	}
	m, err := stream.GetLastMsgForSubject(t.Context(), "trapped.shares."+short.ID+".1")
	if err != nil || m.Header.Get(jetstream.MsgTTLHeader) != "1m1s" {
		t.Errorf("a piece has the header %v, %v", m.Header, err)
	}
	for _, keep := range []time.Duration{0, -time.Hour, time.Millisecond, shares.MaxKeep + 1} {
		if _, err := s.Put(t.Context(), envelope(10), keep); code(err) != engine.InvalidRequest {
			t.Errorf("for %v: %v", keep, err)
		}
	}
}

// There is no more than the quota, whoever comes at once, and what was refused leaves
// nothing.
func TestQuota(t *testing.T) {
	s, st := open(t, t.TempDir(), shares.Options{Bytes: 4 << 20})
	type result struct {
		c   shares.Created
		err error
	}
	results := make(chan result)
	for range 12 {
		go func() {
			c, err := s.Put(context.Background(), envelope(1<<20), time.Hour)
			results <- result{c, err}
		}()
	}
	kept := 0
	var last shares.Created
	for range 12 {
		switch r := <-results; {
		case r.err == nil:
			kept, last = kept+1, r.c
		case code(r.err) != engine.Busy:
			t.Error(r.err)
		}
	}
	if kept > 3 {
		t.Errorf("%d shares of 1 MiB are within 4 MiB", kept)
	}
	if n := messages(t, st); n != uint64(kept)*5 {
		t.Errorf("%d messages are of %d shares", n, kept)
	}
	if kept > 0 {
		if err := s.Delete(t.Context(), last.ID, last.Token); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Put(t.Context(), envelope(1<<20), time.Hour); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}

func TestIDs(t *testing.T) {
	s, _ := open(t, t.TempDir(), shares.Options{})
	for _, id := range []string{"", "*", ">", "NOSUCHSHARE", strings.Repeat("A", 26), strings.Repeat("A", 27), "AAAAAAAAAAAAAAAAAAAAAAAA.A", "AAAAAAAAAAAAAAAAAAAAAAAA..", strings.Repeat("é", 13)} {
		if _, _, err := get(t, s, id); code(err) != engine.NotFound {
			t.Errorf("%q: %v", id, err)
		}
		if err := s.Delete(t.Context(), id, "token"); code(err) != engine.NotFound {
			t.Errorf("%q: %v", id, err)
		}
		if shares.ValidID(id) != (id == strings.Repeat("A", 26)) {
			t.Errorf("%q is taken for an id", id)
		}
	}
}
