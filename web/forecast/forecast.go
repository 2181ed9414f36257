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

// A Forecast is of the painting that Start would begin, and of the one that Larger would.
type Forecast struct {
	// Alone says that one processor paints, of several: the browser shares no memory here.
	Alone bool

	desk   *desk.Desk
	worker Worker
	here   func(network string) bool

	next, larger look
	asking       bool
}

// A look is what was asked for last, and the answer.
type look struct {
	of      *engine.Outline  // nil if nothing was
	waits   bool             // for the answer
	takes   *engine.Estimate // or nil
	problem string           // why it cannot be painted, or ""
}

// New returns one for the desk. here says whether a network is on this device, or comes by itself.
func New(d *desk.Desk, worker Worker, here func(network string) bool) *Forecast {
	return &Forecast{desk: d, worker: worker, here: here}
}

// Look asks anew if something has changed that time and memory follow from.
func (f *Forecast) Look() {
	d := f.desk
	if d.Busy() || d.Missing() != "" {
		return
	}
	if f.here(d.Recipe.Weights) && f.next.turn(d.Outline(bare(d.Recipe))) {
		d.Foreseen = nil
	}
	if recipe, why := d.Larger(); why == "" && f.here(recipe.Weights) {
		o := d.Outline(bare(recipe))
		o.Smaller = recipe.Size / 2
		f.larger.turn(o)
	}
	if (f.next.waits || f.larger.waits) && !f.asking {
		f.asking = true
		d.Page.After(quiet, f.ask)
	}
}

// turn looks at another painting, and says whether it is another.
func (l *look) turn(o engine.Outline) bool {
	if l.of != nil && reflect.DeepEqual(*l.of, o) {
		return false
	}
	*l = look{of: &o, waits: true}
	return true
}

// bare is a recipe without what time and memory do not follow from.
func bare(r engine.Recipe) engine.Recipe {
	r.Strength, r.Detail, r.Smoothness, r.Palette, r.Seed, r.StyleWeights, r.Feather = 50, 0, 0, 0, 0, nil, 0
	return r
}

// ask asks the worker about what waits, one after the other.
func (f *Forecast) ask() {
	d := f.desk
	l := &f.next
	if !l.waits {
		l = &f.larger
	}
	if f.asking = l.waits && !d.Busy(); !f.asking {
		return // Look begins again
	}
	of := l.of
	d.Page.Async(func() {
		e, err := f.worker.Foresee(context.Background(), *of)
		d.Page.Dispatch(func() { f.hear(l, of, e, engine.AsError(err)) })
	})
}

// hear takes an answer, if it is still wanted, and goes on asking.
func (f *Forecast) hear(l *look, of *engine.Outline, e engine.Estimate, err *engine.Error) {
	d := f.desk
	if err != nil && err.Code == engine.Busy {
		d.Page.After(again, f.ask)
		return
	}
	if l.of == of {
		l.waits = false
		if err != nil {
			l.problem = err.Message
		} else {
			l.takes = &e
		}
	}
	if l == &f.next && l.takes != nil && !d.Busy() {
		d.Foreseen = l.takes
		if d.Recipe.Size == engine.SizeAuto {
			d.Auto = e.Size
			d.Page.ShowContent()
		}
	}
	f.ask()
}

// Largest says what the result takes at twice its size, or in a sentence why it cannot be painted
// here; neither while that is not known.
func (f *Forecast) Largest() (*engine.Estimate, string) { return f.larger.takes, f.larger.problem }

// Text says what the painting takes, and why it has its size if the device chose it.
func (f *Forecast) Text() string {
	d := f.desk
	switch {
	case d.Missing() != "":
		return ""
	case d.Foreseen == nil && f.next.problem != "":
		return words.Translate(f.next.problem)
	case d.Foreseen == nil && !f.here(d.Recipe.Weights):
		return words.T("How long it takes is known once the network is on this device.")
	case d.Foreseen == nil:
		return words.T("Measuring how fast this device is …")
	}
	e := d.Foreseen
	text := f.why(e, takes(e))
	if f.Alone {
		text += " " + words.T("One processor paints, as this browser does not let the page use more.")
	}
	return text
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
