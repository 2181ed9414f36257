package transfer

import (
	"time"

	"trappedinart/engine"
)

// A mark is how far a run has come: so many iterations of a scale, counted from 0.
type mark struct{ scale, iteration int }

// A pace is the work that a run has done, and the time that it took.
type pace struct {
	from, at mark      // where it began, and where it is
	lowest   int       // the first scale that is painted: others are a painting that it goes on from
	opened   time.Time // when painting began, pauses left out
	// The rest is foretold by the time since timed, when the run was at the mark first.
	timed  time.Time
	first  mark
	probed float64 // seconds for a place, or 0
}

// paused leaves out the time for which the run waited.
func (p *pace) paused(d time.Duration) {
	p.opened = p.opened.Add(d)
	if !p.timed.IsZero() {
		p.timed = p.timed.Add(d)
	}
}

// done is the work up to a mark, and all is the whole work.
func (p *pace) done(of *plan, at mark) float64 {
	return of.worked(at) - of.worked(mark{scale: p.lowest})
}
func (p *pace) all(of *plan) float64 { return of.work - of.worked(mark{scale: p.lowest}) }

// fraction is the share of the plan's work that is done.
func (p *pace) fraction(of *plan) float64 { return p.done(of, p.at) / p.all(of) }

// rest is the work that remains of a plan.
func (p *pace) rest(of *plan) float64 { return of.work - of.worked(p.at) }

// budget is how long a recipe may take, or 0.
func budget(r *engine.Recipe) time.Duration { return seconds(r.TimeBudget) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// spent says whether the scales up to the one that is painted have had their share of the
// time: each has as much as its evaluations cost of all.
func (p *pace) spent(of *plan) bool {
	budget := budget(&of.recipe)
	if budget == 0 {
		return false
	}
	share := p.done(of, mark{p.at.scale, of.recipe.IterationsAt(p.at.scale)}) / p.all(of)
	return time.Since(p.opened) >= time.Duration(float64(budget)*share)
}

// remaining is how long the rest takes: by the probe until evaluations tell more, of which
// the first waits for much that is made once.
func (p *pace) remaining(of *plan, now time.Time) time.Duration {
	worked := of.worked(p.at)
	var rest time.Duration
	switch {
	case !p.timed.IsZero():
		rest = time.Duration(float64(now.Sub(p.timed)) * p.rest(of) / (worked - of.worked(p.first)))
	case p.probed > 0:
		rest = seconds(p.probed * p.rest(of))
	default:
		rest = time.Duration(float64(now.Sub(p.opened)) * p.rest(of) / (worked - of.worked(p.from)))
	}
	if p.timed.IsZero() {
		p.timed, p.first = now, p.at
	}
	if budget := budget(&of.recipe); budget > 0 {
		rest = min(rest, max(0, budget-now.Sub(p.opened)))
	}
	return rest
}

// takes is how long the rest of a plan takes, once it was probed, whatever the time budget.
func (p *pace) takes(of *plan) engine.Seconds {
	places := p.rest(of)
	for _, s := range of.sizes[p.from.scale:] {
		for _, l := range of.need().layOut(s).pictures {
			if l.style || l.copy == 0 { // targets are measured: forward alone
				places += l.places() / 2
			}
		}
	}
	return engine.Seconds(p.probed * places)
}

// estimate is what the rest of a plan takes, once it was probed.
func (p *pace) estimate(of *plan) engine.Estimate {
	e := engine.Estimate{Size: of.recipe.Size, Time: p.takes(of), Bytes: of.fitted.Bytes, Blocks: of.fitted.Blocks}
	if budget := budget(&of.recipe); budget > 0 {
		e.Time = min(e.Time, engine.SecondsOf(budget))
	}
	return e
}
