package transfer

import (
	"slices"
	"time"

	"trappedinart/engine"
)

// reports are what a run says while it goes on.
type reports struct {
	report      func(engine.Progress)
	previews    rhythm
	checkpoints rhythm
	note        string   // to be said with the next report
	notes       []string // of the result
}

// say has a sentence said with the next report.
func (r *reports) say(note string) { r.note = note }

// keep has a sentence said with the next report and with the result.
func (r *reports) keep(note string) {
	r.say(note)
	if !slices.Contains(r.notes, note) {
		r.notes = append(r.notes, note)
	}
}

// send reports, with what was to be said.
func (r *reports) send(p engine.Progress) {
	p.Note, r.note = r.note, ""
	r.report(p)
}

// A rhythm says when something is due that is not to come too often; never, if every is 0.
type rhythm struct {
	every time.Duration
	last  time.Time
}

func (r *rhythm) asked() bool { return r.every > 0 }

func (r *rhythm) due(now time.Time) bool {
	if !r.asked() || now.Sub(r.last) < r.every {
		return false
	}
	r.last = now
	return true
}
