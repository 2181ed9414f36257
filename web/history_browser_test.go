//go:build browser

package main_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"trappedinart/internal/await"
)

const (
	results = `document.querySelectorAll('.results li').length`
	// stored counts what IndexedDB has.
	stored = `const db = await new Promise((yes, no) => { const r = indexedDB.open('trapped-in-art'); r.onsuccess = () => yes(r.result); r.onerror = no; });
		const count = (name) => new Promise((yes) => { const r = db.transaction(name).objectStore(name).getAll(); r.onsuccess = () => yes(r.result); });
		window.stored = {results: (await count('results')).length, pictures: (await count('pictures')).length, checkpoint: (await count('run')).some(r => r.checkpoint)}; db.close();`
)

// hide has a page that paints believe that it is no more seen, when it keeps how far the run is.
func (b *tab) hide() {
	b.Helper()
	b.until(state+` === 'running'`, time.Minute)
	value[bool](b, `(() => {
		Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});
		document.dispatchEvent(new Event('visibilitychange'));
		delete document.visibilityState;
		return true;
	})()`)
}

// checkpointed hides the page and waits for a checkpoint of the run to be kept.
func (b *tab) checkpointed() {
	b.Helper()
	b.hide()
	await.That(b, "a checkpoint to be kept", func() bool {
		b.run(stored)
		return value[bool](b, `window.stored.checkpoint`)
	})
}

func TestHistory(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=3", 1280, 800)
	b.own()
	b.paint()
	b.until(results+` === 1`, 10*time.Second)
	painted := value[int](b, picture)
	value[bool](b, `document.querySelector('[aria-label="A valley"]').click(), true`)
	b.until(photographName+` === 'valley.jpg'`, 10*time.Second)
	b.slide("#dial-strength", "80")
	b.paint()
	b.until(results+` === 2`, 10*time.Second)

	b.reload()
	b.until(results+` === 2`, 10*time.Second)
	// The older one, with what it was made of.
	value[bool](b, `document.querySelectorAll('.result')[1].click(), true`)
	b.until(photographName+` === 'golden_gate.jpg' && `+styleNames+` === 'starry_night.jpg'`, 10*time.Second)
	b.until(state+` === 'done' && `+valueOf("dial-strength")+` === '50'`, 5*time.Second)
	if got := value[int](b, picture); got != painted {
		t.Errorf("the picture from the history has the sum %d, and had %d", got, painted)
	}
	b.press("Continue from here")
	b.until(state+` === 'idle'`, 10*time.Second)
	b.paint()
	b.until(results+` === 3`, 10*time.Second)
	if r := b.saved("golden_gate-painted.png"); r.Start != "picture" || r.Scales != 1 {
		t.Errorf("what was continued started from %s at %d scales", r.Start, r.Scales)
	}

	value[bool](b, `document.querySelectorAll('.result')[1].click(), true`)
	b.until(`document.querySelector('[aria-label="Delete this result"]')`, 10*time.Second)
	value[bool](b, `document.querySelector('[aria-label="Delete this result"]').click(), true`)
	b.press("Keep it")
	b.until(results+` === 3 && !document.querySelector('#question').open`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label="Delete this result"]').click(), true`)
	b.press("Delete it")
	b.until(results+` === 2`, 5*time.Second)
	b.press("Delete all")
	b.press("Delete all of it")
	b.until(results+` === 0`, 5*time.Second)
	// Only the pictures on the page are kept: they may belong to a run.
	await.Right(t, "the browser to have deleted all", func() string {
		b.run(stored)
		if value[bool](b, `window.stored.results === 0 && window.stored.pictures <= 2`) {
			return ""
		}
		return "it has " + value[string](b, `JSON.stringify(window.stored)`)
	})
}

// A run that the page was closed on goes on from its last checkpoint, to the picture that
// an uninterrupted one gives.
func TestInterruptedRunGoesOn(t *testing.T) {
	const path = "/?size=256&iterations=70&seed=3"
	s := open(t)
	whole := newTab(t, s, path, 1280, 800)
	whole.ready(1)
	whole.paint()
	want := value[int](whole, picture)

	b := newTab(t, s, path, 1280, 800)
	b.ready(1)
	b.press("Start")
	b.checkpointed()
	if got := value[string](b, state); got != "running" {
		t.Fatalf("the run is over before there is a checkpoint: %s", got)
	}
	value[bool](b, `window.stale = true`)
	b.do(chromedp.Reload())
	b.until(`!window.stale && document.querySelector('#resume')`, 30*time.Second)
	if got := value[string](b, state); got != "paused" {
		t.Errorf("after the reload the state is %s", got)
	}
	b.press("Resume")
	b.until(state+` === 'done'`, time.Minute)
	if got := value[int](b, picture); got != want {
		t.Errorf("the picture has the sum %d, and of a run without a break %d", got, want)
	}
	b.clean()
	b.reload() // and it is over
	if got := value[string](b, state); got != "idle" {
		t.Errorf("in the end the state is %s", got)
	}
}

// The same for a run that starts from another result.
func TestInterruptedContinuationGoesOn(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=100", 1280, 800)
	b.ready(1)
	b.write("expert-iterations", "2")
	b.paint()
	b.until(results+` === 1`, 10*time.Second)
	value[bool](b, `document.querySelector('.result').click(), true`)
	b.press("Continue from here")
	b.until(state+` === 'idle'`, 10*time.Second)
	b.write("expert-iterations", "100")
	b.press("Start")
	b.until(`document.querySelector('#status').dataset.iteration > 1`, 30*time.Second)
	value[bool](b, `window.stale = true`)
	b.do(chromedp.Reload())
	b.until(`!window.stale && document.querySelector('#resume')`, 30*time.Second)
	b.press("Resume")
	b.until(state+` === 'done'`, time.Minute)
	if r := b.saved("fruit-painted.png"); r.Start != "picture" || r.Iterations != 100 {
		t.Errorf("what went on started from %s, %d iterations", r.Start, r.Iterations)
	}
	b.clean()
}

// A run that waits for Resume can be given up.
func TestInterruptedRunIsGivenUp(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=300", 1280, 800)
	b.ready(1)
	b.press("Start")
	b.until(`document.querySelector('#status').dataset.iteration > 1`, 30*time.Second)
	value[bool](b, `window.stale = true`)
	b.do(chromedp.Reload())
	b.until(`!window.stale && document.querySelector('#resume')`, 30*time.Second)
	b.press("Stop")
	b.until(state+` === 'idle'`, 5*time.Second)
	b.reload()
	b.clean()
}
