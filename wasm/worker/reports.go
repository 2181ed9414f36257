package worker

import (
	"time"

	"trappedinart/engine"
)

// reports sends those of a run, while it paints not more often than every so long.
type reports struct {
	every time.Duration
	send  func(engine.Progress)

	last    time.Time
	stage   string           // of the last that was sent
	waiting *engine.Progress // what was not sent yet
}

// take sends the report, or has it wait for the next one.
func (r *reports) take(p engine.Progress, now time.Time) {
	if r.waiting != nil {
		p = p.Over(*r.waiting)
	}
	r.waiting = &p
	if p.Stage != engine.Painting || p.Stage != r.stage || now.Sub(r.last) >= r.every {
		r.last = now
		r.flush()
	}
}

// flush sends what waits.
func (r *reports) flush() {
	if r.waiting != nil {
		r.stage = r.waiting.Stage
		r.send(*r.waiting)
		r.waiting = nil
	}
}
