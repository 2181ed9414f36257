//go:build browser

package main_test

import (
	"testing"
	"time"
)

// However many workers share a painting out, and where none can, it is the same, to the
// bit.
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
	} {
		s.mu.Lock()
		s.before = before + script + "\n"
		s.mu.Unlock()
		if got := paint("&workers=2"); got != want {
			t.Errorf("a worker %s makes another picture", what)
		}
	}
	if n := helpers(); n != 4 {
		t.Errorf("in the end there were %d helpers, want one more, where there was no room", n)
	}
	b := newTab(t, s, "/?workers=many", 1280, 800)
	b.until(problem+`.includes('workers')`, 10*time.Second)
}
