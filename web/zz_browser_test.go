//go:build browser

package main_test

import ("testing";"time")

func TestZZ(t *testing.T) {
	b := newTab(t, open(t), "/?size=128&iterations=3", 1280, 800)
	time.Sleep(5*time.Second)
	b.mu.Lock()
	t.Log(b.faults)
	b.mu.Unlock()
	t.Log(value[string](b, "document.body.innerText"))
	t.Log(value[string](b, "JSON.stringify(performance.getEntriesByType('resource').map(e=>e.name))"))
}
