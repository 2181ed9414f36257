//go:build browser

package main_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"trappedinart/engine"
)

func valueOf(id string) string { return fmt.Sprintf(`document.getElementById(%q).value`, id) }

func (b *tab) write(id, text string) {
	b.Helper()
	value[bool](b, fmt.Sprintf(`(() => { const e = document.getElementById(%q); e.value = %q; e.dispatchEvent(new Event('change', {bubbles: true})); return true; })()`, id, text))
}

func TestUndo(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	strength := valueOf("dial-strength")
	b.slide("#dial-strength", "60")
	b.slide("#dial-smoothness", "20")
	value[bool](b, `(() => { const e = document.querySelector('#dial-strength'); for (const v of ['70', '80']) { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); } return true; })()`) // the same slider in the same second: one change
	b.until(strength+` === '80'`, 5*time.Second)
	value[bool](b, `document.activeElement.blur(), true`)
	b.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(2)))
	b.until(strength+` === '60'`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Undo]').click(), true`)
	b.until(valueOf("dial-smoothness")+` === '0'`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label=Redo]').click(), true`)
	b.until(valueOf("dial-smoothness")+` === '20'`, 5*time.Second)
	b.do(chromedp.KeyEvent("y", chromedp.KeyModifiers(2)))
	b.until(strength+` === '80'`, 5*time.Second)

	b.write("dial-strength-value", "33")
	b.until(strength+` === '33'`, 5*time.Second)
	b.write("dial-strength-value", "1000")
	b.until(problem+`.includes('Strength cannot be "1000"')`, 5*time.Second)
	b.until(valueOf("dial-strength-value")+` === '33'`, 5*time.Second)
	value[bool](b, `document.querySelector('#dial-strength').dispatchEvent(new MouseEvent('dblclick', {bubbles: true})), true`)
	b.until(strength+` === '50'`, 5*time.Second)
	b.clean()
}

// The page's address presets settings, and what it cannot is said.
func TestAddress(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?network=small&seed=7&size=96&iterations=2", 1280, 800)
	b.ready(1)
	if size, seed := value[string](b, valueOf("size")), value[string](b, valueOf("expert-seed")); size != "96" || seed != "7" {
		t.Errorf("the address makes the size %s and the seed %s", size, seed)
	}
	b.paint()
	if r := b.saved("fruit-painted.png"); r.Size != 96 || r.Seed != 7 || r.Weights != "small" {
		t.Errorf("painted by %s", r.JSON())
	}
	b.clean()
	other := newTab(t, s, "/?network=vgg19&size=3", 1280, 800)
	other.ready(1)
	other.until(problem+`.includes('Size cannot be "3"') && `+valueOf("size")+` === 'auto'`, 5*time.Second)
	other.press("Start")
	other.until(state+` === 'failed' && `+problem+`.includes('There is no network "vgg19" here. There are fine, small.')`, 20*time.Second)
	other.clean()
}

// Every setting that is declared has a control, and acts.
func TestExpert(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	for _, s := range engine.Settings() {
		id := "expert-" + s.Name
		if s.Name == "style_weights" || s.Name == "style_scales" { // beside the styles
			continue
		}
		if got := value[bool](b, fmt.Sprintf(`document.getElementById(%q) !== null`, id)); got != s.Expert {
			t.Errorf("%s is for experts: %v; has a control there: %v", s.Name, s.Expert, got)
		}
	}
	value[bool](b, `document.querySelector(".expert").open = true`)
	b.write("expert-preset", engine.GatysNotebook)
	b.until(valueOf("expert-pooling")+` === 'max'`, 5*time.Second)
	b.until(valueOf("expert-style_layers")+`.endsWith('relu5_1')`, 5*time.Second)
	if got := value[string](b, valueOf("size")); got != "64" {
		t.Errorf("a preset makes the size %s", got)
	}
	b.press("Reset all settings")
	b.until(valueOf("expert-pooling")+` === 'network'`, 5*time.Second)
	value[bool](b, `(() => { const e = document.querySelector('[aria-label="Style layers by name"]'); e.value = 'b'; e.dispatchEvent(new Event('change')); return true; })()`)
	b.until(valueOf("expert-style_layers")+` === 'relu1_1,relu2_1'`, 5*time.Second)
	b.write("expert-iterations", "3")
	b.write("expert-optimizer", "adam")
	b.paint()
	if r := b.saved("fruit-painted.png"); r.Iterations != 3 || r.Optimizer != "adam" || r.StyleLayers.String() != "relu1_1,relu2_1" {
		t.Errorf("painted by %s", r.JSON())
	}
	b.clean()
}

func TestLossPlot(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=60", 1280, 800) // long enough for ten reports a second
	b.ready(1)
	b.paint()
	value[bool](b, `document.querySelector('[aria-label="Enlarge the loss"]').click(), true`)
	b.until(`document.querySelectorAll('#loss .axes polyline').length === 2 && document.querySelectorAll('#loss .axes text').length > 3`, 5*time.Second)
	if n := value[int](b, `document.querySelector('#loss polyline').getAttribute('points').trim().split(' ').length`); n < 15 {
		t.Errorf("the curve has %d points", n)
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`!document.querySelector('#loss').open`, 5*time.Second)
	b.clean()
}

// zoom clicks until each size of a pixel has been shown, in the view of that selector.
func (b *tab) zoom(view, name string, shown ...string) {
	b.Helper()
	for _, size := range shown {
		value[bool](b, fmt.Sprintf(`document.querySelector('%s [aria-label=%q]').click(), true`, view, name))
		b.until(fmt.Sprintf(`document.querySelector('%s .zoom output').innerText === %q`, view, size), 5*time.Second)
	}
}

// offMiddle is by how many pixels the middle of a picture is not that of its frame, where it comes
// a moment after the picture has changed its size.
func offMiddle(frame string) string {
	return fmt.Sprintf(`(() => { const f = document.querySelector(%q); return Math.max(Math.abs(f.scrollLeft + f.clientWidth/2 - f.scrollWidth/2), Math.abs(f.scrollTop + f.clientHeight/2 - f.scrollHeight/2)); })()`, frame)
}

// A view of single pixels, and the styles beside the result.
func TestViews(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=2", 1280, 800)
	b.ready(1)
	b.paint()
	b.zoom(".stage", "Zoom in", "1 : 1", "2 : 1", "4 : 1")
	b.until(`document.querySelector('#picture').getBoundingClientRect().width === 4 * 256`, 5*time.Second)
	b.until(offMiddle("#frame")+` <= 2`, 5*time.Second)
	if !value[bool](b, `(() => { const f = document.querySelector('#frame'); f.scrollLeft = 100; return f.scrollLeft === 100; })()`) {
		t.Error("a picture larger than its frame cannot be moved")
	}
	value[bool](b, `document.querySelector('#frame').dispatchEvent(new PointerEvent('pointermove', {buttons: 1, pointerType: 'mouse', movementX: -30, movementY: 0})), true`)
	if got := value[int](b, `document.querySelector('#frame').scrollLeft`); got != 130 {
		t.Errorf("dragged by 30 pixels it is at %d", got)
	}
	b.zoom(".stage", "Zoom out", "2 : 1", "1 : 1", "Fit")
	value[bool](b, `document.querySelector('[aria-label="Beside the style"]').click(), true`)
	b.until(`document.querySelector('.originals img').naturalWidth > 100`, 5*time.Second)
	b.slide("#compare", "40")
	b.until(`getComputedStyle(document.querySelector('#before')).clipPath.includes('60%') && getComputedStyle(document.querySelector('#before')).visibility === 'visible'`, 5*time.Second)
	b.clean()
}
