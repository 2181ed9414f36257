package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trappedinart/weights/fetch/fetchtest"
)

// publish lets fetch original mean a file that h serves.
func publish(t *testing.T, h *fetchtest.Host, data []byte, sum string) {
	t.Helper()
	p := fetchtest.Published(h.Open(t), data)
	if sum != "" {
		p.SHA256, p.MD5 = sum, ""
	}
	had := publishedFiles["original"]
	publishedFiles["original"] = p
	t.Cleanup(func() { publishedFiles["original"] = had })
}

func fetched(t *testing.T, ctx context.Context, dir string, more ...string) result {
	t.Helper()
	return command(t, ctx, append([]string{"networks", "fetch", "--data", dir}, more...)...)
}

// described is a file that says which network it is, so that fetching needs no more.
func described(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	if r := command(t, t.Context(), "networks", "import", testFile("keras1.h5"), "--input", "caffe", "--data", dir); r.code != exitDone {
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
	h := &fetchtest.Host{Data: data, Ranges: true, ETag: `"1"`}
	publish(t, h, data, "")
	r := fetched(t, t.Context(), dir)
	if r.code != exitDone || !strings.Contains(r.out, "the original VGG-19") || !strings.Contains(r.err, fmt.Sprintf("\rvgg19.h5: %d of %d bytes, 100 %%", len(data), len(data))) {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(filepath.Join(dir, "weights", "vgg19.safetensors")); err != nil || downloads(dir) != nil {
		t.Errorf("%v; %v is left", err, downloads(dir))
	}
	// A second time it would replace what is there, so nothing is asked for.
	if r := fetched(t, t.Context(), dir); r.code != exitFailed || len(h.Asked()) != 1 {
		t.Errorf("%+v, asked for %q", r, h.Asked())
	}
}

// A broken-off download goes on where it stopped, if the file is still the same.
func TestFetchResumes(t *testing.T) {
	data := described(t)
	half := len(data) / 2
	for name, c := range map[string]struct {
		first, second *fetchtest.Host
		asks          string // the second time
		serves        int
	}{
		"ranges":          {&fetchtest.Host{ETag: `"1"`, Ranges: true}, &fetchtest.Host{ETag: `"1"`, Ranges: true}, fmt.Sprintf("bytes=%d-", half), len(data) - half},
		"another version": {&fetchtest.Host{ETag: `"1"`, Ranges: true}, &fetchtest.Host{ETag: `"2"`, Ranges: true}, fmt.Sprintf("bytes=%d-", half), len(data)},
		"no ranges":       {&fetchtest.Host{ETag: `"1"`}, &fetchtest.Host{ETag: `"1"`}, fmt.Sprintf("bytes=%d-", half), len(data)},
		"no ETag":         {&fetchtest.Host{Ranges: true}, &fetchtest.Host{Ranges: true}, "", len(data)},
		"a weak ETag":     {&fetchtest.Host{ETag: `W/"1"`, Ranges: true}, &fetchtest.Host{ETag: `W/"1"`, Ranges: true}, "", len(data)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := &fetchtest.Host{Data: data, ETag: c.first.ETag, Ranges: c.first.Ranges, Stop: half}
			publish(t, h, data, "")
			r := fetched(t, t.Context(), dir)
			if r.code != exitFailed || !strings.Contains(r.err, fmt.Sprintf("broke off after %d bytes", half)) {
				t.Fatalf("%+v", r)
			}
			if stat, err := os.Stat(filepath.Join(dir, "downloads", "vgg19.h5.part")); err != nil || stat.Size() != int64(half) {
				t.Fatalf("the part is %v, %v", stat, err)
			}
			h.ETag, h.Ranges, h.Stop = c.second.ETag, c.second.Ranges, 0
			h.Forget()
			if r := fetched(t, t.Context(), dir); r.code != exitDone {
				t.Fatalf("%+v", r)
			}
			if len(h.Asked()) != 1 || h.Asked()[0] != c.asks || h.Served() != c.serves {
				t.Errorf("asked for %q and got %d bytes, want %q and %d", h.Asked(), h.Served(), c.asks, c.serves)
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
	h := &fetchtest.Host{Data: data, Ranges: true, ETag: `"1"`, Stop: 200, Shift: 1}
	publish(t, h, data, "")
	fetched(t, t.Context(), dir)
	if r := fetched(t, t.Context(), dir); r.code != exitFailed || !strings.Contains(r.err, "answers 206") {
		t.Errorf("%+v", r)
	}
	if part, err := os.ReadFile(filepath.Join(dir, "downloads", "vgg19.h5.part")); err != nil || len(part) != 200 {
		t.Errorf("the part has %d bytes, %v", len(part), err)
	}
}

// A part that has everything is whole without another byte.
func TestFetchWholePart(t *testing.T) {
	data, dir := described(t), t.TempDir()
	publish(t, &fetchtest.Host{Data: data, Ranges: true, ETag: `"1"`}, data, "")
	if err := os.Mkdir(filepath.Join(dir, "downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "downloads", "vgg19.h5.part"), data)
	write(t, filepath.Join(dir, "downloads", "vgg19.h5.etag"), []byte(`"1"`))
	if r := fetched(t, t.Context(), dir); r.code != exitDone {
		t.Errorf("%+v", r)
	}
}

// A whole file that could not be taken in is not downloaded again.
func TestFetchKeepsWhatIsWhole(t *testing.T) {
	data, dir := []byte("no weights at all"), t.TempDir()
	h := &fetchtest.Host{Data: data}
	publish(t, h, data, "")
	for range 2 {
		if r := fetched(t, t.Context(), dir); r.code != exitFailed || !strings.Contains(r.err, "no file of weights") {
			t.Errorf("%+v", r)
		}
	}
	if len(h.Asked()) != 1 {
		t.Errorf("asked for %q", h.Asked())
	}
}

func TestFetchRefuses(t *testing.T) {
	data := described(t)
	sum := sha256.Sum256(data)
	sha256 := hex.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		h    *fetchtest.Host
		says string
	}{
		"another file": {&fetchtest.Host{Data: append([]byte("x"), data[1:]...), ETag: `"1"`}, "its SHA-256 is"},
		"too short":    {&fetchtest.Host{Data: data[:100]}, "less than the file that was published"},
		"too long":     {&fetchtest.Host{Data: make([]byte, len(data)+2000)}, "more than the file that was published"},
		"not found":    {&fetchtest.Host{Status: http.StatusNotFound}, "answers 404 Not Found; download http"},
		"a mess":       {&fetchtest.Host{Status: http.StatusPartialContent}, "answers 206"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			publish(t, c.h, data, sha256)
			r := fetched(t, t.Context(), dir)
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
	h := &fetchtest.Host{Data: data, Ranges: true, ETag: `"1"`, Stop: 200, Hang: make(chan struct{})}
	publish(t, h, data, "")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	if r := fetched(t, ctx, dir); r.code != exitInterrupted {
		t.Errorf("%+v", r)
	}
	if part, err := os.ReadFile(filepath.Join(dir, "downloads", "vgg19.h5.part")); err != nil || len(part) != 200 {
		t.Errorf("the part has %d bytes, %v", len(part), err)
	}
	h.Stop = 0
	if r := fetched(t, t.Context(), dir); r.code != exitDone || h.Served() != len(data) {
		t.Errorf("%+v, %d bytes", r, h.Served())
	}
}

// Without internet it says at once what to do instead.
func TestFetchOffline(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, address := range map[string]string{"refused": closed.URL + "/vgg19.h5", "no such name": "http://nowhere.invalid/vgg19.h5"} {
		began := time.Now()
		r := fetched(t, t.Context(), t.TempDir(), "--url", address)
		if r.code != exitFailed || !strings.Contains(r.err, "cannot be reached") || strings.Count(r.err, ". ") != 0 ||
			!strings.Contains(r.err, "download "+publishedFiles["original"].URL+" on a machine with internet, and run trapped networks import FILE on it") {
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
		if r := fetched(t, t.Context(), dir, args...); r.code != exitWrongUse {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for name, p := range publishedFiles {
		if !goodName.MatchString(p.Name) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
