//go:build browser

package main_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"trappedinart/engine/segment"
)

// on returns where a place of the mask is in the window; x and y are shares of the mask.
func (b *tab) on(x, y float64) (float64, float64) {
	b.Helper()
	box := value[[]float64](b, `(() => { const r = document.querySelector('#mask').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`)
	return box[0] + x*box[2], box[1] + y*box[3]
}

type place struct{ x, y float64 }

// stroke draws with a mouse, or a pen that is pressed so hard.
func (b *tab) stroke(kind input.DispatchMouseEventPointerType, force float64, places ...place) {
	b.Helper()
	at := func(what input.DispatchMouseEventType, p place, buttons int64) {
		p.x, p.y = b.on(p.x, p.y)
		if err := (chromium{b.ctx}).mouse(what, p, buttons, kind, force); err != nil {
			b.Fatal(err)
		}
	}
	at("mousePressed", places[0], 1)
	for _, p := range places[1:] {
		at("mouseMoved", p, 1)
	}
	at("mouseReleased", places[len(places)-1], 0)
}

// finger draws with a finger.
func (b *tab) finger(places ...place) {
	b.Helper()
	send := func(what input.DispatchTouchEventType, points []*input.TouchPoint) {
		b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: what, TouchPoints: points})
			return err
		}))
	}
	for i, p := range places {
		x, y := b.on(p.x, p.y)
		what := input.DispatchTouchEventType("touchMove")
		if i == 0 {
			what = "touchStart"
		}
		send(what, []*input.TouchPoint{{X: x, Y: y}})
	}
	send("touchEnd", []*input.TouchPoint{})
}

const (
	// covered is the share of the mask that is shown as painted.
	covered = `(() => { const c = document.querySelector('#mask'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 80; return 4 * n / d.length; })()`
	paintedLayers = `document.querySelectorAll('.layer.painted').length`
)

func (b *tab) share() float64 {
	b.Helper()
	b.frames() // events come through the page's own loop
	return value[float64](b, covered)
}

// noise returns a file with a picture, and the picture: of that very size, so that nothing
// resamples it.
func noise(t *testing.T, w, h int) (string, *image.NRGBA) {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(60 + x), uint8(40 + y + x*y%17), uint8(90 + (x*7+y*13)%80), 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "noise.png")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, img
}

// A style is where it was painted, and what is kept stays, to the bit.
func TestMasks(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=8", 1280, 800)
	b.ready(1)
	path, photograph := noise(t, 128, 96)
	b.choose("Photograph file", path)
	b.until(photographName+` === 'noise.png'`, 10*time.Second)
	b.press("Paint masks")
	b.until(`document.querySelector('#mask').checkVisibility()`, 5*time.Second)
	b.axe("masks")
	layers := value[[]string](b, `[...document.querySelectorAll('.layer')].map(e => e.innerText)`)
	if len(layers) != 2 || layers[0] != "Keep the original here" {
		t.Fatalf("the layers are %q", layers)
	}

	b.press(layers[1])
	b.leftIsStyle()
	if got := b.share(); got < 0.37 || got > 0.43 {
		t.Errorf("two strokes from the left to 0.4 cover %.2f of the picture", got)
	}

	// A finger paints the kept area; a pen that is pressed half does too, and is undone.
	b.press(layers[0])
	b.slide("#brush-size", "15")
	b.finger(place{0.18, 0.4}, place{0.18, 0.5}, place{0.18, 0.6})
	b.until(paintedLayers+` === 2`, 5*time.Second)
	kept := b.share()
	b.stroke("pen", 0.5, place{0.8, 0.5})
	pen := b.share() - kept
	value[bool](b, `document.querySelector('[aria-label="Undo stroke"]').click(), true`)
	b.stroke("mouse", 0, place{0.8, 0.5})
	if mouse := b.share() - kept; mouse < 0.01 || pen < mouse/5 || pen > mouse/3 {
		t.Errorf("a pen that is pressed half covers %.4f, a mouse %.4f", pen, mouse)
	}
	b.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(2)))
	if got := b.share(); got != kept {
		t.Errorf("after undo %.4f is covered, before it was %.4f", got, kept)
	}

	b.press("Make it print size")
	b.until(`document.querySelector('dialog[open]').innerText.includes('4 pictures') && document.querySelector('dialog[open]').innerText.includes('mask-1.png')`, 5*time.Second)
	b.press("Keep everything here")
	b.paint()
	if value[bool](b, `document.querySelector('#mask').checkVisibility()`) {
		t.Error("the mask hides the result")
	}
	b.press("Download")
	result := b.downloaded("noise-painted.png")
	if result.Bounds() != photograph.Bounds() {
		t.Fatalf("the result is %v", result.Bounds())
	}
	b.masked(result, photograph, 100)
	if sent := s.sent(); len(sent) > 0 {
		t.Errorf("requests with a body: %v", sent)
	}

	// The masks are part of what the history keeps.
	b.until(results+` === 1`, 10*time.Second)
	b.reload()
	b.until(results+` === 1`, 10*time.Second)
	value[bool](b, `document.querySelector('.result').click(), true`)
	b.until(photographName+` === 'noise.png'`, 10*time.Second)
	b.press("Paint masks")
	b.until(paintedLayers+` === 2`, 10*time.Second)
	b.press(layers[0])
	if got := b.share(); got != kept {
		t.Errorf("from the history %.4f is covered, before it was %.4f", got, kept)
	}
	b.clean()
}

// Every act of the editor, without a pointer; a mask from a file; another photograph drops
// the masks after asking.
func TestMaskEditor(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.press("Paint masks")
	if w := value[float64](b, `document.querySelector('#brush').getBoundingClientRect().width / document.querySelector('#mask').getBoundingClientRect().width`); w < 0.09 || w > 0.11 {
		t.Errorf("a brush of 10 %% is shown %.3f wide", w)
	}
	is := func(what string, from, to float64) {
		t.Helper()
		if got := b.share(); got < from || got > to {
			t.Errorf("%s: %.4f is covered, want %.2f to %.2f", what, got, from, to)
		}
	}
	is("at first", 0, 0)
	b.press("Fill")
	is("filled", 1, 1)
	b.press("Invert")
	is("inverted", 0, 0)
	value[bool](b, `document.querySelector('#mask').focus(), true`)
	b.do(chromedp.KeyEvent(" "))
	is("a dab by key", 0.001, 0.05)
	dab := b.share()
	b.do(chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(8))) // with Shift
	is("a line by key", dab*1.1, dab*3)
	b.press("Swap")
	is("swapped", 1-dab*3, 1-dab)
	b.press("Erase")
	value[bool](b, `document.querySelector('#brush-size').focus(), true`)
	b.slide("#brush-size", "50")
	before := b.share()
	b.stroke("mouse", 0, place{0.5, 0.5})
	is("erased", 0.2, before-0.1)
	b.press("Clear")
	is("cleared", 0, 0)
	for range 2 {
		value[bool](b, `document.querySelector('[aria-label="Undo stroke"]').click(), true`)
	}
	is("taken back", before, before)
	value[bool](b, `document.querySelector('[aria-label="Redo stroke"]').click(), true`)
	is("done again", 0.2, before-0.1)

	half := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range half.Pix {
		if i%40 < 10 {
			half.Pix[i] = 255
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, half); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "quarter.png")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	b.choose("Mask picture", path)
	b.until(fmt.Sprintf(`Math.abs(%s - 0.25) < 0.02`, covered), 10*time.Second)
	b.choose("Mask picture", filepath.Join("testdata", "package.json"))
	b.until(problem+`.includes('"package.json" is not a picture')`, 10*time.Second)
	is("after a file that is no picture", 0.23, 0.27)

	value[bool](b, `document.querySelector('[aria-label="A harbour"]').click(), true`)
	b.press("Keep this photograph")
	b.until(photographName+` === 'fruit.jpg' && `+paintedLayers+` === 1 && `+button("Discard them")+` === undefined`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label="A harbour"]').click(), true`)
	b.press("Discard them")
	b.until(photographName+` === 'harbour.jpg' && `+paintedLayers+` === 0`, 5*time.Second)
	b.clean()
}

// A stroke grows to the edge of the thing that it is on, in the worker.
func TestGrowToEdges(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	img := image.NewNRGBA(image.Rect(0, 0, 200, 150))
	disc := 0
	for y := range 150 {
		for x := range 200 {
			c := color.NRGBA{uint8(40 + (x*y)%31), 90, uint8(150 + (x*7+y*3)%23), 255}
			if (x-70)*(x-70)+(y-80)*(y-80) < 45*45 {
				c = color.NRGBA{200, uint8(70 + (x*3+y*5)%29), 60, 255}
				disc++
			}
			img.SetNRGBA(x, y, c)
		}
	}
	want := float64(disc) / (200 * 150)
	b.content("disc.png", img)
	b.press("Paint masks")
	b.press("Grow to edges") // of nothing
	b.until(`document.querySelector('#status').innerText.startsWith('Paint a stroke or two')`, 5*time.Second)
	b.slide("#brush-size", "4")
	b.stroke("mouse", 0, place{0.3, 0.5}, place{0.4, 0.5})
	if got := b.share(); got > want/5 {
		t.Fatalf("the stroke covers %.3f already", got)
	}
	value[bool](b, `(() => { const s = document.querySelector('#status'); window.said = [];
		new MutationObserver(() => said.push(s.innerText)).observe(s, {childList: true, characterData: true, subtree: true}); return true; })()`)
	b.press("Grow to edges")
	grown := `said.filter(t => t === 'Looking for edges …').length === %d && !document.querySelector('#start').disabled`
	b.until(fmt.Sprintf(`Math.abs(%s - %f) < 0.01 && `+grown, covered, want, 1), 30*time.Second)
	b.press("Grow to edges") // once it is there it stays
	b.until(fmt.Sprintf(grown, 2), 30*time.Second)
	if got := b.share(); got < want-0.01 || got > want+0.01 {
		t.Errorf("grown twice it covers %.3f, and the thing %.3f", got, want)
	}
	b.paint() // the worker paints as before
	b.clean()
}

// A stroke grows over the texture that it is on, by what the network sees in the worker: the
// thing and what is around it have the same two colours.
func TestGrowOverTextures(t *testing.T) {
	const w, h, r = 320, 240, 70
	in := func(x, y int) bool { return math.Hypot(float64(x)+0.5-w/2, float64(y)+0.5-h/2) < r }
	img, seeds := image.NewNRGBA(image.Rect(0, 0, w, h)), make([]uint8, w*h)
	for i := range seeds {
		x, y := i%w, i/w
		light := (x/5+y/5)%2 == 0 // checks
		if in(x, y) {
			light = (x+y)/6%2 == 0 // stripes
		}
		img.SetNRGBA(x, y, color.NRGBA{60, 80, 50, 255})
		if light {
			img.SetNRGBA(x, y, color.NRGBA{190, 200, 120, 255})
		}
		if y >= 115 && y < 125 && x >= 125 && x < 195 {
			seeds[i] = segment.Inside
		}
	}
	grown, err := segment.Grow(t.Context(), img, seeds, nil)
	if err != nil {
		t.Fatal(err)
	}
	both, either := 0., 0.
	for i, v := range grown {
		if v > 127 && in(i%w, i/w) {
			both++
		}
		if v > 127 || in(i%w, i/w) {
			either++
		}
	}
	alone := both / either

	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.content("textures.png", img)
	b.press("Paint masks")
	b.until(`document.querySelector('#mask').checkVisibility()`, 5*time.Second)
	b.slide("#brush-size", "4")
	b.stroke("mouse", 0, place{0.4, 0.5}, place{0.5, 0.5}, place{0.6, 0.5})
	if got := b.share(); got > 0.06 {
		t.Fatalf("the stroke covers %.3f already", got)
	}
	began := time.Now()
	b.press("Grow to edges")
	b.until(covered+` > 0.1 && !document.querySelector('#start').disabled`, 30*time.Second)
	t.Logf("it took %v", time.Since(began))
	got := value[float64](b, fmt.Sprintf(`(() => { const c = document.querySelector('#mask'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		let both = 0, either = 0;
		for (let i = 3; i < d.length; i += 4) {
			const x = (i >> 2) %% c.width + 0.5, y = Math.floor((i >> 2) / c.width) + 0.5;
			const grown = d[i] > 80, thing = Math.hypot(x / c.width * %[1]d - %[1]d / 2, y / c.height * %[2]d - %[2]d / 2) < %[3]d;
			both += grown && thing, either += grown || thing;
		}
		return both / either; })()`, w, h, r))
	t.Logf("the overlap is %.3f, by colours alone %.3f", got, alone)
	if !(got > 0.85) || !(got > alone+0.3) {
		t.Errorf("the overlap is %.3f, by colours alone %.3f", got, alone)
	}
	b.paint() // with the same network
	b.clean()
}

// leftIsStyle paints the left of the photograph for the style that is chosen.
func (b *tab) leftIsStyle() {
	b.Helper()
	b.slide("#brush-softness", "0")
	b.slide("#brush-size", "40")
	b.draws(place{0.02, 0.02}, place{0.02, 0.5}, place{0.02, 0.99})
	b.draws(place{0.2, 0.98}, place{0.2, 0.4}, place{0.2, 0.01})
	b.until(paintedLayers+` === 1`, 5*time.Second)
}

// paintMasks gives the style the left of the photograph, and keeps a stroke within that.
func (b *tab) paintMasks() {
	b.Helper()
	b.press("Paint masks")
	b.until(`document.querySelector('#mask').checkVisibility()`, 5*time.Second)
	layers := value[[]string](b, `[...document.querySelectorAll('.layer')].map(e => e.innerText)`)
	b.press(layers[1])
	b.leftIsStyle()
	b.press(layers[0])
	b.slide("#brush-size", "15")
	b.draws(place{0.18, 0.4}, place{0.18, 0.5}, place{0.18, 0.6})
	b.until(paintedLayers+` === 2`, 5*time.Second)
}

// draws makes a stroke with the mouse, in any browser.
func (b *tab) draws(along ...place) {
	b.Helper()
	for i, p := range along {
		along[i].x, along[i].y = b.on(p.x, p.y)
	}
	if err := b.window.drag(along); err != nil {
		b.Fatal(err)
	}
}

// masked holds a result against its photograph at that size: the style is in the upper left,
// nothing in the right half, and what is kept, at least so many pixels, within the style.
func (b *tab) masked(result image.Image, photograph *image.NRGBA, kept int) {
	b.Helper()
	w, h := float64(photograph.Rect.Dx()), float64(photograph.Rect.Dy())
	changed := func(x0, y0, x1, y1 float64) (n, all int) {
		for y := int(y0 * h); y < int(y1*h); y++ {
			for x := int(x0 * w); x < int(x1*w); x++ {
				all++
				if color.NRGBAModel.Convert(result.At(x, y)) != photograph.NRGBAAt(x, y) {
					n++
				}
			}
		}
		return n, all
	}
	if n, all := changed(0.47, 0, 1, 1); n > 0 {
		b.Errorf("%d of %d pixels where no style is are not the photograph's", n, all)
	}
	if n, all := changed(0.14, 0.4, 0.22, 0.6); n > 0 || all < kept {
		b.Errorf("%d of %d pixels that are kept are not the photograph's", n, all)
	}
	if n, all := changed(0, 0, 0.35, 0.2); n < all*9/10 {
		b.Errorf("only %d of %d pixels where the style is were painted", n, all)
	}
}

// content chooses a photograph that the test has drawn.
func (b *tab) content(name string, img image.Image) {
	b.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	b.choose("Photograph file", path)
	b.until(photographName+` === '`+name+`'`, 10*time.Second)
}
