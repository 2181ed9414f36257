package transfer

import (
	"context"
	"fmt"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
)

// Estimate says what a run of that request takes, after one iteration at a small size.
func (r *Runner) Estimate(ctx context.Context, req engine.Request) (engine.Estimate, error) {
	j, err := r.prepare(ctx, req, nil)
	if err == nil {
		err = j.probe(ctx)
	}
	if err != nil {
		return engine.Estimate{}, engine.AsError(err)
	}
	return j.estimate(), nil
}

// price finds out how many blocks the run has and what its evaluations cost.
func (j *job) price() error {
	need := j.need()
	var err error
	if j.fitted, err = need.Fit(j.memory); err != nil {
		return err
	}
	for i, s := range j.sizes {
		fit := need.fit(s, j.memory)
		places := 0.
		for _, p := range need.layOut(s).pictures {
			if t := tile(p.size, p.taps, fit.most); !p.style {
				places += t.places()
			}
		}
		j.prices = append(j.prices, places)
		j.work += j.cost(i)
	}
	return nil
}

// cost is what all evaluations of scale i cost.
func (j *job) cost(i int) float64 { return j.prices[i] * float64(j.recipe.IterationsAt(i)) }

// workedAt is what has been worked after so many iterations of a scale.
func (j *job) workedAt(scale, iteration int) float64 {
	worked := j.prices[scale] * float64(iteration)
	for i := range scale {
		worked += j.cost(i)
	}
	return worked
}

// announce says before it begins how long a run takes and in how many blocks it is
// painted. A run that takes hardly longer than the probe would does without.
func (j *job) announce(ctx context.Context) error {
	if f := j.fitted; f.Blocks > 1 {
		j.note = fmt.Sprintf("The picture is painted in %d blocks, without seams: so it needs %s of memory instead of %s, and more time.", f.Blocks, FormatBytes(f.Bytes), FormatBytes(f.Whole))
		j.notes = append(j.notes, j.note)
	}
	const worth = 50 // times the probe
	if j.work-j.worked < worth*probeSide*probeSide {
		return nil
	}
	if err := j.probe(ctx); err != nil {
		return err
	}
	e := j.estimate()
	j.report(engine.Progress{Stage: engine.Preparing, Estimate: &e, Remaining: e.Time, Fraction: engine.Float(j.worked / j.work), Note: j.note})
	j.note = ""
	return nil
}

// estimate is what the rest of the run takes, once it was probed.
func (j *job) estimate() engine.Estimate {
	places := j.work - j.worked
	for i, s := range j.sizes {
		if j.resumed != nil && i < j.resumed.Scale {
			continue
		}
		for _, p := range j.need().layOut(s).pictures {
			if p.style || p.copy == 0 { // targets are measured: forward alone
				places += float64(p.w*p.h) / 2
			}
		}
	}
	e := engine.Estimate{Time: engine.Seconds(j.probed * places), Bytes: j.fitted.Bytes, Blocks: j.fitted.Blocks}
	if budget := j.budget(); budget > 0 {
		e.Time = min(e.Time, engine.SecondsOf(budget))
	}
	return e
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// remaining is how long the rest takes: by the probe until evaluations tell more, of which
// the first waits for much that is made once.
func (j *job) remaining(now time.Time) time.Duration {
	var rest time.Duration
	switch {
	case !j.began.IsZero():
		rest = time.Duration(float64(now.Sub(j.began)) * (j.work - j.worked) / (j.worked - j.before))
	case j.probed > 0:
		rest = seconds(j.probed * (j.work - j.worked))
	default:
		rest = time.Duration(float64(now.Sub(j.opened)) * (j.work - j.worked) / (j.worked - j.resumedAt))
	}
	if j.began.IsZero() {
		j.began, j.before = now, j.worked
	}
	if budget := j.budget(); budget > 0 {
		rest = min(rest, max(0, budget-now.Sub(j.opened)))
	}
	return rest
}

// probeSide is the side of the picture that is evaluated before a run.
const probeSide = 96

// probe measures how long a place takes: an evaluation at a small size, with the layers of
// the recipe, and the optimiser's work on vectors, which grows with the picture too.
func (j *job) probe(ctx context.Context) error {
	r := j.recipe
	s := size{probeSide, probeSide}
	o, err := newObjective(ctx, &scene{
		be: j.be, net: j.net, recipe: &r, styleFactor: 1, regions: plain([]float64{1}), of: [][]float32{nil},
		content: newPicture(noise(1, s), s, 0), styles: []picture{newPicture(noise(2, s), s, 0)},
	})
	if err != nil {
		return err
	}
	defer o.release()
	x := j.be.New(backend.Shape{C: 3, H: s.h, W: s.w})
	g := j.be.New(x.Shape())
	defer j.be.Release(x)
	defer j.be.Release(g)
	const enough = 80 * time.Millisecond             // that what else the machine does weighs little
	if _, err := o.evaluate(ctx, x, g); err != nil { // it makes room
		return err
	}
	began, n := time.Now(), 0.
	for ; n == 0 || time.Since(began) < enough; n++ {
		if _, err := o.evaluate(ctx, x, g); err != nil {
			return err
		}
	}
	took := time.Since(began).Seconds() / n
	places := 0.
	for _, v := range o.views {
		places += v.places()
	}
	vectors, err := j.probeVectors(ctx)
	j.probed = (took + vectors*s.places()) / places
	return err
}

// probeVectors measures how long the optimiser's work on vectors takes for a place.
func (j *job) probeVectors(ctx context.Context) (float64, error) {
	whole := j.last()
	shape := backend.Shape{C: 3, H: min(whole.h, 512), W: min(whole.w, 512)} // more than caches hold
	x, y := j.be.New(shape), j.be.New(shape)
	defer j.be.Release(x)
	defer j.be.Release(y)
	pairs := make([]backend.Pair, 5)
	for i := range pairs {
		pairs[i] = backend.Pair{A: x, B: y}
	}
	var took time.Duration
	for range 2 {
		began := time.Now()
		if err := j.be.Dots(ctx, make([]float64, len(pairs)), pairs); err != nil {
			return 0, err
		}
		j.be.Combine(x, 1, x, 1, y) // a direction is the sum of all pairs' vectors
		j.be.Combine(x, 1, x, 1, y)
		took = time.Since(began)
	}
	remembered := float64(j.recipe.History)
	if j.recipe.Optimizer == engine.Adam {
		remembered = 1
	}
	return took.Seconds() * remembered / float64(shape.H*shape.W), nil
}

func (s size) places() float64 { return float64(s.w * s.h) }
