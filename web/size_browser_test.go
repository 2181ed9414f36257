//go:build browser

package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
)

// pick chooses in a list.
func (b *tab) pick(id, value string) {
	b.Helper()
	b.until(fmt.Sprintf(`[...document.querySelectorAll('#%s option')].some(o => o.value === %q)`, id, value), 5*time.Second)
	b.run(fmt.Sprintf(`const s = document.querySelector('#%s'); s.value = %q; s.dispatchEvent(new Event('change'));`, id, value))
}

// The size is the device's choice until another is chosen: what it comes to, why, and what it
// takes is said before Start, and that is then painted.
func TestAutoSize(t *testing.T) {
	const about, photograph = `document.querySelector('#size-about').textContent`, 979
	b := newTab(t, open(t), "/", 1280, 800)
	b.own()
	b.until(`/: about \d+ (s|min) and \d+.* of memory/.test(`+about+`)`, 30*time.Second)
	const chosen = `Number(document.querySelector('#size option[value=auto]').textContent.match(/\d+/)?.[0])`
	size, said := value[int](b, chosen), value[string](b, about)
	t.Logf("Auto is %d px. %s", size, said)
	if size < 512 || size > photograph || value[string](b, valueOf("size")) != "auto" {
		t.Errorf("the size is %s, %d px, of a photograph of %d", value[string](b, valueOf("size")), size, photograph)
	}
	// The largest are not too large to choose, and say what they take.
	b.pick("size", "2048")
	b.until(about+`.startsWith('On this device: about ') && `+about+`.includes(' blocks ')`, 30*time.Second)
	b.pick("size", "979")
	b.until(about+`.startsWith('On this device: about ')`, 30*time.Second)
	b.pick("size", "auto")
	// A painting that takes next to no time is as large as the photograph.
	b.write("expert-iterations", "1")
	b.until(about+`.startsWith('As large as the photograph: about ') && `+chosen+` === 979`, 30*time.Second)
	b.press("Start")
	b.until(state+` === 'done'`, 90*time.Second)
	if r := b.saved("golden_gate-painted.png"); r.Size != photograph {
		t.Errorf("the recipe that is saved has %d pixels", r.Size)
	}
	b.clean()
}

// A finished painting goes on at twice its size, as often as one likes, and paints nothing of the
// scales before; with other pictures it does not.
func TestLarger(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=10", 1280, 800)
	b.own()
	b.press("Start")
	b.until(state+` === 'done'`, 60*time.Second)
	const larger = `document.querySelector('#larger')`
	for i, size := range []int{256, 512} {
		b.until(fmt.Sprintf(larger+`.textContent.startsWith('Larger%d px, about ') && !`+larger+`.disabled`, size), 30*time.Second)
		b.run(`window.scales = new Set(); const s = document.querySelector('#status');
			window.watch?.disconnect(); window.watch = new MutationObserver(() => { if (s.dataset.state === 'running') window.scales.add(s.dataset.scale + ' of ' + s.textContent); });
			window.watch.observe(s, {attributes: true}); ` + larger + `.click();`)
		b.until(state+` === 'running'`, 30*time.Second)
		b.until(state+` === 'done'`, 90*time.Second)
		if seen, want := value[string](b, `[...window.scales].join(', ')`), fmt.Sprintf("%d of Scale %[1]d of %[1]d.", i+3); seen != want {
			t.Errorf("it painted %q, want %q", seen, want)
		}
		if text := value[string](b, `document.querySelector('#status').textContent`); !strings.Contains(text, fmt.Sprint(size)) {
			t.Errorf("at %d px it says %q", size, text)
		}
	}
	if r := b.saved("golden_gate-painted.png"); r.Size != 512 || r.Start != engine.StartContent {
		t.Errorf("what is saved has the recipe %s", r.JSON())
	}
	if sent := s.sent(); len(sent) > 0 {
		t.Errorf("requests with a body: %v", sent)
	}
	b.choose("Style picture file", drawn(t, "another.jpg", 320, 200, 5))
	b.until(larger+`.disabled && `+larger+`.title.includes('changed')`, 10*time.Second)
	b.clean()
}
