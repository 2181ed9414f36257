//go:build browser

package main_test

import (
	"testing"
	"time"
)

// The page says what it waits for.
func TestWaits(t *testing.T) {
	s := open(t)
	picture, jobs := make(chan struct{}), make(chan struct{})
	s.held = map[string]chan struct{}{"/web/examples/waves.jpg": picture, "/api/v1/jobs": jobs}
	b := newTab(t, s, "/?size=128&iterations=40", 1280, 800)
	b.ready(1)
	const fine = `document.querySelector('.fine').innerText`
	value[bool](b, `document.querySelector('[aria-label="Waves"]').click(), true`)
	b.until(fine+` === 'Reading the picture …'`, 10*time.Second)
	close(picture)
	b.until(styleNames+` === 'waves.jpg' && `+fine+` === 'Ready.'`, 10*time.Second)

	// The page tells the time left before the first iteration is done, and the size after the last.
	value[bool](b, `(() => { window.said = []; new MutationObserver(() => said.push(`+fine+`)).observe(document.querySelector('.fine'), {childList: true, characterData: true, subtree: true}); return true; })()`)
	b.paint()
	if !value[bool](b, `said.filter(t => / · \d+ s left\b/.test(t)).length > 3`) {
		t.Errorf("while it painted the page said %s", value[string](b, `said.join(' | ')`))
	}
	if got := value[string](b, `(`+fine+`.match(/^Done in \d+ s: 128 × 96\.$/) || []).length`+` + ''`); got != "1" {
		t.Errorf("in the end the page says %q", value[string](b, fine))
	}

	b.press("Make it print size")
	b.press("Send and paint")
	b.until(`/^Sending \d+ KB to 127\.0\.0\.1:\d+ …$/.test(`+fine+`)`, 10*time.Second)
	close(jobs)
	b.until(state+` === 'running'`, time.Minute)
	b.press("Stop")
	b.until(`['idle', 'done'].includes(`+state+`)`, 15*time.Second)
	b.clean()
}
