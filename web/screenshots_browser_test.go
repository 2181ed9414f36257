//go:build browser

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestScreenshots writes pictures of every view of the page for people to look at, where
// TRAPPED_SCREENSHOTS says.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("TRAPPED_SCREENSHOTS")
	if dir == "" {
		t.Skip("left out: TRAPPED_SCREENSHOTS names no folder to write to")
	}
	s := open(t)
	for _, v := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"light", 1280, 800, "light"}, {"dark", 1280, 800, "dark"}, {"wide", 1920, 1080, "dark"}, {"phone", 390, 844, "light"}, {"small-phone", 320, 640, "dark"}} {
		b := newTab(t, s, "/?iterations=40", v.width, v.height)
		b.scheme(v.scheme)
		b.ready(1)
		b.until(`[...document.querySelectorAll('.example img')].every(i => i.complete)`, 10*time.Second)
		b.shoot(dir, v.name+"-ready")
		click := func(selector string) {
			value[bool](b, fmt.Sprintf(`document.querySelector(%q).click(), true`, selector))
			time.Sleep(300 * time.Millisecond) // for the eye
		}
		b.press("Start")
		b.until(`document.querySelector('#status').dataset.scale === '3'`, time.Minute)
		b.shoot(dir, v.name+"-running")
		click(`[aria-label="A harbour"]`)
		b.until(`document.querySelector('#question').open`, 5*time.Second)
		b.shoot(dir, v.name+"-question")
		b.press("Keep painting")
		b.until(state+` === 'done'`, 2*time.Minute)
		b.slide("#compare", "35")
		b.shoot(dir, v.name+"-done")
		click(`[aria-label="Zoom in"]`)
		click(`[aria-label="Zoom in"]`)
		click(`[aria-label="Zoom in"]`)
		b.shoot(dir, v.name+"-zoomed")
		for range 3 {
			click(`[aria-label="Zoom out"]`)
		}
		click(`[aria-label="Beside the style"]`)
		b.shoot(dir, v.name+"-beside")
		click(`[aria-label="Beside the style"]`)
		click(`[aria-label="Paint masks"]`)
		b.slide("#brush-size", "25")
		b.stroke("mouse", 0, place{0.25, 0.3}, place{0.4, 0.5}, place{0.3, 0.7}, place{0.6, 0.75})
		time.Sleep(300 * time.Millisecond)
		b.shoot(dir, v.name+"-masks")
		click(`[aria-label="Paint masks"]`)
		click(`.check input`)
		click(`[aria-label="Waves"]`)
		b.ready(2)
		click(`[aria-label="What is Keep colours?"]`)
		value[bool](b, `document.querySelector('.expert').open = true, document.querySelector('.dials').scrollTop = 300, document.documentElement.scrollTop = 700, true`)
		time.Sleep(300 * time.Millisecond)
		b.shoot(dir, v.name+"-expert")
		value[bool](b, `document.querySelector('.expert').open = false, document.documentElement.scrollTop = 0, true`)
		click(`[aria-label="Show the loss in large"]`)
		b.shoot(dir, v.name+"-loss")
		b.press("Close")
		b.press("Make it print size")
		b.until(`document.querySelector('#print-size')`, 5*time.Second)
		b.shoot(dir, v.name+"-handover")
		b.press("Keep everything here")
		if v.width < 1024 {
			b.press("History")
		}
		b.until(`document.querySelector('.result')`, 10*time.Second)
		click(`.result`)
		b.until(`document.querySelector('.about')`, 10*time.Second)
		b.choose("Content picture", filepath.Join("testdata", "package.json"))
		b.until(problem+` !== ''`, 10*time.Second)
		value[bool](b, `document.documentElement.scrollTop = 300, true`)
		time.Sleep(300 * time.Millisecond)
		b.shoot(dir, v.name+"-history")
	}
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
