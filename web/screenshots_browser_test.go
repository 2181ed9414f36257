//go:build browser

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"trappedinart/internal/fixture"
)

// A view is a size of the window, and light or dark.
type view struct {
	name          string
	width, height int64
	colours       string
}

var views = []view{{"light", 1280, 800, "light"}, {"dark", 1280, 800, "dark"}, {"wide", 1920, 1080, "dark"}, {"phone", 390, 844, "light"}, {"small-phone", 320, 640, "dark"}}

// TestScreenshots writes pictures of every view of the page for people to look at, where
// TRAPPED_SCREENSHOTS says.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("TRAPPED_SCREENSHOTS")
	if dir == "" {
		fixture.Elsewhere(t, "make screenshots")
	}
	s := open(t)
	for _, v := range views {
		t.Run(v.name, func(t *testing.T) {
			b := newTab(t, s, "/?iterations=40", v.width, v.height)
			b.scheme(v.colours)
			b.ready(1)
			shots := &shots{b, v, dir}
			shots.painting()
			shots.masks()
			shots.settings()
			shots.handOver()
			shots.history()
			shots.share()
		})
	}
}

// shots is a visit of which pictures are made.
type shots struct {
	*tab
	view
	dir string
}

func (b *shots) shoot(name string) { b.Helper(); b.tab.shoot(b.dir, b.view.name+"-"+name) }

// settle waits for what moves, for the eye.
func (b *shots) settle() {
	b.frames()
	b.until(`document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity)`, 5*time.Second)
	b.frames()
}

func (b *shots) click(selector string) {
	b.Helper()
	b.until(fmt.Sprintf(`document.querySelector(%q)`, selector), 5*time.Second)
	value[bool](b.tab, fmt.Sprintf(`document.querySelector(%q).click(), true`, selector))
	b.settle()
}

func (b *shots) scroll(dials, page int) {
	b.Helper()
	value[bool](b.tab, fmt.Sprintf(`document.querySelector('.dials').scrollTop = %d, document.documentElement.scrollTop = %d, true`, dials, page))
	b.settle()
}

func (b *shots) painting() {
	b.until(`[...document.querySelectorAll('.example img')].every(i => i.complete)`, 10*time.Second)
	b.shoot("welcome")
	b.click(`.remove`)
	b.shoot("no-style")
	b.click(`[aria-label="A meadow at noon"]`)
	b.ready(1)
	b.press("Start")
	b.until(`document.querySelector('#status').dataset.scale === '3'`, time.Minute)
	b.shoot("running")
	b.click(`[aria-label="A harbour"]`)
	b.until(`document.querySelector('#question').open`, 5*time.Second)
	b.shoot("question")
	b.press("Keep painting")
	b.until(state+` === 'done'`, 2*time.Minute)
	b.until(results+` === 1 || !document.querySelector('.history').checkVisibility()`, 10*time.Second)
	b.slide("#compare", "35")
	b.settle()
	b.shoot("done")
	for range 3 {
		b.click(`.stage [aria-label="Zoom in"]`)
	}
	b.shoot("zoomed")
	for range 3 {
		b.click(`.stage [aria-label="Zoom out"]`)
	}
	b.click(`[aria-label="Beside the style"]`)
	b.shoot("beside")
	b.click(`[aria-label="Beside the style"]`)
	b.click(`[aria-label="Enlarge the loss"]`)
	b.shoot("loss")
	b.press("Close")
}

// masks paints where two styles go, and what stays.
func (b *shots) masks() {
	b.click(`.check input`)
	b.click(`[aria-label="Waves"]`)
	b.ready(2)
	b.click(`[aria-label="Paint masks"]`)
	for i, places := range [][]place{
		{{0.23, 0.63}, {0.28, 0.6}, {0.28, 0.68}}, // what stays: the house
		{{0.05, 0.15}, {0.95, 0.15}, {0.95, 0.3}, {0.05, 0.3}},
		{{0.05, 0.95}, {0.4, 0.9}, {0.95, 0.95}},
	} {
		value[bool](b.tab, fmt.Sprintf(`document.querySelectorAll('.layer')[%d].click(), true`, i))
		b.slide("#brush-size", []string{"14", "36", "28"}[i])
		b.stroke("mouse", 0, places...)
	}
	b.settle()
	b.shoot("masks")
	b.scroll(0, 700)
	b.shoot("masks-below")
	b.scroll(0, 0)
	b.click(`[aria-label="Paint masks"]`)
}

func (b *shots) settings() {
	b.slide(`[aria-label="Scale of waves.jpg"]`, "0.5")
	b.slide("#dial-strength", "65")
	b.click(`[aria-label="What is Keep colours?"]`)
	value[bool](b.tab, `document.querySelector('.expert').open = true`)
	b.scroll(300, 700)
	b.shoot("expert")
	value[bool](b.tab, `document.querySelector('.expert').open = false`)
	b.click(`[aria-label="What is Keep colours?"]`)
	b.scroll(0, 0)
}

// handOver shows a painting in the queue of a server, which paints another, and then how it
// is painted there.
func (b *shots) handOver() {
	other := newTab(b.T, b.site, "/?iterations=1000", 1280, 800)
	other.ready(1)
	other.press("Make it print size")
	other.press("Send and paint")
	other.until(state+` === 'running'`, time.Minute)

	b.write("expert-iterations", "25")
	b.press("Make it print size")
	b.until(`document.querySelector('#print-size')`, 5*time.Second)
	b.shoot("handover")
	b.press("Send and paint")
	b.until(`document.querySelector('.fine').innerText.startsWith('Waiting for the server')`, time.Minute)
	b.shoot("handover-queued")
	other.press("Stop")
	b.until(`document.querySelector('#status').dataset.scale > 2`, 2*time.Minute)
	b.shoot("handover-running")
	b.until(state+` === 'done'`, 3*time.Minute)
	b.settle()
	b.shoot("print-size")
}

// history shows several results, of which one is chosen.
func (b *shots) history() {
	b.click(`[aria-label="Paint masks"]`)
	for i := range 3 {
		value[bool](b.tab, fmt.Sprintf(`document.querySelectorAll('.layer')[%d].click(), true`, i))
		b.press("Clear")
	}
	b.click(`[aria-label="Paint masks"]`)
	b.write("expert-iterations", "40")
	for _, style := range []string{"Stained glass", "Pointillism", "Marbled paper"} {
		b.click(`.check input`)
		b.click(fmt.Sprintf(`[aria-label=%q]`, style))
		b.ready(1)
		b.click(`.check input`)
		b.paint()
	}
	if b.width < 1024 {
		b.press("History")
	}
	b.until(results+` === 5`, 10*time.Second)
	b.click(`.results li:nth-child(3) .result`)
	b.until(`document.querySelector('.about')`, 10*time.Second)
	b.scroll(0, 700)
	b.shoot("history")
	b.choose("Photograph file", filepath.Join("testdata", "package.json"))
	b.until(problem+` !== ''`, 10*time.Second)
	b.scroll(0, 0)
	b.shoot("problem")
	value[bool](b.tab, `document.querySelector('[aria-label=Dismiss]').click(), true`)
}

// share shows what is sent, the link, and what somebody else sees by it.
func (b *shots) share() {
	value[bool](b.tab, clipboard)
	b.show("will be encrypted on this device")
	value[bool](b.tab, `(() => { const t = document.querySelector('#share-name'); t.value = 'A still life'; t.dispatchEvent(new Event('input', {bubbles: true}));
		document.querySelector('#share-with').click(); return true; })()`)
	b.settle()
	b.shoot("share")
	b.press("Encrypt and send")
	b.until(`window.copied`, 20*time.Second)
	b.settle()
	b.shoot("share-link")
	link := b.link()
	b.press("Close")

	other := newTab(b.T, b.site, link, b.width, b.height)
	other.scheme(b.colours)
	other.until(`document.querySelectorAll('#shown img').length === 2 && [...document.querySelectorAll('#shown img')].every(i => i.complete && i.naturalWidth)`, 30*time.Second)
	visit := &shots{other, b.view, b.dir}
	visit.settle()
	visit.shoot("shared")
	for range 3 {
		visit.click(`#shared [aria-label="Zoom in"]`)
	}
	visit.shoot("shared-zoomed")
}

func (b *tab) shoot(dir, name string) {
	b.Helper()
	data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), data, 0o600); err != nil {
		b.Fatal(err)
	}
}
