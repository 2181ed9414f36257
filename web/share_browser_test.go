//go:build browser

package main_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"trappedinart/internal/await"
)

const (
	// sharedPicture is the sum of picture, of the share that is looked at.
	sharedPicture = `(() => { const i = document.querySelector('#shown img'); const c = document.createElement('canvas'); c.width = i.naturalWidth; c.height = i.naturalHeight;
		const p = c.getContext('2d'); p.drawImage(i, 0, 0); const d = p.getImageData(0, 0, c.width, c.height).data;
		let s = 0; for (let i = 0; i < d.length; i++) s = (s * 31 + d[i]) | 0; return s; })()`
	sharedText = `document.querySelector('#shared').innerText`
	shareText  = `document.querySelector('#share').innerText`
	privacy    = `document.querySelector('#privacy').innerText`
	shareLink  = `(document.querySelector('#share-link') || {value: ''}).value`
	// clipboard stands in for that of the system, which no page has without a screen.
	clipboard = `Object.defineProperty(navigator, 'clipboard', {value: {writeText: async t => { window.copied = t; }}, configurable: true}), true`
)

// link returns the path of the link that was copied.
func (b *tab) link() string {
	b.Helper()
	path, ok := strings.CutPrefix(value[string](b, `window.copied`), b.site.URL)
	if !ok {
		b.Fatalf("the link %q does not lead to this page", value[string](b, `window.copied`))
	}
	return path
}

// show shows the dialog of the result's share.
func (b *tab) show(text string) {
	b.Helper()
	b.press("Share a link")
	b.until(`document.querySelector('#share').open && `+shareText+`.includes('`+text+`')`, 10*time.Second)
}

func TestShare(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=96&iterations=3", 1280, 800)
	b.ready(1)
	if value[bool](b, button("Share a link")+` !== undefined`) {
		t.Error("there is something to share before there is a result")
	}
	b.slide("#dial-strength", "81")
	b.paint()
	b.until(results+` === 1`, 10*time.Second)
	want := value[int](b, picture)
	value[bool](b, clipboard)
	b.show("will be encrypted on this device and sent (")
	value[bool](b, `(() => { const t = document.querySelector('#share-name'); t.value = 'For <b>you</b>'; t.dispatchEvent(new Event('input', {bubbles: true}));
		const d = document.querySelector('#share-days'); d.value = '7'; d.dispatchEvent(new Event('change', {bubbles: true}));
		document.querySelector('#share-with').click(); return true; })()`)
	b.until(shareText+`.includes('The painting with the photograph will be') && `+shareText+`.includes('keeps it for 7 days')`, 5*time.Second)
	b.axe("before a share")
	if sent := s.sent(); len(sent) > 0 {
		t.Errorf("sent before it was agreed to: %v", sent)
	}
	b.press("Encrypt and send")
	b.until(`window.copied && `+shareLink+` === window.copied`, 20*time.Second)
	b.until(privacy+`.startsWith('The painting with the photograph, encrypted (')`, 5*time.Second)
	b.axe("a link")
	link := b.link()
	if path, key, ok := strings.Cut(link, "#"); !ok || len(key) != 43 || !strings.HasPrefix(path, "/s/") {
		t.Errorf("the link is %q", link)
	}
	b.clean()

	// Another person sees the same, and paints by its recipe.
	other := newTab(t, s, link, 1280, 800)
	other.until(`document.querySelectorAll('#shown img').length === 2 && [...document.querySelectorAll('#shown img')].every(i => i.complete && i.naturalWidth)`, 30*time.Second)
	if got := value[int](other, sharedPicture); got != want {
		t.Errorf("the shared picture has the sum %d, and the result %d", got, want)
	}
	if text := value[string](other, sharedText); !strings.Contains(text, "For <b>you</b>") {
		t.Errorf("the share says %q", text)
	}
	other.slide("#shown .compare", "20")
	if clip := value[string](other, `getComputedStyle(document.querySelector('#shown .before')).clipPath`); !strings.Contains(clip, "80%") {
		t.Errorf("the photograph is covered by %q", clip)
	}
	other.scheme("dark")
	other.axe("a share, dark")
	other.press("Use this recipe")
	other.until(`!document.querySelector('#shared').open && `+valueOf("dial-strength")+` === '81' && location.pathname + location.hash === '/'`, 5*time.Second)
	other.ready(1)
	other.paint()
	other.clean()

	// It can be revoked after the page was closed.
	b.reload()
	b.until(results+` === 1`, 10*time.Second)
	if text := value[string](b, privacy); !strings.HasPrefix(text, "The painting with the photograph, encrypted (") {
		t.Errorf("after the reload the page says %q", text)
	}
	value[bool](b, `document.querySelector('.result').click(), true`)
	b.until(state+` === 'done'`, 10*time.Second)
	b.show("can see the painting until")
	if got := value[string](b, shareLink); got != s.URL+link {
		t.Errorf("after the reload the link is %q, and was %q", got, link)
	}
	b.press("Revoke")
	b.until(`!document.querySelector('#share').open && `+privacy+`.includes('Deleted there at ')`, 10*time.Second)
	b.clean()

	gone := newTab(t, s, link, 1280, 800)
	gone.until(sharedText+`.includes('There is no such share')`, 10*time.Second)
	if sent := s.sent(); len(sent) != 2 || sent[0] != "POST /api/v1/shares" || !strings.HasPrefix(sent[1], "DELETE /api/v1/shares/") {
		t.Errorf("sent %v, want the share and its removal", sent)
	}
	b.reload()
	b.until(results+` === 1`, 10*time.Second)
	value[bool](b, `document.querySelector('.result').click(), true`)
	b.until(state+` === 'done'`, 10*time.Second)
	b.show("will be encrypted on this device") // once more
	b.clean()
}

// A link that lacks its end, or has another's key, says so.
func TestShareKey(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.paint()
	value[bool](b, clipboard)
	b.show("will be encrypted on this device")
	b.press("Encrypt and send")
	b.until(`window.copied`, 20*time.Second)
	path, key, _ := strings.Cut(b.link(), "#")
	other := strings.Repeat("A", len(key))
	for fragment, want := range map[string]string{key[:40]: "lacks its key", "": "lacks its key", other: "does not open"} {
		opened := newTab(t, s, path+"#"+fragment, 1280, 800)
		opened.until(sharedText+`.includes('`+want+`')`, 10*time.Second)
		opened.press("Close")
		opened.ready(1)
		opened.clean()
	}
	// The whole link mends it, without loading the page again.
	mended := newTab(t, s, path+"#"+other, 1280, 800)
	mended.until(sharedText+`.includes('does not open')`, 10*time.Second)
	value[bool](mended, `location.hash = '`+key+`', true`)
	mended.until(`document.querySelectorAll('#shown img').length === 1 && document.querySelector('#shown img').naturalWidth === 64`, 10*time.Second)
	if value[bool](mended, `document.querySelector('#shown .compare') !== null`) {
		t.Error("before and after without a photograph")
	}
	mended.clean()
	// Deleting the result deletes its share.
	b.do(chromedp.Reload())
	b.ready(1)
	b.until(results+` === 1`, 10*time.Second)
	b.press("Delete all")
	b.press("Delete all of it")
	await.That(t, "the server to have deleted what was shared of the result", func() bool {
		answer, err := http.Get(s.URL + "/api/v1/shares/" + strings.TrimPrefix(path, "/s/"))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusNotFound
	})
}

func TestRecipeLink(t *testing.T) {
	s := open(t)
	s.broken = []string{"/api/v1/healthz"} // it needs no server
	b := newTab(t, s, "/?size=96&iterations=7&seed=5", 1280, 800)
	b.ready(1)
	b.slide("#dial-strength", "37")
	value[bool](b, clipboard)
	const copyLink = `document.querySelector('[aria-label="Copy recipe link"]').click(), true`
	value[bool](b, copyLink)
	b.until(`window.copied`, 5*time.Second)
	link := b.link()
	if !strings.HasPrefix(link, "/#r=") {
		t.Fatalf("the link is %q", link)
	}
	other := newTab(t, s, link, 1280, 800)
	other.until(valueOf("dial-strength")+` === '37' && `+valueOf("expert-seed")+` === '5' && `+valueOf("expert-iterations")+` === '7' && location.hash === ''`, 10*time.Second)
	other.ready(1)
	other.paint()
	if value[bool](other, button("Share a link")+` !== undefined`) {
		t.Error("sharing is offered without a server")
	}
	// On a page that is open, and a damaged one, which changes nothing.
	other.slide("#dial-strength", "50")
	other.until(valueOf("dial-strength-value")+` === '50'`, 5*time.Second) // drawn: the page has taken it
	value[bool](other, `location.hash = '`+strings.TrimPrefix(link, "/#")+`', true`)
	other.until(valueOf("dial-strength")+` === '37'`, 5*time.Second)
	value[bool](other, `location.hash = 'r=AAAA', true`)
	other.until(problem+`.includes('recipe is damaged')`, 5*time.Second)
	if got := value[string](other, valueOf("dial-strength")); got != "37" {
		t.Errorf("the damaged link made the strength %s", got)
	}
	// Where the page cannot copy, the address has the link.
	value[bool](other, `Object.defineProperty(navigator, 'clipboard', {value: undefined}), true`)
	value[bool](other, copyLink)
	other.until(`location.pathname + location.hash === '`+link+`'`, 5*time.Second)
	if sent := s.sent(); len(sent) > 0 {
		t.Errorf("requests with a body: %v", sent)
	}
	other.clean()
	b.clean()
}
