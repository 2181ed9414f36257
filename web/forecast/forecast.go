// Package forecast finds out what a painting will take, before it begins, and says so.
package forecast

import (
	"context"
	"reflect"
	"time"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/words"
)

// quiet is how long nothing changes before it looks, and again how soon it looks again if the
// worker had something else to do.
const quiet, again = 300 * time.Millisecond, 2 * time.Second

// A Worker says what a painting takes.
type Worker interface {
	Foresee(ctx context.Context, o engine.Outline) (engine.Estimate, error)
}

// A Forecast is of the painting that Start would begin.
type Forecast struct {
	desk   *desk.Desk
	worker Worker
	here   func(network string) bool

	of      *engine.Outline // that was asked for last, or nil
	problem string          // why it cannot be painted, or ""
}

// New returns one for the desk. here says whether a network is on this device, or comes by itself.
func New(d *desk.Desk, worker Worker, here func(network string) bool) *Forecast {
	return &Forecast{desk: d, worker: worker, here: here}
}

// Look asks anew if something has changed that time and memory follow from.
func (f *Forecast) Look() {
	d := f.desk
	if d.Busy() || d.Missing() != "" || !f.here(d.Recipe.Weights) {
		return
	}
	o := d.Outline(bare(d.Recipe))
	if f.of != nil && reflect.DeepEqual(*f.of, o) {
		return
	}
	f.of, f.problem, d.Foreseen = &o, "", nil
	of := f.of
	d.Page.After(quiet, func() {
		if f.of == of && !d.Busy() {
			f.ask(of)
		} else if f.of == of {
			f.of = nil // for when it has ended
		}
	})
}

// bare is a recipe without what time and memory do not follow from.
func bare(r engine.Recipe) engine.Recipe {
	r.Strength, r.Detail, r.Smoothness, r.Seed, r.StyleWeights, r.Feather = 50, 0, 0, 0, nil, 0
	return r
}

// ask asks the worker, and keeps the answer if it is still wanted.
func (f *Forecast) ask(of *engine.Outline) {
	d := f.desk
	d.Page.Async(func() {
		e, err := f.worker.Foresee(context.Background(), *of)
		d.Page.Dispatch(func() {
			if f.of != of {
				return
			}
			switch told := engine.AsError(err); {
			case told == nil:
				d.Foreseen = &e
				if d.Recipe.Size == engine.SizeAuto {
					d.Auto = e.Size
					d.Page.ShowContent()
				}
			case told.Code == engine.Busy:
				d.Page.After(again, func() {
					if f.of == of {
						f.of = nil
					}
				})
			default:
				f.problem = told.Message
			}
		})
	})
}

// Text says what the painting takes, and why it has its size if the device chose it.
func (f *Forecast) Text() string {
	d := f.desk
	switch {
	case d.Missing() != "":
		return ""
	case d.Foreseen == nil && f.problem != "":
		return words.Translate(f.problem)
	case d.Foreseen == nil && !f.here(d.Recipe.Weights):
		return words.T("How long it takes is known once the network is on this device.")
	case d.Foreseen == nil:
		return words.T("Measuring how fast this device is …")
	}
	e := d.Foreseen
	return f.why(e, takes(e))
}

// why is a sentence about the size, and what it takes.
func (f *Forecast) why(e *engine.Estimate, takes string) string {
	const bearable = 45 * time.Second // as much as it is called half a minute
	c := f.desk.Content
	switch {
	case f.desk.Recipe.Size != engine.SizeAuto:
		return words.T("On this device: %s.", takes)
	case e.Size >= max(c.W, c.H):
		return words.T("As large as the photograph: %s.", takes)
	case f.desk.Recipe.TimeBudget > 0:
		return words.T("The largest that this device paints in the time budget: %s.", takes)
	case e.Time.Duration() > bearable:
		return words.T("The smallest that Auto chooses: %s.", takes)
	}
	return words.T("The largest that this device paints in about half a minute: %s.", takes)
}

func takes(e *engine.Estimate) string {
	time, memory := words.Duration(e.Time.Duration()), words.Bytes(int(e.Bytes))
	if e.Blocks > 1 {
		return words.T("about %s and %s of memory, in %d blocks without seams", time, memory, e.Blocks)
	}
	return words.T("about %s and %s of memory", time, memory)
}
