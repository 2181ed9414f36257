//go:build browser

package main_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/internal/await"
)

// run evaluates JavaScript that waits, as the body of an async function.
func (b *tab) run(body string) {
	b.Helper()
	value[bool](b, `(window.ran = undefined, (async () => {`+body+`})().then(() => window.ran = "ok", e => window.ran = String(e)), true)`)
	b.until(`window.ran`, 20*time.Second)
	if said := value[string](b, `window.ran`); said != "ok" {
		b.Fatalf("%s: %s", body, said)
	}
}

const (
	photographName = `(document.querySelector('.photograph .tile img') || {}).alt`
	styleNames     = `[...document.querySelectorAll('.strip img')].map(i => i.alt).join()`
	// transfer makes a DataTransfer with a picture of that name.
	transfer = `const c = new OffscreenCanvas(80, 60), p = c.getContext('2d'); p.fillStyle = '#c63'; p.fillRect(0, 0, 50, 60);
		const data = new DataTransfer(); data.items.add(new File([await c.convertToBlob()], %q, {type: 'image/png'}));`
)

func TestDropAndPaste(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.run(fmt.Sprintf(transfer, "dropped.png") + `document.querySelector('.photograph .tile').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));`)
	b.until(photographName+` === 'dropped.png'`, 10*time.Second)
	// The person has a photograph: what they paste is a style, and takes the example's place.
	b.run(fmt.Sprintf(transfer, "pasted.png") + `document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));`)
	b.until(styleNames+` === 'pasted.png'`, 10*time.Second)
	// Beside the tiles the browser would leave the page for the picture.
	drop := `window.left = !['dragover', 'drop'].every(name => !document.querySelector('%s').dispatchEvent(new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true})));`
	b.run(fmt.Sprintf(transfer, "stage.png") + fmt.Sprintf(drop, "#frame"))
	b.until(photographName+` === 'stage.png' && !window.left`, 10*time.Second)
	b.run(fmt.Sprintf(transfer, "beside.png") + fmt.Sprintf(drop, ".dials"))
	b.until(styleNames+` === 'pasted.png,beside.png' && !window.left`, 10*time.Second)
	b.paint()
	b.clean()
}

// A picture that only the browser can decode becomes a file for the engine and the server.
func TestPictureOnlyTheBrowserKnows(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	data, err := os.ReadFile(drawn(t, "a.jpg", 64, 48, 5))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var inside bytes.Buffer
	if err := png.Encode(&inside, img); err != nil {
		t.Fatal(err)
	}
	// A Windows icon is a list of pictures with a small header.
	icon := []byte{0, 0, 1, 0, 1, 0, 64, 48, 0, 0, 1, 0, 32, 0}
	icon = binary.LittleEndian.AppendUint32(icon, uint32(inside.Len()))
	icon = binary.LittleEndian.AppendUint32(icon, 22)
	path := filepath.Join(t.TempDir(), "sun.ico")
	if err := os.WriteFile(path, append(icon, inside.Bytes()...), 0o600); err != nil {
		t.Fatal(err)
	}
	b.choose("Photograph file", path)
	b.until(photographName+` === 'sun.png'`, 10*time.Second)
	b.paint()
	b.clean()
}

func TestTooLargeFile(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	path := filepath.Join(t.TempDir(), "large.jpg")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 64<<20+1); err != nil {
		t.Fatal(err)
	}
	b.choose("Photograph file", path)
	b.until(problem+`.includes('"large.jpg" is larger than 64 MB')`, 20*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Dismiss]').click(), true`)
	b.until(problem+` === ''`, 5*time.Second)
	b.paint()
}

func TestSeveralStyles(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	one, two, three := drawn(t, "one.jpg", 64, 64, 3), drawn(t, "two.jpg", 64, 64, 11), drawn(t, "three.jpg", 64, 64, 19)
	b.choose("Style picture file", one, two)
	b.until(styleNames+` === 'one.jpg,two.jpg'`, 10*time.Second)
	b.choose("Style picture file", three)
	b.until(styleNames+` === 'one.jpg,two.jpg,three.jpg'`, 10*time.Second)
	b.slide(`[aria-label="Weight of two.jpg"]`, "0.5")
	b.slide(`[aria-label="Weight of three.jpg"]`, "2")
	value[bool](b, `document.querySelector('[aria-label="Remove one.jpg"]').click(), true`)
	b.until(styleNames+` === 'two.jpg,three.jpg'`, 5*time.Second)
	// Each button belongs to the picture it stands on, also after another went.
	if got := value[string](b, `[...document.querySelectorAll('.weight')].map(w => w.value).join()`); got != "0.5,1,2,1" {
		t.Errorf("weights and scales are %s, want 0.5,1,2,1", got)
	}
	b.slide(`[aria-label="Scale of three.jpg"]`, "0.4")
	b.slide(`[aria-label="Scale of two.jpg"]`, "1.5")
	b.slide(`[aria-label="Weight of two.jpg"]`, "0.75")
	value[bool](b, `document.querySelector('[aria-label=Undo]').click(), true`)
	b.until(valueOf("dial-style_weights-0")+` === '0.5'`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Undo]').click(), true`)
	b.until(valueOf("dial-style_scales-0")+` === '1' && `+valueOf("dial-style_scales-1")+` === '0.4'`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Redo]').click(), true`)
	b.until(valueOf("dial-style_scales-0")+` === '1.5'`, 5*time.Second)
	b.paint()
	if r := b.saved("fruit-painted.png"); r.StyleWeights.String() != "0.5,2" || r.StyleScales.String() != "1.5,0.4" {
		t.Errorf("painted with the weights %s and the scales %s, want 0.5,2 and 1.5,0.4", r.StyleWeights, r.StyleScales)
	}
	value[bool](b, `document.querySelector('[aria-label="Remove two.jpg"]').click(), true`)
	b.until(styleNames+` === 'three.jpg'`, 5*time.Second)
	b.paint()
	// Scales of styles that are gone do not come back with undo, nor with another style.
	b.until(`(() => { const undo = document.querySelector('[aria-label=Undo]'); return undo.disabled || (undo.click(), false); })()`, 10*time.Second)
	b.paint()
	value[bool](b, `document.querySelector('[aria-label="Stained glass"]').click(), true`)
	b.until(styleNames+` === 'glass.jpg'`, 5*time.Second)
	b.paint()
	b.clean()
}

// slide sets a slider as a hand does.
func (b *tab) slide(selector, to string) {
	b.Helper()
	b.until(fmt.Sprintf(`document.querySelector(%q)`, selector), 5*time.Second)
	value[bool](b, fmt.Sprintf(`(() => { const s = document.querySelector(%q); s.value = %q; s.dispatchEvent(new Event('input', {bubbles: true})); return true; })()`, selector, to))
	b.until(fmt.Sprintf(`document.querySelector(%q).value === %q`, selector, to), 5*time.Second)
}

// saved downloads the result and returns the recipe in it.
func (b *tab) saved(name string) engine.Recipe {
	b.Helper()
	b.press("Download")
	var recipe engine.Recipe
	b.file(name, func(file []byte) (err error) {
		recipe, err = label.Extract(engine.File{Name: name, Data: file})
		return err
	})
	return recipe
}

// file waits for a download that is whole, and returns it.
func (b *tab) file(name string, whole func([]byte) error) []byte {
	b.Helper()
	var file []byte
	await.Right(b, "the download "+name, func() string {
		var err error
		if file, err = os.ReadFile(filepath.Join(b.downloads, name)); err == nil {
			err = whole(file)
		}
		if err != nil {
			return err.Error()
		}
		return ""
	})
	return file
}

// All formats hold the recipe.
func TestFormats(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2&seed=7", 1280, 800)
	b.ready(1)
	b.paint()
	for format, name := range map[string]string{"PNG": "fruit-painted.png", "JPEG": "fruit-painted.jpg", "WebP": "fruit-painted.webp"} {
		value[bool](b, fmt.Sprintf(`(() => { const f = document.querySelector('[aria-label="File format"]'); f.value = %q; f.dispatchEvent(new Event('change')); return true; })()`, format))
		b.frames()
		if r := b.saved(name); r.Seed != 7 || r.Size != 64 {
			t.Errorf("%s holds seed %d, size %d", format, r.Seed, r.Size)
		}
	}
	b.clean()
}

func TestCopy(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=64&iterations=2", 1280, 800)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		if err != nil {
			return err
		}
		for _, name := range []string{"clipboard-read", "clipboard-write"} {
			_, err = chromedp.Call(ctx, browser.SetPermission, browser.SetPermissionParams{
				Permission: &browser.PermissionDescriptor{Name: name, AllowWithoutSanitization: true}, Setting: browser.PermissionSettingGranted, Origin: s.URL,
				BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
			})
			if err != nil {
				break
			}
		}
		return err
	}))
	b.ready(1)
	b.paint()
	value[bool](b, `window.focus(), document.querySelector('[aria-label="Copy the result"]').click(), true`)
	b.until(`document.querySelector('#status').innerText === 'Copied.'`, 10*time.Second)
	b.run(`const [item] = await navigator.clipboard.read(), bitmap = await createImageBitmap(await item.getType('image/png')); window.copied = bitmap.width;`)
	if w := value[int](b, `window.copied`); w != 64 {
		t.Errorf("on the clipboard is a picture %d wide", w)
	}
	b.clean()
}

// Other pictures while one is painted: the page asks first, and loses nothing.
func TestChangingPicturesAsks(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=500", 1280, 800)
	b.ready(1)
	b.press("Start")
	b.until(`document.querySelector('#status').dataset.iteration > 5`, 30*time.Second)
	harbour := `document.querySelector('[aria-label="A harbour"]').click(), true`
	value[bool](b, harbour)
	b.until(`document.querySelector('#question').open`, 10*time.Second)
	b.press("Keep painting")
	if got := value[string](b, state); got != "running" {
		t.Errorf("the state is %s", got)
	}
	// Several at once are one question.
	b.choose("Style picture file", drawn(t, "one.jpg", 64, 64, 3), drawn(t, "two.jpg", 64, 64, 11))
	b.until(`document.querySelector('#question').open`, 10*time.Second)
	value[bool](b, harbour)
	b.until(`document.querySelector('.fine').innerText.startsWith('Scale')`, 10*time.Second)
	await.Time(b, 500*time.Millisecond) // all three are read: nothing shows how many wait behind the question
	b.press("Stop it")
	b.until(photographName+` === 'harbour.jpg' && `+styleNames+` === 'one.jpg,two.jpg'`, 20*time.Second)
	b.until(`document.querySelectorAll('.results li').length === 1`, 10*time.Second)
	b.clean()
}
