//go:build browser

package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"trappedinart/engine/vgg"
	"trappedinart/internal/await"
	"trappedinart/server/api"
	"trappedinart/weights"
)

// narrow are the channels of a network that a recipe looks at the last layer of.
var narrow = []int{16, 16, 24, 24, 32, 32}

// openWithNetwork opens a site that has a second network, called narrow, of so many
// channels and random weights, and returns what the server says of it and its file.
func openWithNetwork(t *testing.T, channels ...int) (*site, api.Weights, []byte) {
	t.Helper()
	data, err := weights.Marshal(vgg.Random("narrow", channels), nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "weights"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "weights", "narrow.safetensors"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openWith(t, dir)
	var list []api.Weights
	await.That(t, "the server to have compressed the network", func() bool {
		list = nil
		if err := json.Unmarshal(s.get(t, "/api/v1/weights"), &list); err != nil || len(list) != 3 {
			t.Fatalf("the server has %+v, %v", list, err)
		}
		return list[2].Compressed > 0
	})
	file := s.get(t, list[2].URL)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetched = nil
	return s, list[2], file
}

func (s *site) get(t *testing.T, path string) []byte {
	t.Helper()
	answer, err := http.Get(s.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// requests returns those for the file of that network so far.
func (s *site) requests(w api.Weights) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, r := range s.fetched {
		if path, rest, _ := strings.Cut(r, " "); path == w.URL {
			list = append(list, rest)
		}
	}
	return list
}

func (s *site) answerWeights(f http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weights = f
}

const networkText = `[...document.querySelectorAll('#network option')].map(o => o.innerText).join(', ')`

func (b *tab) reload() {
	b.Helper()
	b.again()
	b.until(`document.querySelector('#start') !== null`, 30*time.Second)
	b.ready(1)
}

// again loads the page anew, and waits until it is there.
func (b *tab) again() {
	b.Helper()
	value[bool](b, `window.stale = true`)
	if err := b.window.reload(); err != nil {
		b.Fatal(err)
	}
	b.until(`!window.stale && document.querySelector('#status') !== null`, time.Minute)
}

func (b *tab) paint() {
	b.Helper()
	value[bool](b, `(() => { window.began = false; const s = document.querySelector('#status');
		new MutationObserver(() => { window.began ||= s.dataset.state !== 'done'; }).observe(s, {attributes: true}); return true; })()`)
	b.press("Start")
	b.until(`(window.began || `+state+` !== 'done') && `+state+` === 'done'`, time.Minute)
}

// A network is fetched once, whole, and then it is there: after a reload, and without a
// server.
func TestNetworkIsFetchedOnce(t *testing.T) {
	s, narrow, _ := openWithNetwork(t, append(narrow, 64, 128)...) // of which the last two are not looked at
	b := newTabAlone(t, 3*time.Minute, s, "/?size=64&iterations=2", 1280, 800, chromedp.DisableGPU)
	b.ready(1)
	b.until(networkText+`.endsWith('narrow (downloads `+kilobytes(narrow.Transfer())+` once)')`, 10*time.Second)
	value[bool](b, `(() => { const n = document.querySelector('#network'); n.value = 'narrow'; n.dispatchEvent(new Event('change')); return true; })()`)
	b.paint()
	b.until(networkText+`.endsWith(', narrow')`, 10*time.Second) // whole, though the run needed less
	b.do(chromedp.Navigate(s.URL + "/?size=64&iterations=2&network=narrow"))
	b.until(`document.querySelector('#start') !== null`, 30*time.Second)
	b.ready(1)
	b.paint()
	if got := s.requests(narrow); !slices.Equal(got, []string{""}) {
		t.Errorf("requests for the network: %q, want a single one for all of it", got)
	}
	b.clean()

	b.until(`navigator.serviceWorker.controller !== null`, 30*time.Second)
	s.Close()
	b.reload()
	b.paint()
	// The small network was fetched without being used.
	b.do(chromedp.Navigate(s.URL + "/?size=64&iterations=2"))
	b.until(`document.querySelector('#start') !== null`, 30*time.Second)
	b.ready(1)
	b.paint()
}

func kilobytes(n int) string { return fmt.Sprintf("%d KB", (n+999)/1000) }

// A download that was stopped, and one whose connection breaks, go on where they were.
func TestInterruptedDownload(t *testing.T) {
	s, narrow, file := openWithNetwork(t, narrow...)
	half := len(file) * 3 / 4
	s.answerWeights(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != narrow.URL {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(file)))
		_, _ = w.Write(file[:half])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // and no more
	})
	b := newTabAlone(t, 3*time.Minute, s, "/?size=64&iterations=2&network=narrow", 1280, 800, chromedp.DisableGPU)
	b.ready(1)
	b.press("Start")
	b.until(fmt.Sprintf(`document.querySelector('.fine').innerText === 'Downloading the network: %d of %s'`, half/1000, kilobytes(len(file))), 20*time.Second)
	if got := value[string](b, state); got != "loading" {
		t.Errorf("the state is %q", got)
	}
	if got := value[float64](b, `document.querySelector('.progress progress').value`); got < 0.74 || got > 0.76 {
		t.Errorf("the bar is at %v", got)
	}
	if dir := os.Getenv("TRAPPED_SCREENSHOTS"); dir != "" {
		b.shoot(dir, "fetching")
	}
	b.press("Stop")
	b.until(state+` === 'idle'`, 10*time.Second)
	b.until(networkText+`.includes(' left to download)')`, 10*time.Second)
	if dir := os.Getenv("TRAPPED_SCREENSHOTS"); dir != "" {
		b.shoot(dir, "fetching-stopped")
	}

	var broke atomic.Bool
	started := make(chan struct{})
	s.answerWeights(func(w http.ResponseWriter, r *http.Request) {
		var from int
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err != nil || from < 1 || from >= len(file) {
			http.NotFound(w, r)
			return
		}
		select {
		case <-started:
		case <-r.Context().Done():
			return // the estimate of the time asked for it, and Start ended that
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(file)-from))
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(file)-1, len(file)))
		w.WriteHeader(http.StatusPartialContent)
		if broke.Load() {
			_, _ = w.Write(file[from:])
			return
		}
		_, _ = w.Write(file[from : from+1000])
		_ = http.NewResponseController(w).Flush()
		await.Time(t, 300*time.Millisecond) // the browser forgets what it has not handed on when a connection breaks
		if r.Context().Err() == nil {       // or Start ended this one as well
			broke.Store(true)
		}
		panic(http.ErrAbortHandler)
	})
	b.reload()
	b.press("Start")
	b.until(state+` === 'loading'`, 10*time.Second)
	close(started)
	b.until(state+` === 'done'`, time.Minute)
	all := s.requests(narrow)
	got := slices.Compact(slices.Clone(all)) // the estimate of the time, which ends before Start, may ask for the same
	var first, second int
	if len(got) == 3 {
		_, _ = fmt.Sscanf(got[1], "bytes=%d-", &first)
		_, _ = fmt.Sscanf(got[2], "bytes=%d-", &second)
	}
	if len(all) > 4 || first < half/2 || first > half || second != first+1000 {
		t.Errorf("requests for the network: %q, want all of it, from a layer before %d, and from 1000 bytes further", all, half)
	}
}

// A network that was changed on the way is refused, and nothing is lost.
func TestTamperedNetwork(t *testing.T) {
	s, narrow, file := openWithNetwork(t, narrow...)
	bad := slices.Clone(file)
	bad[len(bad)-9] ^= 1
	s.answerWeights(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bad) })
	b := newTabAlone(t, 3*time.Minute, s, "/?size=64&iterations=2&network=narrow", 1280, 800, chromedp.DisableGPU)
	b.ready(1)
	b.press("Start")
	b.until(state+` === 'failed'`, 20*time.Second)
	if got := value[string](b, problem); !strings.Contains(got, "The network arrived damaged") {
		t.Errorf("the page says %q", got)
	}
	s.answerWeights(nil)
	b.paint()
	// It is fetched ahead, for each Start, and for the estimate of the time, before and between: whole once, and
	// then only what is wrong.
	all := s.requests(narrow)
	if got := slices.Compact(slices.Clone(all)); len(all) > 5 || len(got) != 2 || !strings.HasPrefix(got[1], "bytes=") {
		t.Errorf("requests for the network: %q", all)
	}
}

// Without a private file system networks are in the browser's cache, and without that
// they are not kept; either way it paints.
func TestOtherPlacesForNetworks(t *testing.T) {
	for name, before := range map[string]string{
		"cache":  `delete StorageManager.prototype.getDirectory;`,
		"memory": `delete StorageManager.prototype.getDirectory; Object.defineProperty(self, "caches", {value: undefined});`,
	} {
		s, narrow, _ := openWithNetwork(t, narrow...)
		s.before = before
		b := newTabAlone(t, 3*time.Minute, s, "/?size=64&iterations=2&network=narrow", 1280, 800, chromedp.DisableGPU)
		b.ready(1)
		b.paint()
		b.paint()
		b.reload()
		b.until(`(caches.open('weights').then(c => c.keys()).then(k => window.cached = k.length > 0), window.cached !== undefined)`, 10*time.Second)
		cached := value[bool](b, `window.cached`)
		b.paint()
		// A network that the page does not keep may be in the browser's own cache.
		if got := s.requests(narrow); len(got) != 1 || cached != (name == "cache") {
			t.Errorf("%s: requests for the network: %q; in the cache: %v", name, got, cached)
		}
	}
}
