package cpu

import (
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
		await.That(t, "goroutines to end", func() bool {
			for i := range w.there {
				if w.there[i].Load() {
					return false
				}
			}
			return true
		})
	}
}

// halting panics at one piece.
type halting struct {
	counting
	at int
}

func (h *halting) do(thread, piece int) {
	if piece == h.at && thread == 0 {
		panic("halt")
	}
	h.counting.do(thread, piece)
}

// After a task that panics nobody works on it any more, and the next one is whole.
func TestTaskThatPanics(t *testing.T) {
	var w workers
	w.init(4)
	for range 200 {
		h := &halting{counting{make([]atomic.Int32, 64)}, 0}
		for at := range h.done {
			h.at = at
			func() {
				defer func() { _ = recover() }()
				w.share(4, len(h.done), h)
			}()
		}
		c := &counting{make([]atomic.Int32, 64)}
		w.share(4, len(c.done), c)
		for piece := range c.done {
			if n := c.done[piece].Load(); n != 1 {
				t.Fatalf("piece %d of the task after it is done %d times", piece, n)
			}
		}
	}
}
