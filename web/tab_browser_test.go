//go:build browser

package main_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"trappedinart/internal/await"
	"trappedinart/internal/fixture"
	"trappedinart/internal/program"
)

// serverOf starts the program as a person does, with that data directory and more flags, and
// returns its address.
func serverOf(t *testing.T, data string, flags ...string) *url.URL {
	t.Helper()
	path := cmp.Or(os.Getenv("TRAPPED_BIN"), filepath.Join("..", "bin", "trapped")) // make build makes it
	server := program.Start(t, path, nil, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data}, flags...)...)
	t.Cleanup(func() {
		server.Signal(t, os.Interrupt)
		if err := server.Ended(t); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	line := server.Line(t, 1, " is at ")
	_, address, _ := strings.Cut(line, " is at ")
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		t.Fatalf("the server says %q", line)
	}
	return u
}

// A site is the server seen through a proxy that counts what reaches it: from the
// page, its worker and its service worker alike.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	bodies   []string // requests with a body
	count    int
	bytes    int                      // that bodies of answers had
	helpers  int                      // requests whose query is that word
	broken   []string                 // paths that are answered with nonsense
	held     map[string]chan struct{} // paths that are answered when that is closed
	nonsense []string                 // those that were
	fetched  []string                 // requests for networks: path, and range if any
	// weights, if it is set, answers these in place of the server.
	weights http.HandlerFunc
	// before is JavaScript that the worker runs first, and beforeHelper what its helpers do.
	before, beforeHelper string
	// everywhere is JavaScript that the page runs first, and so does its worker.
	everywhere string
	open       bool     // to other origins: the page gets no headers that isolate it
	asked      []string // queries that tell how much memory was granted
}

// open opens a site of the test's own, and lets other tests run beside it.
func open(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	return openWith(t, t.TempDir())
}

// openWith opens a site whose data directory is given, while no other test runs unless the test lets it.
func openWith(t *testing.T, data string) *site {
	t.Helper()
	proxy := httputil.NewSingleHostReverseProxy(serverOf(t, data))
	proxy.FlushInterval = -1
	s := &site{}
	proxy.ModifyResponse = s.change
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.count++
		if r.URL.RawQuery == "helper" {
			s.helpers++
		} else if strings.HasPrefix(r.URL.RawQuery, "pages=") {
			s.asked = append(s.asked, r.URL.RawQuery)
		}
		if r.ContentLength != 0 || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
			s.bodies = append(s.bodies, r.Method+" "+r.URL.Path)
		}
		broken := slices.Contains(s.broken, r.URL.Path)
		if broken && !slices.Contains(s.nonsense, r.URL.Path) {
			s.nonsense = append(s.nonsense, r.URL.Path)
		}
		held := s.held[r.URL.Path]
		weights := s.weights
		if strings.HasPrefix(r.URL.Path, "/weights/") {
			s.fetched = append(s.fetched, strings.TrimSpace(r.URL.Path+" "+r.Header.Get("Range")))
		} else {
			weights = nil
		}
		s.mu.Unlock()
		w = &counted{w, s}
		if held != nil {
			select {
			case <-held:
			case <-r.Context().Done():
			}
		}
		switch r.URL.Path {
		case "/", workerPath, helperPath:
			r.Header.Del("Accept-Encoding")
		case everywherePath:
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, s.everywhere)
			return
		}
		if weights != nil {
			weights(w, r)
			return
		}
		if broken {
			_, _ = io.WriteString(w, "nonsense")
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// counted counts the bytes of a body.
type counted struct {
	http.ResponseWriter
	site *site
}

func (c *counted) Write(p []byte) (int, error) {
	c.site.mu.Lock()
	c.site.bytes += len(p)
	c.site.mu.Unlock()
	return c.ResponseWriter.Write(p)
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

const (
	workerPath     = "/web/worker.js"
	helperPath     = "/web/helper.js"
	everywherePath = "/everywhere.js"
)

// change puts before in front of the worker's script, beforeHelper in front of a helper's, and has
// the page run everywhere.
func (s *site) change(answer *http.Response) error {
	s.mu.Lock()
	before := map[string]string{workerPath: s.everywhere + s.before, helperPath: s.beforeHelper}[answer.Request.URL.Path]
	shell, open := s.everywhere != "" && answer.Request.URL.Path == "/", s.open
	s.mu.Unlock()
	if open {
		answer.Header.Del("Cross-Origin-Opener-Policy")
		answer.Header.Del("Cross-Origin-Embedder-Policy")
	}
	if before == "" && !shell {
		return nil
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	body = append([]byte(before), body...)
	if shell {
		body = bytes.Replace(body, []byte("<script "), []byte(`<script src="`+everywherePath+`"></script><script `), 1)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	answer.ContentLength = int64(len(body))
	answer.Header.Set("Content-Length", fmt.Sprint(len(body)))
	return err
}

func (s *site) sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.bodies...)
}

// A tab is a page in a browser of its own, as far as it is Chromium.
type tab struct {
	*testing.T
	window    window
	ctx       context.Context // of Chromium
	site      *site
	downloads string

	mu        sync.Mutex
	elsewhere []string // requests to other origins
	faults    []string // exceptions, console errors, CSP violations
}

// shared is the Chromium of most tests. The first of them starts it, and it ends after the last.
var shared = sync.OnceValue(func() context.Context { return startChromium(chromiums, chromedp.DisableGPU) })

// chromiums ends every Chromium when it is done.
var chromiums, endChromiums = context.WithCancel(context.Background())

func TestMain(m *testing.M) {
	code := m.Run()
	endChromiums()
	os.Exit(code)
}

func startChromium(parent context.Context, more ...chromedp.ExecAllocatorOption) context.Context {
	alloc, _ := chromedp.NewExecAllocator(parent, append(more,
		chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)...)
	ctx, _ := chromedp.NewContext(alloc)
	if err := chromedp.Do(ctx); err != nil {
		panic(err)
	}
	return ctx
}

// newTab opens a page of the site in a window of the shared Chromium, as a private one: it shares no files
// and no cache with others.
func newTab(t *testing.T, s *site, path string, width, height int64) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(shared(), chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	return newTabIn(t, ctx, 3*time.Minute, s, path, width, height)
}

// newTabAlone is newTab for that long, in a Chromium of its own and its usual profile, which keeps files on
// the disk.
func newTabAlone(t *testing.T, patience time.Duration, s *site, path string, width, height int64, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	ctx, end := context.WithCancel(chromiums)
	t.Cleanup(end)
	return newTabIn(t, startChromium(ctx, more...), patience, s, path, width, height)
}

func newTabIn(t *testing.T, ctx context.Context, patience time.Duration, s *site, path string, width, height int64) *tab {
	t.Helper()
	ctx, end := context.WithTimeout(ctx, patience)
	t.Cleanup(end)
	b := &tab{T: t, window: chromium{ctx}, ctx: ctx, site: s, downloads: t.TempDir()}
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: b.downloads,
			BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
		return err
	}))
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(s.URL+path))
	b.until(`document.querySelector('#start') !== null`, 30*time.Second)
	return b
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.site.URL) && !strings.HasPrefix(u, "blob:") && !strings.HasPrefix(u, "data:") {
			b.elsewhere = append(b.elsewhere, u)
		}
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			what += " " + e.ExceptionDetails.Exception.Description
		}
		b.faults = append(b.faults, what)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" {
			for _, a := range e.Args {
				b.Log("console: ", string(a.Value))
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			b.faults = append(b.faults, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// value evaluates JavaScript in the page.
func value[T any](b *tab, expression string) (v T) {
	b.Helper()
	text, err := b.window.eval(expression)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to be true.
func (b *tab) until(expression string, patience time.Duration) {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	for range await.Turns(ctx, 20*time.Millisecond) {
		if text, err := b.window.eval("Boolean(" + expression + ")"); err == nil && string(text) == "true" {
			return
		}
	}
	b.Fatalf("%s has not come true in %s; the page says %q", expression, patience, value[string](b, `document.body.innerText`))
}

// frames waits until the page has heard of events before, and the browser has drawn what followed:
// the program has its turn between two frames.
func (b *tab) frames() {
	b.Helper()
	b.run(`for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame);`)
}

func (b *tab) choose(name string, files ...string) {
	b.Helper()
	if err := b.window.upload(fmt.Sprintf(`input[aria-label=%q]`, name), files); err != nil {
		b.Fatal(err)
	}
}

// press clicks the button of that name.
func (b *tab) press(name string) {
	b.Helper()
	b.until(fmt.Sprintf(`%s && !%s.disabled`, button(name), button(name)), 10*time.Second)
	value[bool](b, button(name)+`.click(), true`)
}

func button(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('button')].find(b => b.innerText === %q && b.checkVisibility())`, name)
}

const (
	state   = `document.querySelector('#status').dataset.state`
	problem = `(document.querySelector('[role=alert]') || {innerText: ''}).innerText`
	// picture is a short sum of what the canvas shows.
	picture = `(() => { const c = document.querySelector('[aria-label=Result] canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		let s = 0; for (let i = 0; i < d.length; i++) s = (s * 31 + d[i]) | 0; return s; })()`
)

// ready waits for both pictures, whose number of styles is given.
func (b *tab) ready(styles int) {
	b.Helper()
	b.until(fmt.Sprintf(`document.querySelectorAll('.strip li').length === %d && document.querySelector('.tile.filled') && !document.querySelector('#start').disabled`, styles), 20*time.Second)
}

// own chooses a photograph and a painting: the real ones beside the project, or two
// that are drawn here.
func (b *tab) own() {
	b.Helper()
	content, found := fixture.Find(b, "images", "golden_gate.jpg")
	style, _ := fixture.Find(b, "images", "starry_night.jpg")
	content, _ = filepath.Abs(content)
	style, _ = filepath.Abs(style)
	if !found {
		b.Log("the photographs beside the project are absent: two drawn pictures instead")
		content, style = drawn(b.T, "golden_gate.jpg", 300, 225, 7), drawn(b.T, "starry_night.jpg", 320, 200, 23)
	}
	b.choose("Photograph file", content)
	b.until(`document.querySelector('.tile.filled img').alt === 'golden_gate.jpg'`, 20*time.Second)
	b.choose("Style picture file", style)
	b.until(`(document.querySelector('.strip img') || {}).alt === 'starry_night.jpg'`, 20*time.Second)
	b.ready(1)
}

func drawn(t *testing.T, name string, w, h, k int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x * k), uint8(y * k / 2), uint8((x + y) * k / 3), 255})
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// clean fails the test if the page went elsewhere or complained.
func (b *tab) clean() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.elsewhere) > 0 {
		b.Errorf("requests to other origins: %v", b.elsewhere)
	}
	if len(b.faults) > 0 {
		b.Errorf("the page complains: %v", b.faults)
	}
}
