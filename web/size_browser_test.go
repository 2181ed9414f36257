//go:build browser

package main_test

import (
	"fmt"
	"testing"
	"time"
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
	// What takes next to no time is as large as the photograph.
	b.write("expert-iterations", "1")
	b.until(about+`.startsWith('As large as the photograph: about ') && `+chosen+` === 979`, 30*time.Second)
	b.press("Start")
	b.until(state+` === 'done'`, 90*time.Second)
	if r := b.saved("golden_gate-painted.png"); r.Size != photograph {
		t.Errorf("the recipe that is saved has %d pixels", r.Size)
	}
	b.clean()
}
