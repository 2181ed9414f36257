//go:build browser

package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// deep is where the page is that has no server.
const deep = "/deep/er/"

// A host only hands out files.
type host struct {
	*site
	dir       string
	mu        sync.Mutex
	wrong     []string // requests outside its path, with a body, and that fail
	documents int      // how often the page was asked for, to be shown
}

// openHost writes the page as a person does, beside the networks that are named, and serves
// it by net/http's server of files. Before an answer is made it goes through change.
func openHost(t *testing.T, change func(w http.ResponseWriter, r *http.Request), networks ...string) *host {
	t.Helper()
	dir := t.TempDir()
	writeSite(t, dir, networks...)
	files := http.StripPrefix(deep, http.FileServer(http.Dir(dir)))
	h := &host{site: &site{}, dir: dir}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said := &answered{ResponseWriter: w, status: http.StatusOK}
		if change != nil {
			change(said, r)
		}
		if said.status == http.StatusOK {
			files.ServeHTTP(said, r)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if r.URL.Path == deep && r.Header.Get("Sec-Fetch-Mode") != "cors" { // which is how the service worker gets what it keeps
			h.documents++
		}
		if r.ContentLength != 0 || r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, deep) || said.status >= 400 {
			h.wrong = append(h.wrong, fmt.Sprint(r.Method, " ", r.URL, " ", r.ContentLength, " ", said.status))
		}
	}))
	t.Cleanup(h.Close)
	return h
}

func writeSite(t *testing.T, dir string, networks ...string) {
	t.Helper()
	program := os.Getenv("TRAPPED_BIN")
	if program == "" {
		program = filepath.Join("..", "bin", "trapped")
	}
	args := []string{"site", "--out", dir, "--data", t.TempDir()}
	for _, n := range networks {
		args = append(args, "--weights", n)
	}
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s (make build makes %s)", err, out, program)
	}
}

type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// asked returns what was wrong with the requests so far, and how often the page was loaded.
func (h *host) asked() (wrong []string, documents int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.wrong...), h.documents
}

// cached is how many files the service workers keep.
const cached = `(caches.keys().then(async names => { let n = 0; for (const name of names) if (name.startsWith('page-')) n += (await (await caches.open(name)).keys()).length; window.cachedFiles = n; }), window.cachedFiles)`

// Where only files are handed out, under some path, the page paints all the same: isolated
// from the first visit on, without a request that fails, and offline.
func TestSite(t *testing.T) {
	h := openHost(t, nil)
	b := newTab(t, h.site, deep+"?size=96&iterations=7&seed=5", 1280, 800)
	b.ready(1)
	if !value[bool](b, `crossOriginIsolated && new SharedArrayBuffer(8).byteLength === 8`) {
		t.Error("the page is not isolated at the first visit")
	}
	if got := value[string](b, `location.search`); got != "?size=96&iterations=7&seed=5" {
		t.Errorf("the address has %q", got)
	}
	b.slide("#dial-strength", "37")
	b.paint()
	b.until(results+` === 1`, 10*time.Second)
	for _, name := range []string{"Make it print size", "Share a link"} {
		if value[bool](b, button(name)+` !== undefined`) {
			t.Errorf("%q is offered without a server", name)
		}
	}
	if got := value[string](b, problem); got != "" {
		t.Errorf("the page says %q", got)
	}
	if text := value[string](b, privacy); text != "Nothing has left this device." {
		t.Errorf("the page says %q", text)
	}
	if n := value[int](b, `document.querySelectorAll('#network option').length`); n != 2 {
		t.Errorf("there is a choice of %d networks, want the two in the program", n)
	}
	value[bool](b, clipboard)
	value[bool](b, `document.querySelector('[aria-label="Copy recipe link"]').click(), true`)
	b.until(`window.copied`, 5*time.Second)
	link := b.link()
	if !strings.HasPrefix(link, deep+"#r=") {
		t.Errorf("the link is %q", link)
	}
	wrong, documents := h.asked()
	if len(wrong) > 0 {
		t.Errorf("requests of the page: %v", wrong)
	}
	if documents != 2 {
		t.Errorf("the page was loaded %d times, want once and once more for the service worker", documents)
	}
	b.until(cached+` > 30`, 20*time.Second)
	b.clean()

	// Somebody else opens the link, and has the recipe also after the load by which the page
	// is isolated.
	other := newTab(t, h.site, link, 1280, 800)
	other.until(valueOf("dial-strength")+` === '37' && `+valueOf("expert-seed")+` === '5' && `+valueOf("expert-iterations")+` === '7' && location.hash === '' && crossOriginIsolated`, 10*time.Second)
	other.clean()

	// Again, with another file of the same folder and then without any host.
	b.do(chromedp.Navigate(h.URL + deep + "index.html?size=96&iterations=7"))
	b.until(`document.querySelector('#start') !== null`, 30*time.Second)
	b.ready(1)
	h.Close()
	b.reload()
	if !value[bool](b, `crossOriginIsolated`) {
		t.Error("the page is not isolated without its host")
	}
	b.until(results+` === 1`, 10*time.Second)
	b.paint()
	if got := value[string](b, problem); got != "" {
		t.Errorf("offline the page says %q", got)
	}
	if wrong, _ := h.asked(); len(wrong) > 0 {
		t.Errorf("requests: %v", wrong)
	}
}

// A host that does not know WebAssembly, sends compressed copies, has headers of its own and
// lets browsers keep everything for an hour; and a new page there, with a second network,
// which is seen at the next visit.
func TestNewSite(t *testing.T) {
	_, narrow, file := openWithNetwork(t, narrow...)
	path := filepath.Join(t.TempDir(), "narrow.safetensors")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	var h *host
	h = openHost(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		kind := map[string]string{".wasm": "application/octet-stream", ".js": "text/javascript", "": "text/html"}[filepath.Ext(r.URL.Path)]
		if kind == "" {
			return
		}
		w.Header().Set("Content-Type", kind)
		name := strings.TrimPrefix(r.URL.Path, deep)
		if name == "" {
			name = "index.html"
		}
		if _, err := os.Stat(filepath.Join(h.dir, name+".gz")); err == nil {
			w.Header().Set("Content-Encoding", "gzip")
			r.URL.Path = deep + name + ".gz"
		}
	})
	b := newTab(t, h.site, deep+"?size=64&iterations=2", 1280, 800)
	b.ready(1)
	if !value[bool](b, `crossOriginIsolated`) {
		t.Error("headers of the host keep the page from being isolated")
	}
	b.paint()
	b.until(cached+` > 30`, 20*time.Second)
	writeSite(t, h.dir, path)
	b.reload()
	b.until(networkText+`.endsWith('narrow (downloads `+kilobytes(narrow.Bytes)+` once)')`, 10*time.Second)
	value[bool](b, `(() => { const n = document.querySelector('#network'); n.value = 'narrow'; n.dispatchEvent(new Event('change')); return true; })()`)
	b.paint()
	b.until(networkText+`.endsWith(', narrow')`, 10*time.Second)
	if wrong, _ := h.asked(); len(wrong) > 0 {
		t.Errorf("requests: %v", wrong)
	}
	b.clean()
	// The cache has the new page too.
	worker, err := os.ReadFile(filepath.Join(h.dir, "app-worker.js"))
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`cacheName = prefix \+ "([^"]*)"`).FindSubmatch(worker)[1]
	b.until(fmt.Sprintf(`(caches.keys().then(k => window.kept = k.filter(n => n.startsWith('page-')).join()), window.kept === 'page-deep/er/%s')`, version), 20*time.Second)
	h.Close()
	b.reload()
	b.until(networkText+`.endsWith(', narrow')`, 10*time.Second)
	b.paint()
}

// Without a service worker there is no isolation, and a page that paints.
func TestSiteWithoutServiceWorker(t *testing.T) {
	h := openHost(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/app-worker.js") {
			http.NotFound(w, r)
		}
	})
	b := newTab(t, h.site, deep+"?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.paint()
	if _, documents := h.asked(); documents != 1 || value[bool](b, `crossOriginIsolated`) {
		t.Errorf("the page was loaded %d times, want once and not isolated", documents)
	}
}
