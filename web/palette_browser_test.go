//go:build browser

package main_test

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A third picture lends its colours: it is chosen, taken back, painted with, kept in the history and
// over a reload, and taken away.
func TestPalette(t *testing.T) {
	const (
		name  = `(document.querySelector('.palette img') || {alt: ''}).alt`
		share = `document.querySelector('#dial-palette_colours')`
		// blue is how much bluer than red the painting is in the mean.
		blue = `(() => { const c = document.querySelector('#picture'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
			let s = 0; for (let i = 0; i < d.length; i += 4) s += d[i + 2] - d[i]; return 4 * s / d.length; })()`
	)
	b := newTab(t, open(t), "/?size=64&iterations=60", 1280, 800)
	b.ready(1)
	value[bool](b, `document.querySelector('[aria-label="Stained glass"]').click(), true`)
	b.until(styleNames+` === 'glass.jpg'`, 10*time.Second)
	b.slide("#dial-strength", "90")
	b.paint()
	plain := value[float64](b, blue)
	if value[bool](b, share+`.checkVisibility()`) {
		t.Error("without a palette there is a slider for it")
	}
	b.choose("Palette file", sea(t))
	b.until(name+` === 'sea.png' && `+share+`.checkVisibility() && `+share+`.value === '100'`, 10*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Undo]').click(), true`)
	b.until(name+` === ''`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Redo]').click(), true`)
	b.until(name+` === 'sea.png'`, 5*time.Second)
	b.paint()
	b.until(results+` === 2`, 10*time.Second)
	if got := value[float64](b, blue); !(got > plain+20) {
		t.Errorf("with the palette the painting is %.1f bluer than red, without it %.1f", got, plain)
	}
	painted := value[int](b, picture)

	b.reload()
	b.until(results+` === 2`, 10*time.Second)
	value[bool](b, `document.querySelectorAll('.result')[0].click(), true`)
	b.until(name+` === 'sea.png' && `+styleNames+` === 'glass.jpg'`, 10*time.Second)
	b.paint()
	if got := value[int](b, picture); got != painted {
		t.Errorf("painted once more it has the sum %d, and had %d", got, painted)
	}
	value[bool](b, `document.querySelector('[aria-label="Remove the palette sea.png"]').click(), true`)
	b.until(name+` === '' && !`+share+`.checkVisibility()`, 5*time.Second)
	b.paint()
	if got := value[float64](b, blue); !(got < plain+10) {
		t.Errorf("without the palette again the painting is %.1f bluer than red, and was %.1f", got, plain)
	}
	b.clean()
}

// sea is a picture in shades of blue.
func sea(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 90, 60))
	for i := range 90 * 60 {
		x, y := i%90, i/90
		img.Set(x, y, color.RGBA{uint8(10 + y/2), uint8(30 + x), uint8(120 + x + y/2), 255})
	}
	path := filepath.Join(t.TempDir(), "sea.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return path
}

// A run that the page was closed on goes on with its palette.
func TestInterruptedRunHasItsPalette(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=300", 1280, 800)
	b.ready(1)
	b.choose("Palette file", drawn(t, "leaves.jpg", 100, 80, 11))
	b.until(`document.querySelector('.palette img')`, 10*time.Second)
	b.press("Start")
	b.checkpointed()
	value[bool](b, `window.stale = true`)
	b.do(chromedp.Reload())
	b.until(`!window.stale && document.querySelector('#resume') && (document.querySelector('.palette img') || {}).alt === 'leaves.jpg'`, 30*time.Second)
	b.press("Resume")
	b.until(state+` === 'running' && document.querySelector('#status').dataset.iteration > 1`, 30*time.Second)
	b.press("Stop")
	b.until(fmt.Sprintf(`['idle', 'done'].includes(%s)`, state), 20*time.Second)
	b.clean()
}
