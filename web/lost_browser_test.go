//go:build browser

package main_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// watched lets a test end the page's workers, and counts checkpoints and screens kept on.
const watched = `window.engines = []; window.checkpoints = 0; window.wakes = 0;
	window.Worker = class extends Worker {
		constructor(...a) {
			super(...a);
			if (!String(a[0]).includes('worker.js')) return;
			engines.push(this);
			this.addEventListener('message', e => { if (e.data.parts && e.data.parts.checkpoint) checkpoints++; });
		}
	};
	Object.defineProperty(navigator, 'wakeLock', {value: {request: async () => { wakes++; return {release: () => wakes--}; }}});`

// A helper that takes a piece of the work and ends with it, once the test says so: the engine
// then waits for it without hearing anything.
const (
	tellHelpers = `const flag = new SharedArrayBuffer(4);
		new BroadcastChannel('end').onmessage = () => Atomics.store(new Int32Array(flag), 0, 1);
		self.Worker = class extends Worker { postMessage(data) { super.postMessage({...data, flag}); } };
	`
	endingHelper = `let flag;
		addEventListener('message', e => { flag = new Int32Array(e.data.flag); });
		const make = WebAssembly.instantiate;
		WebAssembly.instantiate = async (module, imports) => {
			await make(module, imports);
			const words = new Int32Array(imports.e.m.buffer);
			return {exports: {serve(control) {
				const recorded = control / 4, taken = recorded + 16;
				for (let seen = 0;; seen = Atomics.load(words, recorded)) {
					Atomics.wait(words, recorded, seen, 100);
					if (!Atomics.load(flag, 0)) continue;
					const piece = Atomics.load(words, taken);
					if (Atomics.load(words, recorded) > piece && Atomics.compareExchange(words, taken, piece, piece + 1) === piece) {
						self.close();
						return;
					}
				}
			}}};
		};
	`
)

// A worker that ends in the middle of a painting, the engine or its helper, does not end the
// painting: it becomes what it would have been, to the bit, and nobody reloads.
func TestWorkersThatEnd(t *testing.T) {
	const query = "/?size=320&iterations=60&workers=2"
	s := open(t)
	watch := func() *tab {
		b := newTab(t, s, "/?size=64", 1280, 800)
		b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watched})
			return err
		}), chromedp.Navigate(s.URL+query))
		b.ready(1)
		return b
	}
	b := watch()
	b.press("Start")
	b.until(`wakes === 1`, 10*time.Second)
	b.until(state+` === 'done'`, 2*time.Minute)
	b.until(`wakes === 0`, 10*time.Second)
	want := value[int64](b, picture)
	if n := value[int](b, `engines.length`); n != 1 {
		t.Fatalf("a painting that nothing disturbs takes %d engines", n)
	}

	for _, c := range []struct{ what, end string }{
		{"engine", `engines.at(-1).terminate()`},
		{"helper, and then the engine", `new BroadcastChannel('end').postMessage(0)`},
	} {
		t.Run(c.what, func(t *testing.T) {
			s.mu.Lock()
			s.before, s.beforeHelper = "", ""
			if c.what != "engine" {
				s.before, s.beforeHelper = tellHelpers, endingHelper
			}
			s.mu.Unlock()
			b := watch()
			b.press("Start")
			b.hide()
			b.until(`checkpoints > 0`, time.Minute)
			value[bool](b, c.end+`, true`)
			b.until(problem+`.includes('from its last checkpoint, with 1 of 2 workers')`, 30*time.Second)
			engines := 2
			if c.what != "engine" {
				engines = 3
				b.until(`window.seen = checkpoints, `+state+` === 'running'`, 30*time.Second)
				b.hide()
				b.until(`checkpoints > seen`, time.Minute)
				value[bool](b, `engines.at(-1).terminate(), true`)
			}
			b.until(state+` === 'done'`, 2*time.Minute)
			if got := value[int64](b, picture); got != want {
				t.Error("the picture is another than without the end")
			}
			if n := value[int](b, `engines.length`); n != engines {
				t.Errorf("it took %d engines, want %d", n, engines)
			}
			b.until(`wakes === 0`, 10*time.Second)
			b.clean()
		})
	}
}
