//go:build browser

package main_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"

	"trappedinart/internal/await"
	"trappedinart/internal/fixture"
)

// TestBenchPage prints how long a first visit takes, for a person to read: `make
// bench-page`. Nothing of it is asserted, as other programs make the same work longer.
func TestBenchPage(t *testing.T) {
	if os.Getenv("TRAPPED_BENCH") == "" {
		fixture.Elsewhere(t, "make bench-page")
	}
	fmt.Printf("%-28s %8s %8s %8s %8s %8s %8s %8s\n", "", "MB", "ready", "preview", "painted", "tasks", "longest", "thread")
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
		v := middle(visits)
		fmt.Printf("%-28s %8.2f %6.2f s %6.2f s %6.2f s %8d %5d ms %6.1f %%\n", c.name, v.megabytes, v.ready, v.preview, v.painted, v.long, v.longest, 100*v.thread)
	}
	fmt.Println("Medians of three first visits, by the time that the painting takes. MB: loaded before Start can be pressed;\n" +
		"ready: that, from the first request on; preview, painted: from Start on; tasks: of more than 50 ms in the page's\n" +
		"thread, meanwhile; thread: the part of that time for which it has the processor.")
	for _, size := range []int{64, 128, 256, 512} {
		var one, two []visit
		for range 3 { // in turns, as the machine may have more or less to do
			one = append(one, measure(t, fmt.Sprintf("?size=%d&workers=1", size), (*tab).own))
			two = append(two, measure(t, fmt.Sprintf("?size=%d&workers=2", size), (*tab).own))
		}
		a, b := middle(one).painted, middle(two).painted
		fmt.Printf("%3d px: one worker %6.2f s, two %6.2f s, two : one %.2f, of the fastest visits %.2f\n", size, a, b, b/a, two[0].painted/one[0].painted)
	}
}

// middle sorts visits by the time that the painting took, and returns the one in the middle.
func middle(visits []visit) visit {
	slices.SortFunc(visits, func(a, b visit) int { return cmp.Compare(a.painted, b.painted) })
	return visits[len(visits)/2]
}

// busy is how many seconds of a processor the page's thread has had.
func (b *tab) busy() float64 {
	b.Helper()
	var seconds float64
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		got, err := chromedp.Call(ctx, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return err
		}
		for _, m := range got.Metrics {
			if m.Name == "TaskDuration" {
				seconds = m.Value
			}
		}
		return nil
	}))
	return seconds
}

// A visit is what was measured: seconds, and of tasks of the page's thread that last
// more than 50 ms how many there are and how many ms the longest takes.
type visit struct {
	megabytes, ready, preview, painted float64
	long, longest                      int
	thread                             float64 // share of the time for which the page's thread worked
}

// large chooses a photograph as cameras make it.
func (b *tab) large() {
	b.Helper()
	b.choose("Photograph file", drawn(b.T, "large.jpg", 4000, 3000, 7))
	b.until(photographName+` === 'large.jpg'`, 20*time.Second)
}

// measure opens the page in a new browser, with nothing kept, chooses pictures, and paints.
func measure(t *testing.T, query string, choose func(*tab)) visit {
	s := openWith(t, t.TempDir())
	b := newTabAlone(t, 3*time.Minute, s, "/"+query, 1280, 800, chromedp.DisableGPU)
	b.ready(1)
	v := visit{ready: value[float64](b, `performance.now()`) / 1000}
	s.mu.Lock()
	v.megabytes = float64(s.bytes) / 1e6
	s.mu.Unlock()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
		return err
	}))
	choose(b)
	await.Time(b, 3*time.Second) // as a person does, who looks first
	value[bool](b, `(() => {
		window.tasks = [];
		new PerformanceObserver(l => { for (const e of l.getEntries()) tasks.push(Math.round(e.duration)); }).observe({type: 'longtask'});
		const draw = CanvasRenderingContext2D.prototype.drawImage;
		CanvasRenderingContext2D.prototype.drawImage = function (from, ...at) {
			// The photograph has its canvas' size, previews of the first scales have not; of one scale there are none.
			if (this.canvas.id === 'picture' && from.width < this.canvas.width) window.drawn ??= performance.now();
			return draw.call(this, from, ...at);
		};
		window.began = performance.now();
		document.querySelector('#start').click();
		new MutationObserver(() => { if (`+state+` === 'done') window.painted ??= performance.now(); })
			.observe(document.querySelector('#status'), {attributes: true});
		return true;
	})()`)
	before := b.busy()
	for range await.Turns(b.ctx, 250*time.Millisecond) { // asked more often, that would be a part of what is measured
		if value[bool](b, `window.painted > 0`) {
			break
		}
	}
	v.thread = b.busy() - before
	v.preview = value[float64](b, `(window.drawn ?? painted) - began`) / 1000
	v.painted = value[float64](b, `painted - began`) / 1000
	v.thread /= v.painted
	v.long = value[int](b, `tasks.length`)
	v.longest = value[int](b, `Math.max(0, ...tasks)`)
	b.clean()
	return v
}
