//go:build browser

package main_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
	"trappedinart/internal/fixture"
)

// TestBenchPage prints how long a first visit takes, for a person to read: `make
// bench-page`. Nothing of it is asserted, as other programs make the same work longer.
func TestBenchPage(t *testing.T) {
	if os.Getenv("TRAPPED_BENCH") == "" {
		fixture.Elsewhere(t, "make bench-page")
	}
	fmt.Printf("%-28s %8s %8s %8s %8s %8s %8s\n", "", "MB", "ready", "preview", "painted", "tasks", "longest")
	for _, c := range []struct {
		name, query string
		choose      func(*tab)
	}{
		{"256 px", "?size=256", func(*tab) {}},
		{"256 px, one worker", "?size=256&workers=1", func(*tab) {}},
		{"256 px, own pictures", "?size=256", (*tab).own},
		{"256 px, 12 megapixels", "?size=256", (*tab).large},
		{"512 px, own pictures", "?size=512", (*tab).own},
	} {
		var visits []visit
		for range 3 {
			visits = append(visits, measure(t, c.query, c.choose))
		}
		slices.SortFunc(visits, func(a, b visit) int { return int(a.painted - b.painted) })
		v := visits[1]
		fmt.Printf("%-28s %8.2f %6.2f s %6.2f s %6.2f s %8d %5d ms\n", c.name, v.megabytes, v.ready, v.preview, v.painted, v.long, v.longest)
	}
	fmt.Println("Medians of three first visits, by the time that the painting takes. ready: Start can be pressed, from the\n" +
		"first request on; preview, painted: from Start on; tasks: of more than 50 ms in the page's thread, meanwhile.")
}

// A visit is what was measured: seconds, and of tasks of the page's thread that last
// more than 50 ms how many there are and how many ms the longest takes.
type visit struct {
	megabytes, ready, preview, painted float64
	long, longest                      int
}

// large chooses a photograph as cameras make it.
func (b *tab) large() {
	b.Helper()
	b.choose("Photograph file", drawn(b.T, "large.jpg", 4000, 3000, 7))
	b.until(photographName+` === 'large.jpg'`, 20*time.Second)
}

// measure opens the page in a new browser, with nothing kept, chooses pictures, and paints.
func measure(t *testing.T, query string, choose func(*tab)) visit {
	s := open(t)
	b := newTab(t, s, "/"+query, 1280, 800)
	b.ready(1)
	v := visit{ready: value[float64](b, `performance.now()`) / 1000}
	choose(b)
	time.Sleep(3 * time.Second) // as a person does, who looks first
	// A preview is drawn from a canvas, where the photograph is a bitmap.
	value[bool](b, `(() => {
		window.tasks = [];
		new PerformanceObserver(l => { for (const e of l.getEntries()) tasks.push(Math.round(e.duration)); }).observe({type: 'longtask'});
		const draw = CanvasRenderingContext2D.prototype.drawImage;
		CanvasRenderingContext2D.prototype.drawImage = function (from, ...at) {
			if (this.canvas.id === 'picture' && from instanceof OffscreenCanvas) window.drawn ??= performance.now();
			return draw.call(this, from, ...at);
		};
		window.began = performance.now();
		document.querySelector('#start').click();
		new MutationObserver(() => { if (`+state+` === 'done') window.painted ??= performance.now(); })
			.observe(document.querySelector('#status'), {attributes: true});
		return true;
	})()`)
	b.until(`window.painted > 0`, 2*time.Minute)
	v.preview = value[float64](b, `drawn - began`) / 1000
	v.painted = value[float64](b, `painted - began`) / 1000
	v.long = value[int](b, `tasks.length`)
	v.longest = value[int](b, `Math.max(0, ...tasks)`)
	s.mu.Lock()
	v.megabytes = float64(s.bytes) / 1e6
	s.mu.Unlock()
	b.clean()
	return v
}
