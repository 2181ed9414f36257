//go:build unix

package command

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/internal/await"
	"trappedinart/server/api"
	"trappedinart/weights/fetch/fetchtest"
)

// awaitFetch asks a server until it says what ok takes, and returns that.
func awaitFetch(t *testing.T, base string, ok func(api.Fetch) bool) api.Fetch {
	t.Helper()
	var f api.Fetch
	await.Right(t, "the fetching to come so far", func() string {
		answer, err := http.Get(base + "/api/v1/weights/fetch")
		if err != nil {
			return err.Error() // it is not there yet
		}
		err = json.NewDecoder(answer.Body).Decode(&f)
		answer.Body.Close()
		if err == nil && ok(f) {
			return ""
		}
		return fmt.Sprintf("it says %+v", f)
	})
	return f
}

// A server fetches at its start and serves meanwhile; killed in the middle it goes on there
// when it is started again, and the network is in the list without another start.
func TestServeFetchesWeights(t *testing.T) {
	data := fetchtest.Keras(2)
	half := len(data) / 2
	h := &fetchtest.Host{Data: data, Ranges: true, ETag: `"1"`, Stop: half, Hang: make(chan struct{})}
	dir, addr := t.TempDir(), freeAddress(t)
	base := "http://" + addr
	p := startProgram(t, "serve", "--addr", addr, "--data", dir, "--workers", "0", "--fetch-network",
		"--fetch-url", fmt.Sprintf("%s/vgg19.h5#sha256=%x", h.Open(t), sha256.Sum256(data)))
	f := awaitFetch(t, base, func(f api.Fetch) bool { return f.Bytes == int64(half) })
	if f.State != api.FetchFetching || f.Total != int64(len(data)) || !f.Allowed || f.Error != nil {
		t.Errorf("half way it says %+v", f)
	}
	answer, err := http.Get(base + "/readyz")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("meanwhile it answers %v, %v", answer, err)
	}
	answer.Body.Close()
	p.Kill()
	h.Stop = 0
	h.Forget()
	p.Again(t)
	awaitFetch(t, base, func(f api.Fetch) bool { return f.State == api.Done })
	if asked := h.Asked(); len(asked) != 1 || asked[0] != fmt.Sprintf("bytes=%d-", half) || h.Served() != len(data)-half {
		t.Errorf("after the kill it asked for %q and got %d bytes", asked, h.Served())
	}
	answer, err = http.Get(base + "/api/v1/weights")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if list, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(list), `"name":"vgg19"`) {
		t.Errorf("the list is %s, %v", list, err)
	}
	if files, err := os.ReadDir(filepath.Join(dir, "downloads")); err != nil || len(files) > 0 {
		t.Errorf("%v is left, %v", files, err)
	}
}

// A server without VGG-19 says in one line how it comes, and one that has it does not; an
// address that is none is refused before anything is opened.
func TestServeSaysHowToFetch(t *testing.T) {
	const line = "VGG-19, which paints finest, is not here"
	dir, addr := t.TempDir(), freeAddress(t)
	args := []string{"serve", "--addr", addr, "--data", dir, "--workers", "0"}
	p := startProgram(t, args...)
	awaitFetch(t, "http://"+addr, func(f api.Fetch) bool { return f.State == api.FetchIdle && f.Total > 80e6 })
	awaitOpen(t, p, 1)
	if n := strings.Count(p.Log(), line); n != 1 {
		t.Errorf("it says so %d times", n)
	}
	p.Kill()
	if r := command(t, t.Context(), "networks", "import", testFile("keras1.h5"), "--input", "caffe", "--data", dir); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	p.Again(t)
	awaitFetch(t, "http://"+addr, func(f api.Fetch) bool { return f.State == api.Done })
	awaitOpen(t, p, 2)
	if n := strings.Count(p.Log(), line); n != 1 {
		t.Errorf("with VGG-19 it says so, too (%d times)", n)
	}
	if r := command(t, t.Context(), append(args, "--fetch-url", "vgg19.h5")...); r.code != exitWrongUse || !strings.Contains(r.err, "begins with http") {
		t.Errorf("%+v", r)
	}
}
