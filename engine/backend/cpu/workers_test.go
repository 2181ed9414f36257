package cpu

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"trappedinart/internal/await"
)

// counting counts how often each piece is done.
type counting struct{ done []atomic.Int32 }

func (c *counting) do(_, piece int) { c.done[piece].Add(1) }

// Every piece of many small tasks is done once, whether goroutines stay for a moment or end at
// once; and afterwards none is left.
func TestSmallTasks(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, moment := range []time.Duration{0, time.Microsecond, usualMoment} {
		var w workers
		const threads = 4
		w.init(threads)
		w.moment = moment
		c := &counting{done: make([]atomic.Int32, 9)}
		const times = 3000
		for i := range times {
			w.share(threads, 2+i%8, c)
		}
		for piece := range c.done {
			want := 0
			for i := range times {
				if piece < 2+i%8 {
					want++
				}
			}
			if got := c.done[piece].Load(); int(got) != want {
				t.Errorf("moment %s: piece %d is done %d times, want %d", moment, piece, got, want)
			}
		}
		await.That(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
	}
}
