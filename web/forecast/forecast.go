// Package forecast finds out what a painting will take, before it begins, and says so.
package forecast

import (
	"context"
	"fmt"
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
		return f.problem
	case d.Foreseen == nil && !f.here(d.Recipe.Weights):
		return words.ForecastWaits
	case d.Foreseen == nil:
		return words.ForecastLooks
	}
	e := d.Foreseen
	return fmt.Sprintf(f.why(e), takes(e))
}

// why is a sentence about the size, with room for what it takes.
func (f *Forecast) why(e *engine.Estimate) string {
	const bearable = 45 * time.Second // as much as it is called half a minute
	c := f.desk.Content
	switch {
	case f.desk.Recipe.Size != engine.SizeAuto:
		return words.Forecast
	case e.Size >= max(c.W, c.H):
		return words.ForecastOwn
	case f.desk.Recipe.TimeBudget > 0:
		return words.ForecastBudget
	case e.Time.Duration() > bearable:
		return words.ForecastLeast
	}
	return words.ForecastAuto
}

func takes(e *engine.Estimate) string {
	time, memory := words.Duration(e.Time.Duration()), words.Bytes(int(e.Bytes))
	if e.Blocks > 1 {
		return fmt.Sprintf(words.ForecastBlocks, time, memory, e.Blocks)
	}
	return fmt.Sprintf(words.ForecastTakes, time, memory)
}
