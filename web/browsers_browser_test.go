//go:build browser && browsers

package main_test

import (
	"image"
	"strings"
	"testing"
	"time"

	"trappedinart/internal/await"
)

// TestBrowsers holds that people use the page in every engine of browsers, and in browsers that
// lack something. The page says what one of them cannot do.
func TestBrowsers(t *testing.T) {
	for _, browser := range []struct {
		name string
		open func(t *testing.T) window // or nil: Chromium has one for each use
	}{
		{"chromium", nil}, {"firefox", openFirefox}, {"webkit", openWebKit},
	} {
		t.Run(browser.name, func(t *testing.T) {
			var w window
			if browser.open != nil {
				w = browser.open(t)
			}
			for _, u := range uses {
				t.Run(u.name, func(t *testing.T) {
					v := &visitor{T: t, window: w, site: openWith(t, t.TempDir())}
					u.use(v)
				})
			}
		})
	}
}

// A visitor opens the page of a site.
type visitor struct {
	*testing.T
	window window
	site   *site
}

// visit opens the page at that path, in a Chromium of its own or in the browser's window.
func (v *visitor) visit(path string) *tab {
	v.Helper()
	if v.window == nil {
		return newTab(v.T, v.site, path, 1280, 800)
	}
	b := &tab{T: v.T, window: v.window, ctx: v.Context(), site: v.site}
	if err := v.window.visit(v.site.URL + path); err != nil {
		v.Fatal(err)
	}
	v.Cleanup(func() { _ = v.window.visit("about:blank") }) // and leave the server alone
	b.until(`document.querySelector('#start') !== null`, time.Minute)
	return b
}

// uses are what people do with the page, and what browsers they have.
var uses = []struct {
	name string
	use  func(v *visitor)
}{
	{"first use", firstUse},
	{"pause and resume", pauseAndResume},
	{"reload and resume", reloadAndResume},
	{"masks", useMasks},
	{"share and open", shareAndOpen},
	{"offline", offline},
	{"without relaxed SIMD", withoutRelaxed},
	{"without shared memory", withoutSharing},
	{"without private files", withoutFiles},
	{"without storage", withoutStorage},
}

// sharing is whether the browser hands memory to another worker. WebKit's MiniBrowser has memory that
// can be shared, but does not hand it on, so that the engine paints without helpers there.
const sharing = `(() => { try {
	new MessageChannel().port1.postMessage(new WebAssembly.Memory({initial: 1, maximum: 1, shared: true}));
	return true;
} catch { return false; } })()`

// firstUse paints pictures of one's own, and finds the painting again. Meanwhile the page says how many
// cores compute.
func firstUse(v *visitor) {
	v.site.before = tellOfHelpers
	b := v.visit("/?size=128&iterations=6&workers=2")
	b.own()
	before := value[int](b, picture)
	helpers, cores := 1, " · 2 processor cores"
	if !value[bool](b, sharing) {
		helpers, cores = 0, " · 1 processor core"
	}
	value[bool](b, `(() => { window.cores = '';
		new MutationObserver(() => { window.cores = document.body.innerText.match(/ · \d processor cores?/)?.[0] || window.cores; }).observe(document.body, {childList: true, subtree: true, characterData: true}); return true; })()`)
	b.paint()
	if value[int](b, picture) == before {
		v.Error("the result is the photograph")
	}
	if got := value[string](b, `window.cores`); got != cores {
		v.Errorf("the page says %q, want %q", got, cores)
	}
	if n := v.site.helping(); !value[bool](b, `crossOriginIsolated`) || n != helpers {
		v.Errorf("the engine has %d helpers, want %d", n, helpers)
	}
	b.until(results+` === 1`, 10*time.Second)
	b.fine()
	b.again()
	b.until(results+` === 1`, 20*time.Second)
	b.clean()
}

// fine holds that the page has nothing to complain of, and has sent nothing.
func (b *tab) fine() {
	b.Helper()
	if said := value[string](b, problem); said != "" {
		b.Errorf("the page says %q", said)
	}
	if sent := b.site.sent(); len(sent) > 0 {
		b.Errorf("requests with a body: %v", sent)
	}
}

const iteration = `Number(document.querySelector('#status').dataset.iteration)`

func pauseAndResume(v *visitor) {
	b := v.visit("/?size=128&iterations=3000")
	b.ready(1)
	b.press("Start")
	b.until(iteration+` > 2`, time.Minute)
	b.press("Pause")
	b.until(state+` === 'paused'`, 20*time.Second)
	at := value[int](b, `window.at = `+iteration)
	await.Time(v, 500*time.Millisecond) // in which it would go on if it did
	if now := value[int](b, iteration); now != at {
		v.Errorf("paused, it goes on from iteration %d to %d", at, now)
	}
	b.press("Resume")
	b.until(state+` === 'running' && `+iteration+` > window.at`, 20*time.Second)
	b.press("Stop")
	b.until(state+` === 'done'`, 20*time.Second)
	b.fine()
	b.clean()
}

// reloadAndResume has a painting that the page was closed on go on from its last checkpoint.
func reloadAndResume(v *visitor) {
	b := v.visit("/?size=128&iterations=10000&seed=3")
	b.ready(1)
	b.press("Start")
	b.until(iteration+` > 50`, time.Minute)
	b.checkpointed()
	b.again()
	b.until(`document.querySelector('#resume')`, 30*time.Second)
	if got := value[string](b, state); got != "paused" {
		v.Errorf("after the reload the state is %s", got)
	}
	value[bool](b, `(() => { window.least = Infinity; new MutationObserver(() => { if (`+iteration+`) least = Math.min(least, `+iteration+`); }).observe(document.querySelector('#status'), {attributes: true}); return true; })()`)
	b.press("Resume")
	b.until(state+` === 'running' && isFinite(window.least)`, time.Minute)
	if least := value[int](b, `window.least`); least < 10 {
		v.Errorf("it begins again, at iteration %d", least)
	}
	b.press("Stop")
	b.until(state+` === 'done'`, 20*time.Second)
	b.fine()
	b.clean()
}

// useMasks paints a style on one side, and keeps a part of it as it is.
func useMasks(v *visitor) {
	b := v.visit("/?size=128&iterations=4")
	b.ready(1)
	path, photograph := noise(v.T, 128, 96)
	b.choose("Photograph file", path)
	b.until(photographName+` === 'noise.png'`, 10*time.Second)
	b.paintMasks()
	b.paint()
	result := &image.NRGBA{Rect: photograph.Rect, Stride: photograph.Stride}
	result.Pix = value[[]byte](b, `(() => { const c = document.querySelector('#picture'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		let s = ''; for (const v of d) s += String.fromCharCode(v); return btoa(s); })()`)
	if len(result.Pix) != len(photograph.Pix) {
		v.Fatalf("the result has %d bytes", len(result.Pix))
	}
	b.masked(result, photograph, 100)
	b.fine()
	b.clean()
}

// shareAndOpen has another person open the link.
func shareAndOpen(v *visitor) {
	b := v.visit("/?size=96&iterations=2")
	b.ready(1)
	b.paint()
	want := value[int](b, picture)
	value[bool](b, clipboard)
	b.show("will be encrypted on this device and sent (")
	b.press("Encrypt and send")
	b.until(`window.copied && `+shareLink+` === window.copied`, 20*time.Second)
	link := b.link()
	b.clean()
	other := v.visit(link)
	other.until(`document.querySelector('#shown img').naturalWidth`, 30*time.Second)
	if got := value[int](other, sharedPicture); got != want {
		v.Errorf("the shared picture has the sum %d, and the result %d", got, want)
	}
	other.press("Use this recipe")
	other.until(`!document.querySelector('#shared').open && location.pathname + location.hash === '/'`, 5*time.Second)
	other.clean()
}

// offline paints after the server has gone.
func offline(v *visitor) {
	b := v.visit("/?size=64&iterations=2")
	b.ready(1)
	b.paint()
	b.until(cached+` > 20`, 30*time.Second)
	v.site.Close()
	b.reload()
	b.paint()
	b.fine()
}

// withoutRelaxed paints where the kernels with relaxed instructions are not valid.
func withoutRelaxed(v *visitor) {
	v.site.before = `{ const valid = WebAssembly.validate; WebAssembly.validate = (bytes) => { // 0xfd 0x105 is f32x4.relaxed_madd
		const b = new Uint8Array(bytes); for (let i = 2; i < b.length; i++) if (b[i] === 2 && b[i - 1] === 0x85 && b[i - 2] === 0xfd) { fetch("/api/v1/healthz?pages=refused"); return false; }
		return valid(bytes); }; }
`
	b := v.visit("/?size=64&iterations=2")
	b.ready(1)
	b.paint()
	v.site.mu.Lock()
	if len(v.site.asked) == 0 {
		v.Error("the kernels with relaxed instructions were not tried")
	}
	v.site.mu.Unlock()
	b.fine()
	b.clean()
}

// withoutSharing paints where the page is not isolated, on one processor, and says so.
func withoutSharing(v *visitor) {
	v.site.open, v.site.before = true, tellOfHelpers
	b := v.visit("/?size=64&iterations=2&workers=2")
	b.ready(1)
	b.until(`document.body.innerText.includes('One processor paints')`, 20*time.Second)
	b.paint()
	if value[bool](b, `crossOriginIsolated`) || v.site.helping() > 0 {
		v.Errorf("memory was shared: the engine has %d helpers", v.site.helping())
	}
	b.fine()
	b.clean()
}

// withoutFiles has a browser that denies its private file system, as private windows do: networks
// are kept elsewhere, and loaded once all the same.
func withoutFiles(v *visitor) {
	v.site.everywhere = `if (navigator.storage) navigator.storage.getDirectory = async () => { throw new DOMException("denied", "SecurityError"); };
`
	b := v.visit("/?size=64&iterations=2")
	b.ready(1)
	b.paint()
	b.until(`!document.querySelector('#network').selectedOptions[0].innerText.includes('download')`, 20*time.Second)
	b.run(`await (await caches.open('probe')).put('/probe', new Response('kept'));`)
	b.reload()
	// A private window of WebKit empties its cache when no page of the site is open.
	b.run(`window.keeps = Boolean(await (await caches.open('probe')).match('/probe'));`)
	times := 1
	if !value[bool](b, `window.keeps`) {
		times = 2
	}
	b.paint()
	v.site.mu.Lock()
	defer v.site.mu.Unlock()
	if n := len(v.site.fetched); n != times {
		v.Errorf("networks were asked for: %v, want %d", v.site.fetched, times)
	}
}

// withoutStorage has a browser that keeps nothing at all.
func withoutStorage(v *visitor) {
	v.site.everywhere = `if (self.window) Object.defineProperty(self, "indexedDB", { value: { open() { throw new DOMException("denied", "SecurityError"); } } });
`
	b := v.visit("/?size=64&iterations=2")
	b.ready(1)
	b.until(`document.querySelector('.history').innerText.includes('keeps nothing')`, 20*time.Second)
	b.paint()
	b.until(results+` === 1`, 10*time.Second)
	if text := value[string](b, `document.querySelector('.history').innerText`); !strings.Contains(text, "keeps nothing") {
		v.Errorf("with a result the history says %q", text)
	}
	b.fine()
	b.clean()
}

// tellOfHelpers is for a worker's script; the service worker asks for theirs too.
const tellOfHelpers = "self.Worker = class extends Worker { constructor(...a) { super(...a); fetch('/api/v1/healthz?helper'); } };\n"

// helping is how many helpers were started.
func (s *site) helping() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.helpers
}
