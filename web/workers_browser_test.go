//go:build browser

package main_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// refusing is a browser that grants shared memory of so many pages at most, and says which the
// engine's program got.
func refusing(pages int) string {
	return fmt.Sprintf(`WebAssembly.instantiateStreaming = async () => { throw new RangeError('no room'); };
		const make = WebAssembly.instantiate;
		WebAssembly.instantiate = async (code, imports) => {
			if (!(code instanceof Uint8Array) || code.length < 1e6) return make(code, imports);
			const made = await make(code, imports), {buffer} = made.instance.exports.mem;
			if (!(buffer instanceof SharedArrayBuffer)) {
				fetch('/api/v1/healthz?pages=none');
				return made;
			}
			let pages = 0; // the largest size is in the code alone
			for (let at = 8, size; at < code.length; at += size) {
				const id = code[at++], number = () => { let n = 0, shift = 0, b; do { b = code[at++]; n |= (b & 127) << shift; shift += 7; } while (b & 128); return n; };
				size = number();
				const next = at + size;
				if (id === 5) { at += 2; number(); pages = number(); }
				at = next, size = 0;
			}
			if (pages > %d) throw new RangeError('no room');
			fetch('/api/v1/healthz?pages=' + pages);
			return made;
		};`, pages)
}

// The painting is the same, to the bit, with any number of workers, also where workers cannot
// share it out.
func TestWorkers(t *testing.T) {
	s := open(t)
	s.before = "self.Worker = class extends Worker { constructor(...a) { super(...a); fetch('/api/v1/healthz?helper'); } };\n"
	paint := func(query string) int64 {
		t.Helper()
		b := newTab(t, s, "/?size=96&iterations=8"+query, 1280, 800)
		b.ready(1)
		b.press("Start")
		b.until(state+` === 'done'`, time.Minute)
		b.clean()
		return value[int64](b, picture)
	}
	helpers := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.helpers
	}
	want := paint("&workers=1")
	if n := helpers(); n != 0 {
		t.Errorf("one worker has %d helpers", n)
	}
	if got := paint("&workers=4"); got != want {
		t.Error("four workers make another picture than one")
	}
	if n := helpers(); n != 3 {
		t.Errorf("four workers have %d helpers", n)
	}
	before := s.before
	for what, script := range map[string]string{
		"that is not isolated":        "Object.defineProperty(self, 'crossOriginIsolated', {value: false});",
		"without room for all memory": "WebAssembly.instantiateStreaming = async () => { throw new RangeError('no room'); };",
		"without room for a half":     refusing(16384),
		"without room to share":       refusing(0),
	} {
		s.mu.Lock()
		s.before = before + script + "\n"
		s.mu.Unlock()
		if got := paint("&workers=2"); got != want {
			t.Errorf("a worker %s makes another picture", what)
		}
	}
	if n := helpers(); n != 6 {
		t.Errorf("in the end there were %d helpers, want three more, where there was no room", n)
	}
	if want := []string{"pages=16384", "pages=none"}; !slices.Equal(slices.Sorted(slices.Values(s.asked)), want) {
		t.Errorf("memory of %v was granted, want %v", s.asked, want)
	}
	b := newTab(t, s, "/?workers=many", 1280, 800)
	b.until(problem+`.includes('workers')`, 10*time.Second)
}
