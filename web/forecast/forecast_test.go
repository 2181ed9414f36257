package forecast_test

import (
	"context"
	"image"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/forecast"
	"trappedinart/web/run"
)

// page does at once what it is given, but what waits for later.
type page struct {
	later []func()
	shown int
}

func (p *page) Dispatch(act func())               { act() }
func (p *page) Quietly(act func())                { act() }
func (p *page) Defer(act func())                  { act() }
func (p *page) Async(act func())                  { act() }
func (p *page) After(_ time.Duration, act func()) { p.later = append(p.later, act) }
func (p *page) ShowContent()                      { p.shown++ }
func (p *page) ShowDials()                        {}
func (p *page) CloseMasks()                       {}
func (p *page) FollowStyles()                     {}
func (p *page) ShowQuestion()                     {}
func (p *page) LetGo()                            {}

// wait does what waits.
func (p *page) wait() {
	list := p.later
	p.later = nil
	for _, act := range list {
		act()
	}
}

// worker answers what the test says, and counts.
type worker struct {
	answer engine.Estimate
	err    error
	asked  []engine.Outline
}

func (w *worker) Foresee(_ context.Context, o engine.Outline) (engine.Estimate, error) {
	w.asked = append(w.asked, o)
	return w.answer, w.err
}

func laid(t *testing.T) (*desk.Desk, *page, *worker, *forecast.Forecast) {
	t.Helper()
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Size = engine.SizeAuto
	p, w := &page{}, &worker{answer: engine.Estimate{Size: 896, Time: 28, Bytes: 410e6, Blocks: 1}}
	d := desk.New(p, recipe)
	f := forecast.New(d, w, func(network string) bool { return network == "fine" })
	f.Look()
	if f.Text() != "" || len(p.later) != 0 {
		t.Error("of an empty desk it says something, or looks")
	}
	d.SetContent(&desk.Picture{ID: "photo", W: 4000, H: 3000})
	d.AddStyle(&desk.Picture{ID: "style", W: 500, H: 400})
	return d, p, w, f
}

// The person is told before a painting begins how large it becomes, why, and what it takes; and
// what has nothing to do with that is not looked at.
func TestForecast(t *testing.T) {
	d, p, w, f := laid(t)
	if f.Look(); f.Text() != "Measuring how fast this device is …" || d.Longer(&d.Recipe) != 512 {
		t.Errorf("it says %q, and the picture has %d pixels", f.Text(), d.Longer(&d.Recipe))
	}
	f.Look()
	p.wait()
	if got := f.Text(); got != "The largest that this device paints in about half a minute: about 28 s and 410 MB of memory." {
		t.Errorf("it says %q", got)
	}
	if len(w.asked) != 1 || w.asked[0].Content.X != 4000 || len(w.asked[0].Styles) != 1 || !w.asked[0].Checkpoints || d.Longer(&d.Recipe) != 896 || p.shown == 0 {
		t.Errorf("asked was %+v, and the picture has %d pixels", w.asked, d.Longer(&d.Recipe))
	}
	d.Recipe.Strength, d.Recipe.Seed = 70, 7
	f.Look()
	if p.wait(); len(w.asked) != 1 {
		t.Error("it looks again, though nothing is slower by that")
	}
	for _, c := range []struct {
		change func()
		answer engine.Estimate
		says   string
	}{
		{func() { d.Recipe.TimeBudget = 60 }, engine.Estimate{Size: 1024, Time: 55}, "in the time budget: about 55 s"},
		{func() { d.Recipe.Iterations = 500 }, engine.Estimate{Size: 512, Time: 80}, "smallest that Auto chooses: about 80 s"},
		{func() { d.Content.W, d.Content.H = 800, 600 }, engine.Estimate{Size: 800, Time: 9}, "As large as the photograph: about 9 s"},
		{func() { d.Recipe.Size = 4096 }, engine.Estimate{Size: 4096, Time: 1500, Bytes: 15e8, Blocks: 40}, "On this device: about 25 min and 1.5 GB of memory, in 40 blocks"},
	} {
		c.change()
		w.answer = c.answer
		f.Look()
		p.wait()
		if got := f.Text(); !strings.Contains(got, c.says) {
			t.Errorf("it says %q, want %q", got, c.says)
		}
		d.Recipe.TimeBudget, d.Recipe.Size, d.Content.W, d.Content.H = 0, engine.SizeAuto, 4000, 3000
	}
}

// A result has a forecast at twice its size, or the reason why that does not fit, as long as
// the pictures are those that it was made of.
func TestForecastOfLarger(t *testing.T) {
	d, p, w, f := laid(t)
	f.Look()
	p.wait()
	if takes, why := f.Largest(); takes != nil || why != "" {
		t.Errorf("without a result it takes %+v, %q", takes, why)
	}
	d.NoteMade()
	d.Run.Begin(run.Job{Stop: func() {}})
	made := d.Recipe
	made.Size = 896
	d.Run.End(&engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 896, 672)), Recipe: made}, nil, time.Second)
	w.answer = engine.Estimate{Size: 1792, Time: 60}
	f.Look()
	p.wait()
	if takes, _ := f.Largest(); takes == nil || takes.Size != 1792 || w.asked[len(w.asked)-1].Smaller != 896 || w.asked[len(w.asked)-1].Recipe.Size != 1792 {
		t.Errorf("it takes %+v, asked was %+v", takes, w.asked[len(w.asked)-1])
	}
	if d.Foreseen == nil || d.Foreseen.Size != 896 {
		t.Errorf("the next painting takes %+v", d.Foreseen)
	}
	d.AddStyle(&desk.Picture{ID: "another", W: 50, H: 40})
	if _, why := d.Larger(); why != "The pictures have changed since this was painted. Press Start." {
		t.Errorf("with another style it says %q", why)
	}
}

// The forecast says why a painting cannot be made, and asks a busy worker again.
func TestForecastFails(t *testing.T) {
	d, p, w, f := laid(t)
	d.Recipe.Weights = "vgg19"
	if f.Look(); f.Text() != "How long it takes is known once the network is on this device." || len(p.later) != 0 {
		t.Errorf("of a network that is not here it says %q", f.Text())
	}
	d.Recipe.Weights = "fine"
	w.err = &engine.Error{Code: engine.Busy, Message: "Wait."}
	f.Look()
	p.wait() // it asks
	w.err = &engine.Error{Code: engine.TooLarge, Message: "That is too large."}
	if p.wait(); f.Text() != "That is too large." || len(w.asked) != 2 || d.Foreseen != nil {
		t.Errorf("it says %q, asked %d times", f.Text(), len(w.asked))
	}
	// While a painting is made nobody is asked, and afterwards about what changed meanwhile.
	d.Recipe.Size, w.err = 1024, nil
	f.Look()
	d.Run.Begin(run.Job{Stop: func() {}})
	if p.wait(); len(w.asked) != 2 {
		t.Error("it asks while a painting is made")
	}
	d.Run.End(nil, &engine.Error{Code: engine.Cancelled}, 0)
	f.Look()
	if p.wait(); len(w.asked) != 3 || !strings.HasPrefix(f.Text(), "On this device") {
		t.Errorf("it asked %d times, and says %q", len(w.asked), f.Text())
	}
}
