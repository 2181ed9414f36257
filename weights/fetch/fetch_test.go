//go:build !js

package fetch_test

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
	"trappedinart/weights/fetch"
	"trappedinart/weights/fetch/fetchtest"
	"trappedinart/weights/importer"
)

// The file that tests fetch is read as the published one is.
func TestKerasFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vgg19.h5")
	if err := os.WriteFile(path, fetchtest.Keras(3), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := importer.Read(t.Context(), path, importer.Options{Input: "caffe"})
	if err != nil {
		t.Fatal(err)
	}
	want := vgg.Random("keras", slices.Repeat([]int{3}, fetchtest.Layers)).Convs
	if len(n.Weights.Convs) != len(want) || n.Kind != importer.Original {
		t.Fatalf("it holds %d layers of %s", len(n.Weights.Convs), n.Kind)
	}
	for i, c := range n.Weights.Convs {
		if c.Name != want[i].Name || !slices.Equal(c.Weight, want[i].Weight) || !slices.Equal(c.Bias, want[i].Bias) {
			t.Errorf("%s is not what was written", c.Name)
		}
	}
}

// A fetching is a Fetcher into a data directory, and what it has said.
type fetching struct {
	*testing.T
	*fetch.Fetcher
	dir    string
	ended  chan fetch.Status // each time it ends
	cancel context.CancelFunc
	gone   chan struct{} // closed once it does not run any more

	mu     sync.Mutex
	states []fetch.State
}

// fetcher has a Fetcher run; change is called before it does.
func fetcher(t *testing.T, dir string, p fetch.Published, change func(*fetch.Fetcher)) *fetching {
	t.Helper()
	f := &fetching{T: t, dir: dir, ended: make(chan fetch.Status, 9), gone: make(chan struct{})}
	f.Fetcher = fetch.New(fetch.Options{
		Published: p, Flag: "--fetch-url", Dir: filepath.Join(dir, "downloads"), Store: &weights.Store{Dir: filepath.Join(dir, "weights")},
		Backend: func() backend.Trainer { return cpu.New(1) }, Log: slog.New(slog.DiscardHandler),
	})
	if change != nil {
		change(f.Fetcher)
	}
	f.Hear(func(s fetch.Status) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if n := len(f.states); n == 0 || f.states[n-1] != s.State {
			f.states = append(f.states, s.State)
		}
		switch s.State {
		case fetch.Done, fetch.Failed, fetch.Idle:
			f.ended <- s
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	f.cancel = cancel
	go func() {
		defer close(f.gone)
		f.Fetcher.Run(ctx)
	}()
	t.Cleanup(f.stop)
	return f
}

func (f *fetching) stop() {
	f.cancel()
	<-f.gone
}

// once starts a fetch and waits for its end, which must say so.
func (f *fetching) once(want fetch.State, says string) {
	f.Helper()
	f.Start()
	s := <-f.ended
	message := ""
	if s.Err != nil {
		message = s.Err.Message
	}
	if s.State != want || !strings.Contains(message, says) || (message == "") != (says == "") || strings.Contains(message, ". ") {
		f.Fatalf("it is %s, %q; want %s, %q", s.State, message, want, says)
	}
}

// left are the files in a folder of the data directory, with their sizes.
func (f *fetching) left(folder string) map[string]int64 {
	files := map[string]int64{}
	entries, _ := os.ReadDir(filepath.Join(f.dir, folder))
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			files[e.Name()] = info.Size()
		}
	}
	return files
}

func (f *fetching) arrived() {
	f.Helper()
	store := &weights.Store{Dir: filepath.Join(f.dir, "weights")}
	e, err := store.Look("vgg19")
	if err != nil || !e.Quantised || len(e.Taps) != weights.ServedLayers || e.Metadata["grade"] != "int8" || !e.Input.BGR {
		f.Fatalf("the store has %+v, %v", e, err)
	}
	file, _, err := store.Served("vgg19")
	if err != nil || int64(len(file)) > e.Bytes+1000 {
		f.Errorf("browsers get %d bytes of %d, %v", len(file), e.Bytes, err)
	}
	if s := f.Status(); s.State != fetch.Done || s.Err != nil {
		f.Errorf("it says %+v", s)
	}
	if left := f.left("downloads"); len(left) > 0 || len(f.left("weights")) != 1 {
		f.Errorf("%v and %v are left", left, f.left("weights"))
	}
}

func host(data []byte) *fetchtest.Host { return &fetchtest.Host{Data: data, Ranges: true, ETag: `"1"`} }

func TestFetchWhole(t *testing.T) {
	data := fetchtest.Keras(2)
	h := host(data)
	f := fetcher(t, t.TempDir(), fetchtest.Published(h.Open(t), data), nil)
	if s := f.Status(); s != (fetch.Status{State: fetch.Idle, Total: int64(len(data))}) {
		t.Errorf("before it says %+v", s)
	}
	f.once(fetch.Done, "")
	f.arrived()
	if want := []fetch.State{fetch.Fetching, fetch.Checking, fetch.Quantising, fetch.Done}; !slices.Equal(f.states, want) {
		t.Errorf("it was %v, want %v", f.states, want)
	}
	if f.Start().State != fetch.Done || len(h.Asked()) != 1 {
		t.Errorf("asked for %q", h.Asked())
	}
}

// A process that was killed in the middle leaves what came, and the next goes on there.
func TestFetchResumes(t *testing.T) {
	data := fetchtest.Keras(2)
	half := len(data) / 2
	hang := make(chan struct{})
	h := host(data)
	h.Stop, h.Hang = half, hang
	p := fetchtest.Published(h.Open(t), data)
	f := fetcher(t, t.TempDir(), p, nil)
	came := make(chan struct{})
	hear := sync.OnceFunc(func() { close(came) })
	f.Hear(func(s fetch.Status) {
		if s.State == fetch.Fetching && s.Bytes == int64(half) && s.Total == int64(len(data)) {
			hear()
		}
	})
	f.Start()
	<-came
	f.stop()
	h.Stop = 0
	again := fetcher(t, f.dir, p, nil)
	if s := again.Status(); s != (fetch.Status{State: fetch.Idle, Bytes: int64(half), Total: int64(len(data))}) {
		t.Errorf("before it says %+v", s)
	}
	h.Forget()
	again.once(fetch.Done, "")
	again.arrived()
	if h.Served() != len(data)-half {
		t.Errorf("the rest has %d bytes, %d came", len(data)-half, h.Served())
	}
}

// A broken-off download is reported; if it brought enough, the next try follows at once.
func TestFetchBreaksOff(t *testing.T) {
	data := fetchtest.Keras(2)
	h := host(data)
	h.Stop = len(data)/3 + 1
	p := fetchtest.Published(h.Open(t), data)
	f := fetcher(t, t.TempDir(), p, nil)
	f.once(fetch.Failed, "broke off after")
	if len(h.Asked()) != 1 || f.Status().Bytes != int64(h.Stop) || f.Status().State != fetch.Failed {
		t.Errorf("asked for %q; it says %+v", h.Asked(), f.Status())
	}
	f = fetcher(t, t.TempDir(), p, func(f *fetch.Fetcher) { f.SetWorth(1) })
	h.Forget()
	f.once(fetch.Done, "")
	f.arrived()
	if len(h.Asked()) != 3 || h.Served() != len(data) {
		t.Errorf("asked for %q, %d bytes", h.Asked(), h.Served())
	}
}

func TestFetchRefuses(t *testing.T) {
	data := fetchtest.Keras(2)
	other := slices.Clone(data)
	other[len(other)/2] ^= 1
	for name, c := range map[string]struct {
		h    *fetchtest.Host
		says string
	}{
		"another file":      {&fetchtest.Host{Data: other, ETag: `"1"`}, "was removed; try again"},
		"a web page":        {&fetchtest.Host{Data: data, Kind: "text/html; charset=utf-8"}, "hands out a web page"},
		"too long":          {&fetchtest.Host{Data: append(slices.Clone(data), 1)}, "more than the file that was published"},
		"too long, unsaid":  {&fetchtest.Host{Data: append(slices.Clone(data), 1), Mute: true}, "more bytes than the file"},
		"too short":         {&fetchtest.Host{Data: data[:len(data)-1]}, "less than the file that was published"},
		"too short, unsaid": {&fetchtest.Host{Data: data[:len(data)-1], Mute: true, ETag: `"1"`}, "was removed; try again"},
		"not found":         {&fetchtest.Host{Status: http.StatusNotFound}, "answers 404 Not Found; download http"},
	} {
		t.Run(name, func(t *testing.T) {
			f := fetcher(t, t.TempDir(), fetchtest.Published(c.h.Open(t), data), nil)
			f.once(fetch.Failed, c.says)
			if left := f.left("downloads"); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
			if s := f.Status(); s.State != fetch.Failed || s.Bytes != 0 || len(f.left("weights")) > 0 {
				t.Errorf("it says %+v; %v", s, f.left("weights"))
			}
			if name == "another file" { // nothing is lost: a good server ends it well
				c.h.Put(data, "")
				f.once(fetch.Done, "")
				f.arrived()
			}
		})
	}
}

// A server that falls silent does not keep it for ever.
func TestFetchSilence(t *testing.T) {
	data := fetchtest.Keras(2)
	h := host(data)
	h.Stop, h.Hang = 100, make(chan struct{})
	f := fetcher(t, t.TempDir(), fetchtest.Published(h.Open(t), data), func(f *fetch.Fetcher) { f.SetPatience(50 * time.Millisecond) })
	f.once(fetch.Failed, "(nothing more came)")
}

// Without room nothing is begun; where it runs out, what came stays, and goes on.
func TestFetchWithoutRoom(t *testing.T) {
	data := fetchtest.Keras(2)
	h := host(data)
	p := fetchtest.Published(h.Open(t), data)
	f := fetcher(t, t.TempDir(), p, func(f *fetch.Fetcher) { f.SetFree(int64(len(data))) }) // none for what is made of it
	f.once(fetch.Failed, "has no room for the")
	if left := f.left("downloads"); len(left) > 0 || f.Status().Bytes != 0 {
		t.Errorf("%v is left; it says %+v", left, f.Status())
	}
	f = fetcher(t, f.dir, p, func(f *fetch.Fetcher) { f.Fill(1000) })
	f.once(fetch.Failed, "has no room for the")
	if left := f.left("downloads"); left["vgg19.h5.part"] != 1000 || f.Status().Bytes != 1000 {
		t.Errorf("%v is left; it says %+v", left, f.Status())
	}
	f = fetcher(t, f.dir, p, nil)
	h.Forget()
	f.once(fetch.Done, "")
	f.arrived()
	if asked := h.Asked(); !slices.Equal(asked, []string{"bytes=1000-"}) || h.Served() != len(data)-1000 {
		t.Errorf("asked for %q, %d bytes came", asked, h.Served())
	}
}

// Simultaneous starts fetch once; a fetch of another process goes on alone.
func TestFetchOnceAtATime(t *testing.T) {
	data := fetchtest.Keras(2)
	hang := make(chan struct{})
	h := host(data)
	h.Stop, h.Hang = 100, hang
	p := fetchtest.Published(h.Open(t), data)
	f := fetcher(t, t.TempDir(), p, nil)
	if err := os.MkdirAll(filepath.Join(f.dir, "downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	unlock, err := f.LockPart()
	if err != nil {
		t.Fatal(err)
	}
	f.once(fetch.Failed, "Another process is fetching")
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	var starts sync.WaitGroup
	for range 8 {
		starts.Go(func() {
			if s := f.Start(); s.State != fetch.Fetching || s.Err != nil {
				t.Errorf("a start says %+v", s)
			}
		})
	}
	starts.Wait()
	close(hang)
	if s := <-f.ended; s.State != fetch.Done {
		t.Errorf("it ended with %+v", s)
	}
	f.arrived()
	if len(h.Asked()) != 1 {
		t.Errorf("asked for %q", h.Asked())
	}
}

// A file of the network's name that cannot be used is not replaced, and nothing is fetched.
func TestFetchOntoSomething(t *testing.T) {
	data := fetchtest.Keras(2)
	h := host(data)
	f := fetcher(t, t.TempDir(), fetchtest.Published(h.Open(t), data), nil)
	path := filepath.Join(f.dir, "weights", "vgg19.safetensors")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.once(fetch.Failed, "is there and cannot be used")
	if mine, err := os.ReadFile(path); err != nil || string(mine) != "mine" || len(h.Asked()) > 0 {
		t.Errorf("it is %q, %v; asked for %q", mine, err, h.Asked())
	}
}

func TestAt(t *testing.T) {
	sum := strings.Repeat("aB", 32)
	p, err := fetch.Original.At("https://here/file#sha256=" + sum)
	if err != nil || p.From != "https://here/file" || p.SHA256 != strings.ToLower(sum) || p.MD5 != "" || p.Size != 0 || p.URL != fetch.Original.URL {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := fetch.Original.At("http://here/file"); err != nil || p.From != "http://here/file" || p.MD5 == "" || p.Size == 0 {
		t.Errorf("%+v, %v", p, err)
	}
	for _, address := range []string{"file:///etc/passwd", "https:///x", "here", "http://here/x#sha256=12", "http://here/x#" + sum} {
		if _, err := fetch.Original.At(address); engine.AsError(err) == nil || engine.AsError(err).Code != engine.InvalidRequest {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, p := range []fetch.Published{fetch.Original, fetch.Torchvision} {
		if p.Size < 80e6 || (p.MD5 == "") == (p.SHA256 == "") || !strings.HasPrefix(p.URL, "https://") || p.From != "" {
			t.Errorf("%+v", p)
		}
	}
}
