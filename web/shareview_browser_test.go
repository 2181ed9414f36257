//go:build browser

package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
)

// saves presses Download where it is and returns the file of that name.
func (b *tab) saves(download, name string) []byte {
	b.Helper()
	value[bool](b, download+`.click(), true`)
	return b.file(name, func(file []byte) error {
		if len(file) == 0 {
			return errors.New("it is empty")
		}
		return nil
	})
}

// The page of a link shows single pixels, and saves the picture with its recipe; also
// without a pointer.
func TestShareView(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=3&seed=11", 1280, 800)
	b.ready(1)
	b.paint()
	value[bool](b, clipboard)
	b.show("will be encrypted on this device")
	value[bool](b, `(() => { const t = document.querySelector('#share-name'); t.value = 'A day out'; t.dispatchEvent(new Event('input', {bubbles: true}));
		document.querySelector('#share-with').click(); return true; })()`)
	b.press("Encrypt and send")
	b.until(`window.copied`, 20*time.Second)
	b.press("Close")
	want := b.saves(button("Download"), "fruit-painted.png")

	other := newTab(t, s, b.link(), 1280, 800)
	const shown = `document.querySelectorAll('#shown img').length === 2 && [...document.querySelectorAll('#shown img')].every(i => i.complete && i.naturalWidth)`
	other.until(shown, 30*time.Second)
	download := `[...document.querySelectorAll('#shared button')].find(b => b.innerText === 'Download')`
	if got := other.saves(download, "A day out.png"); !bytes.Equal(got, want) {
		t.Errorf("the PNG that is saved has %d bytes and is not the one that was shared, of %d", len(got), len(want))
	}
	for format, suffix := range map[string]string{"JPEG": ".jpg", "WebP": ".webp"} {
		value[bool](other, fmt.Sprintf(`(() => { const f = document.querySelector('#shared [aria-label="File format"]'); f.value = %q; f.dispatchEvent(new Event('change')); return true; })()`, format))
		other.frames()
		file := other.saves(download, "A day out"+suffix)
		if r, err := label.Extract(engine.File{Name: format, Data: file}); err != nil || r.Seed != 11 {
			t.Errorf("%s holds seed %d, %v", format, r.Seed, err)
		}
		if format != "JPEG" {
			continue
		}
		if img, err := jpeg.Decode(bytes.NewReader(file)); err != nil || img.Bounds().Size() != (image.Point{X: 128, Y: 96}) {
			t.Errorf("the JPEG: %v, %v", img.Bounds(), err)
		}
	}

	// By keyboard: all of the view is reached, and nothing behind it.
	value[bool](other, `(window.reached = new Set(), document.addEventListener('focusin', e => reached.add(e.target)), document.activeElement.blur(), true)`)
	for range 14 {
		other.do(chromedp.KeyEvent(kb.Tab))
	}
	if missed := value[string](other, `[...document.querySelectorAll('#shared button, #shared input, #shared select, #shown')].filter(e => !e.disabled && e.checkVisibility() && !reached.has(e)).map(e => e.outerHTML.slice(0, 120)).join('\n')`); missed != "" {
		t.Errorf("not reached by Tab:\n%s", missed)
	}
	if behind := value[string](other, `[...reached].filter(e => e !== document.body && !e.closest('#shared')).map(e => e.outerHTML.slice(0, 120)).join('\n')`); behind != "" {
		t.Errorf("reached behind the share:\n%s", behind)
	}
	value[bool](other, `document.querySelector('#shared .compare').focus(), true`)
	other.do(chromedp.KeyEvent(kb.ArrowRight))
	other.until(`getComputedStyle(document.querySelector('#shown .before')).clipPath.includes('49%')`, 5*time.Second)

	// 8 : 1 is larger than its frame, and what was in the middle is there still.
	value[bool](other, `document.querySelector('#shared [aria-label="Zoom in"]').focus(), true`)
	for _, size := range []string{"1 : 1", "2 : 1", "4 : 1", "8 : 1"} {
		other.do(chromedp.KeyEvent(kb.Enter))
		other.until(fmt.Sprintf(`document.querySelector('#shared output').innerText === %q`, size), 5*time.Second)
	}
	other.until(`document.querySelector('#shown img').getBoundingClientRect().width === 8 * 128`, 5*time.Second)
	if got := value[string](other, `getComputedStyle(document.querySelector('#shown img')).imageRendering`); got != "pixelated" {
		t.Errorf("the pixels are %s", got)
	}
	other.until(offMiddle("#shown")+` <= 2`, 5*time.Second)
	left := value[float64](other, `document.querySelector('#shown').scrollLeft`)
	value[bool](other, `document.querySelector('#shown').dispatchEvent(new PointerEvent('pointermove', {buttons: 1, pointerType: 'mouse', movementX: -30, movementY: 0})), true`)
	if got := value[float64](other, `document.querySelector('#shown').scrollLeft`); got != left+30 {
		t.Errorf("dragged by 30 pixels it went from %v to %v", left, got)
	}
	other.axe("a share, zoomed")
	other.do(chromedp.KeyEvent(kb.Escape))
	other.until(`!document.querySelector('#shared').open && location.pathname + location.hash === '/'`, 5*time.Second)
	other.clean()

	phone := newTab(t, s, b.link(), 320, 640)
	phone.until(shown, 30*time.Second)
	phone.axe("a share on a phone")
	if got := value[string](phone, `[...document.querySelectorAll('#shared button, #shared select, #shown')].filter(e => { const r = e.getBoundingClientRect(); return e.checkVisibility() && (r.height < 43.5 || r.left < 0 || r.right > 320); }).map(e => e.outerHTML.slice(0, 100)).join('\n')`); got != "" {
		t.Errorf("too small, or cut off:\n%s", got)
	}
	phone.clean()
}

// A painting that was saved here brings its recipe back, from every format; other files say
// that they have none.
func TestRecipeFile(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.slide("#dial-strength", "64")
	b.paint()
	for format, suffix := range map[string]string{"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp"} {
		value[bool](b, fmt.Sprintf(`(() => { const f = document.querySelector('.bar [aria-label="File format"]'); f.value = %q; f.dispatchEvent(new Event('change')); return true; })()`, format))
		b.frames()
		b.saves(button("Download"), "fruit-painted"+suffix)
		b.slide("#dial-strength", "20")
		b.until(valueOf("dial-strength-value")+` === '20'`, 5*time.Second)
		b.choose("Recipe from a painting", filepath.Join(b.downloads, "fruit-painted"+suffix))
		b.until(valueOf("dial-strength")+` === '64'`, 5*time.Second)
	}
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Strength = 31
	alone, text := filepath.Join(t.TempDir(), "recipe.json"), filepath.Join(t.TempDir(), "letter.txt")
	for path, data := range map[string][]byte{alone: recipe.JSON(), text: []byte("Dear friend")} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.choose("Recipe from a painting", alone)
	b.until(valueOf("dial-strength")+` === '31'`, 5*time.Second)
	for _, path := range []string{text, drawn(t, "photograph.jpg", 64, 48, 5)} {
		b.choose("Recipe from a painting", path)
		b.until(problem+`.includes('There is no recipe in "`+filepath.Base(path)+`"')`, 10*time.Second)
	}
	if got := value[string](b, valueOf("dial-strength")); got != "31" {
		t.Errorf("files without a recipe made the strength %s", got)
	}
	b.clean()
}

// A recipe that is opened while a painting is made acts on it where it can, and says first
// what cannot.
func TestRecipeWhilePainting(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=256&iterations=400", 1280, 800)
	b.ready(1)
	value[bool](b, clipboard)
	recipe := func(change func()) string { // a link of the settings as change makes them, which are then taken back
		change()
		value[bool](b, `window.copied = '', document.querySelector('[aria-label="Copy recipe link"]').click(), true`)
		b.until(`window.copied`, 5*time.Second)
		link := b.link()
		b.until(`!document.querySelector('[aria-label=Undo]').disabled`, 5*time.Second)
		value[bool](b, `document.querySelector('[aria-label=Undo]').click(), true`)
		b.until(`document.querySelector('[aria-label=Undo]').disabled`, 5*time.Second)
		return link[2:] // without /#
	}
	live := recipe(func() { b.slide("#dial-strength", "73") })
	mixed := recipe(func() {
		b.write("expert-seed", "9")
		b.until(valueOf("expert-seed")+` === '9'`, 5*time.Second)
	})
	b.until(valueOf("dial-strength")+` === '50' && `+valueOf("expert-seed")+` !== '9'`, 5*time.Second)

	b.press("Start")
	b.until(`document.querySelector('#status').dataset.iteration > 2`, 30*time.Second)
	value[bool](b, `location.hash = '`+live+`', true`)
	b.until(valueOf("dial-strength")+` === '73'`, 5*time.Second)
	if value[bool](b, `document.querySelector('#question').open`) || value[string](b, state) != "running" {
		t.Error("what acts at once is asked about, or stops the painting")
	}
	value[bool](b, `location.hash = '`+mixed+`', true`)
	b.until(`document.querySelector('#question').open && document.querySelector('#question').innerText.includes('These wait for the next Start: Seed.')`, 5*time.Second)
	b.axe("a question about a recipe")
	b.press("Leave mine")
	if got := value[string](b, valueOf("dial-strength")); got != "73" {
		t.Errorf("after leaving it the strength is %s", got)
	}
	b.until(`!document.querySelector('#question').open`, 5*time.Second)
	value[bool](b, `location.hash = '`+mixed+`', true`)
	b.until(`document.querySelector('#question').open`, 5*time.Second)
	b.press("Take them")
	b.until(valueOf("dial-strength")+` === '50' && `+valueOf("expert-seed")+` === '9'`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Undo]').click(), true`)
	b.until(valueOf("dial-strength")+` === '73' && `+valueOf("expert-seed")+` !== '9'`, 5*time.Second)
	if got := value[string](b, state); got != "running" {
		t.Errorf("in the end the state is %s", got)
	}
	at := value[string](b, `document.querySelector('#status').dataset.iteration`)
	b.until(`document.querySelector('#status').dataset.iteration !== '`+at+`'`, 10*time.Second) // one with it
	b.press("Stop")
	b.until(state+` === 'done'`, 15*time.Second)
	if r := b.saved("fruit-painted.png"); r.Strength != 73 || r.Seed == 9 {
		t.Errorf("painted with strength %v and seed %d", r.Strength, r.Seed)
	}
	b.clean()

	// On a server the same acts at once.
	b.press("Make it print size")
	b.press("Send and paint")
	b.until(state+` === 'running'`, time.Minute)
	value[bool](b, `location.hash = '`+mixed+`', true`)
	b.until(`document.querySelector('#question').open && document.querySelector('#question').innerText.includes('Seed')`, 5*time.Second)
	b.press("Take them")
	b.until(valueOf("dial-strength")+` === '50'`, 5*time.Second)
	b.press("Stop")
	b.until(`['idle', 'done'].includes(`+state+`)`, 15*time.Second)
	b.clean()
}
