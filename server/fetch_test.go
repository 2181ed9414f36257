package main

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A host serves one file as a server in the internet does, or not quite.
type host struct {
	data   []byte
	ranges bool   // it can go on in the middle
	etag   string // with its quotes
	stop   int    // after how many bytes it breaks off, if not 0
	status int    // if not 0
	hang   bool   // instead of breaking off
	shift  int    // it goes on so much further than it was asked to

	asked  []string // the Range of each request
	served *atomic.Int64
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.asked = append(h.asked, r.Header.Get("Range"))
	if h.status != 0 {
		w.WriteHeader(h.status)
		return
	}
	if h.etag != "" {
		w.Header().Set("ETag", h.etag)
	}
	data := h.data
	var first int
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first); err == nil && h.ranges && r.Header.Get("If-Range") == h.etag {
		if first >= len(data) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first+h.shift, len(data)-1, len(data)))
		data = data[first:]
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	}
	if h.stop > 0 && h.stop < len(data) {
		data = data[:h.stop]
	}
	w.Write(data)
	h.served.Add(int64(len(data)))
	if h.stop > 0 && h.stop < len(h.data) {
		w.(http.Flusher).Flush()
		if h.hang {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	}
}

// publish lets fetch original mean a file that h serves.
func publish(t *testing.T, h *host, data []byte, sum string) {
	t.Helper()
	h.served = new(atomic.Int64)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	p := publishedFile{url: server.URL + "/vgg19.h5", most: int64(len(data)) + 1000, name: "vgg19", sha256: sum}
	if sum == "" {
		md := md5.Sum(data)
		p.md5 = hex.EncodeToString(md[:])
	}
	had := publishedFiles["original"]
	publishedFiles["original"] = p
	t.Cleanup(func() { publishedFiles["original"] = had })
}

func fetch(t *testing.T, ctx context.Context, dir string, more ...string) result {
	t.Helper()
	return command(t, ctx, append([]string{"weights", "fetch", "--data", dir}, more...)...)
}

// described is a file that says which network it is, so that fetching needs no more.
func described(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	if r := command(t, t.Context(), "weights", "import", testFile("keras1.h5"), "--input", "caffe", "--data", dir); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	data, err := os.ReadFile(filepath.Join(dir, "weights", "vgg19.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func downloads(dir string) []string {
	var names []string
	files, _ := os.ReadDir(filepath.Join(dir, "downloads"))
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

func TestFetch(t *testing.T) {
	data, dir := described(t), t.TempDir()
	h := &host{data: data, ranges: true, etag: `"1"`}
	publish(t, h, data, "")
	r := fetch(t, t.Context(), dir)
	if r.code != exitDone || !strings.Contains(r.out, "the original VGG-19") || !strings.Contains(r.err, fmt.Sprintf("\rvgg19.h5: %d of %d bytes, 100 %%", len(data), len(data))) {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(filepath.Join(dir, "weights", "vgg19.safetensors")); err != nil || downloads(dir) != nil {
		t.Errorf("%v; %v is left", err, downloads(dir))
	}
	// A second time it would replace what is there, so nothing is asked for.
	if r := fetch(t, t.Context(), dir); r.code != exitFailed || len(h.asked) != 1 {
		t.Errorf("%+v, asked for %q", r, h.asked)
	}
}

// What broke off goes on where it stopped, if it is still the same file.
func TestFetchResumes(t *testing.T) {
	data := described(t)
	half := len(data) / 2
	for name, c := range map[string]struct {
		first, second host
		asks          string // the second time
		serves        int
	}{
		"ranges":          {host{etag: `"1"`, ranges: true}, host{etag: `"1"`, ranges: true}, fmt.Sprintf("bytes=%d-", half), len(data) - half},
		"another version": {host{etag: `"1"`, ranges: true}, host{etag: `"2"`, ranges: true}, fmt.Sprintf("bytes=%d-", half), len(data)},
		"no ranges":       {host{etag: `"1"`}, host{etag: `"1"`}, fmt.Sprintf("bytes=%d-", half), len(data)},
		"no ETag":         {host{ranges: true}, host{ranges: true}, "", len(data)},
		"a weak ETag":     {host{etag: `W/"1"`, ranges: true}, host{etag: `W/"1"`, ranges: true}, "", len(data)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := &host{data: data, etag: c.first.etag, ranges: c.first.ranges, stop: half}
			publish(t, h, data, "")
			r := fetch(t, t.Context(), dir)
			if r.code != exitFailed || !strings.Contains(r.err, fmt.Sprintf("broke off after %d bytes", half)) {
				t.Fatalf("%+v", r)
			}
			if stat, err := os.Stat(filepath.Join(dir, "downloads", "vgg19.h5.part")); err != nil || stat.Size() != int64(half) {
				t.Fatalf("the part is %v, %v", stat, err)
			}
			h.etag, h.ranges, h.stop, h.asked = c.second.etag, c.second.ranges, 0, nil
			h.served.Store(0)
			if r := fetch(t, t.Context(), dir); r.code != exitDone {
				t.Fatalf("%+v", r)
			}
			if len(h.asked) != 1 || h.asked[0] != c.asks || h.served.Load() != int64(c.serves) {
				t.Errorf("asked for %q and got %d bytes, want %q and %d", h.asked, h.served.Load(), c.asks, c.serves)
			}
			if downloads(dir) != nil {
				t.Errorf("%v is left", downloads(dir))
			}
		})
	}
}

// An answer that begins elsewhere is not put behind the part.
func TestFetchElsewhere(t *testing.T) {
	data, dir := described(t), t.TempDir()
	h := &host{data: data, ranges: true, etag: `"1"`, stop: 200, shift: 1}
	publish(t, h, data, "")
	fetch(t, t.Context(), dir)
	if r := fetch(t, t.Context(), dir); r.code != exitFailed || !strings.Contains(r.err, "answers 206") {
		t.Errorf("%+v", r)
	}
	if part, err := os.ReadFile(filepath.Join(dir, "downloads", "vgg19.h5.part")); err != nil || len(part) != 200 {
		t.Errorf("the part has %d bytes, %v", len(part), err)
	}
}

// A part that has everything is whole without another byte.
func TestFetchWholePart(t *testing.T) {
	data, dir := described(t), t.TempDir()
	publish(t, &host{data: data, ranges: true, etag: `"1"`}, data, "")
	if err := os.Mkdir(filepath.Join(dir, "downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "downloads", "vgg19.h5.part"), data)
	write(t, filepath.Join(dir, "downloads", "vgg19.h5.etag"), []byte(`"1"`))
	if r := fetch(t, t.Context(), dir); r.code != exitDone {
		t.Errorf("%+v", r)
	}
}

// What could not be taken in is not downloaded again.
func TestFetchKeepsWhatIsWhole(t *testing.T) {
	data, dir := []byte("<html>no weights</html>"), t.TempDir()
	h := &host{data: data}
	publish(t, h, data, "")
	for range 2 {
		if r := fetch(t, t.Context(), dir); r.code != exitFailed || !strings.Contains(r.err, "no file of weights") {
			t.Errorf("%+v", r)
		}
	}
	if len(h.asked) != 1 {
		t.Errorf("asked for %q", h.asked)
	}
}

func TestFetchRefuses(t *testing.T) {
	data := described(t)
	sum := sha256.Sum256(data)
	sha256 := hex.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		h    host
		says string
	}{
		"another file": {host{data: append([]byte("x"), data[1:]...), etag: `"1"`}, "its SHA-256 is"},
		"too short":    {host{data: data[:100]}, "not the file that was published"},
		"too long":     {host{data: make([]byte, len(data)+2000)}, "more than the file that was published"},
		"not found":    {host{status: http.StatusNotFound}, "answers 404 Not Found; download http"},
		"a mess":       {host{status: http.StatusPartialContent}, "answers 206"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			publish(t, &c.h, data, sha256)
			r := fetch(t, t.Context(), dir)
			if r.code != exitFailed || !strings.Contains(r.err, c.says) {
				t.Errorf("%+v, want %q", r, c.says)
			}
			for _, name := range downloads(dir) {
				if stat, err := os.Stat(filepath.Join(dir, "downloads", name)); err != nil || stat.Size() > 0 {
					t.Errorf("%s is left", name)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "weights")); err == nil {
				t.Error("something was taken in")
			}
		})
	}
}

// Stopping a download keeps what there is.
func TestFetchStopped(t *testing.T) {
	data, dir := described(t), t.TempDir()
	h := &host{data: data, ranges: true, etag: `"1"`, stop: 200, hang: true}
	publish(t, h, data, "")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	if r := fetch(t, ctx, dir); r.code != exitInterrupted {
		t.Errorf("%+v", r)
	}
	if part, err := os.ReadFile(filepath.Join(dir, "downloads", "vgg19.h5.part")); err != nil || len(part) != 200 {
		t.Errorf("the part has %d bytes, %v", len(part), err)
	}
	h.stop = 0
	if r := fetch(t, t.Context(), dir); r.code != exitDone || h.served.Load() != int64(len(data)) {
		t.Errorf("%+v, %d bytes", r, h.served.Load())
	}
}

// Without internet it says at once what to do instead.
func TestFetchOffline(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, address := range map[string]string{"refused": closed.URL + "/vgg19.h5", "no such name": "http://nowhere.invalid/vgg19.h5"} {
		began := time.Now()
		r := fetch(t, t.Context(), t.TempDir(), "--url", address)
		if r.code != exitFailed || !strings.Contains(r.err, "cannot be reached") || strings.Count(r.err, ". ") != 0 ||
			!strings.Contains(r.err, "download "+publishedFiles["original"].url+" on a machine with internet, and run trapped weights import FILE on it") {
			t.Errorf("%s: %+v", name, r)
		}
		if spent := time.Since(began); spent > 20*time.Second {
			t.Errorf("%s took %s", name, spent)
		}
	}
}

func TestFetchWrongUse(t *testing.T) {
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"another":  {"resnet"},
		"two":      {"original", "torchvision"},
		"a file":   {"--url", "file:///etc/passwd"},
		"no host":  {"--url", "https:///x"},
		"the name": {"--name", "small"},
	} {
		if r := fetch(t, t.Context(), dir, args...); r.code != exitWrongUse {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for name, p := range publishedFiles {
		if p.most < 80e6 || (p.md5 == "") == (p.sha256 == "") || !goodName.MatchString(p.name) || !strings.HasPrefix(p.url, "https://") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
