//go:build browser

package main_test

import (
	"testing"
	"time"

	"trappedinart/internal/await"
)

// A run can be paused, its settings act while it goes on, and the file that is saved in
// the end holds the recipe as it was run.
func TestSteerAndPause(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=60", 1280, 800)
	b.ready(1)
	b.press("Start")
	b.until(`document.querySelector('#status').dataset.iteration > 5`, 30*time.Second)
	b.press("Pause")
	b.until(state+` === 'paused'`, 10*time.Second)
	at := value[string](b, `document.querySelector('#status').dataset.iteration`)
	await.Time(b, 500*time.Millisecond) // in which it would go on if it did
	if now := value[string](b, `document.querySelector('#status').dataset.iteration`); now != at {
		t.Errorf("paused, it goes on from iteration %s to %s", at, now)
	}
	shown := value[int](b, picture)
	disabled := value[bool](b, `(() => { const s = document.querySelector('#dial-strength'); s.value = 90; s.dispatchEvent(new Event('input', {bubbles: true})); return s.disabled; })()`)
	if disabled {
		t.Error("the strength cannot be changed while it paints")
	}
	b.press("Resume")
	b.until(state+` === 'running'`, 10*time.Second)
	b.until(state+` === 'done'`, time.Minute)
	if value[int](b, picture) == shown {
		t.Error("the picture is the one from before it was resumed")
	}
	if recipe := b.saved("fruit-painted.png"); recipe.Strength != 90 || recipe.Size != 256 {
		t.Errorf("the file that is saved has strength %v at %d px; want 90 at 256", recipe.Strength, recipe.Size)
	}
	b.clean()
}
