package runner

import (
	"time"

	"trappedinart/engine"
)

// reached is how far a run elsewhere has come, as it reports.
type reached struct {
	began  time.Time
	recipe engine.Recipe
	last   engine.Progress // with the last preview
	before int             // iterations at scales that are done
	notes  []string
}

func (r *reached) note(p engine.Progress) {
	if p.Scale != r.last.Scale {
		r.before += r.last.Iteration
	}
	if p.Note != "" {
		r.notes = append(r.notes, p.Note)
	}
	if p.Preview == nil {
		p.Preview = r.last.Preview
	}
	r.last = p
}

// soFar returns the last preview as a result, or nil.
func (r *reached) soFar() *engine.Result {
	if r.last.Preview == nil {
		return nil
	}
	return &engine.Result{
		Picture: r.last.Preview, Recipe: r.recipe, Iterations: r.before + r.last.Iteration,
		Loss: r.last.Loss, Elapsed: engine.SecondsOf(time.Since(r.began)), Notes: r.notes,
	}
}
