package transfer

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/optim"
	"trappedinart/engine/pixel"
)

// A stage is the work at one size, with one recipe.
type stage struct {
	size
	j         *job
	plan      *plan // with which it began
	border    int
	objective *objective
	x         backend.Buffer
	opt       optim.Optimizer
	read      []float32 // room for pixelsOf
	reached   []float32 // the last pixels of a stage that has ended

	// Of optimisers that may go astray: the picture before the last step, the best one
	// and its loss, and the first loss.
	before, best backend.Buffer
	least, first float64
	steps        int
}

// begin makes everything that painting a plan at size s from the given pixels needs.
func (j *job) begin(ctx context.Context, p *plan, s size, start []float32) (*stage, error) {
	st := &stage{size: s, j: j, plan: p, border: borderAt(s, p.recipe.Border)}
	if onlyLuminance(&p.recipe) {
		start = pixel.Luminance(start)
	}
	sc := j.originals.scene(p, s, st.border)
	j.originals.forget(p, s)
	fit := p.fit(s)
	sc.tile = fit.tiler()
	var err error
	if st.objective, err = newObjective(ctx, sc); err != nil {
		return nil, err
	}
	whole := s.withBorder(st.border)
	st.x = p.net.Picture(bordered(start, s, st.border), whole.h, whole.w)
	st.opt = newOptimizer(&p.recipe, &fit, j.be, st.objective, st.x)
	if p.recipe.Optimizer != engine.LBFGS {
		st.before, st.best = j.be.New(st.x.Shape()), j.be.New(st.x.Shape())
	}
	const large = 1 << 18 // places
	if s.places() >= large {
		runtime.GC() // what was prepared, before pairs take its room
	}
	return st, nil
}

func newOptimizer(r *engine.Recipe, fit *Fit, be backend.Backend, o *objective, x backend.Buffer) optim.Optimizer {
	f := o.evaluate
	if r.Optimizer == engine.Adam {
		return optim.NewAdam(be, f, x, r.LearningRate, r.Averaging)
	}
	if limitOf(be) > 0 { // to wait for a device once is worth two vectors more
		o.along = &optim.Along{}
	}
	var room func(backend.Shape) backend.Buffer
	if c, ok := be.(backend.Compact); ok && fit.Compact {
		room = c.NewCompact
	}
	return optim.NewLBFGS(be, f, x, optim.LBFGSOptions{
		Along:   o.along,
		Room:    room,
		History: fit.Pairs,
		Torch:   r.Optimizer == engine.LBFGSTorch,
		Rate:    r.LearningRate,
	})
}

// end gives all memory back.
func (st *stage) end() {
	if st.objective == nil {
		return
	}
	st.opt.Release()
	st.j.be.Release(st.x)
	st.objective.release()
	st.objective = nil
	if st.best != nil {
		st.j.be.Release(st.before)
		st.j.be.Release(st.best)
	}
}

// pixels returns the picture, 0..255, without its border. It is read however the run
// ends.
func (st *stage) pixels() ([]float32, error) {
	if st.objective == nil {
		return st.reached, nil
	}
	return st.pixelsOf(st.opt.Picture())
}

// pixelsOf returns the picture that a buffer holds. It is valid until the next call.
func (st *stage) pixelsOf(x backend.Buffer) ([]float32, error) {
	if st.read == nil {
		st.read = make([]float32, x.Len())
	}
	if err := st.j.be.Read(context.Background(), st.read, x); err != nil {
		return nil, err
	}
	st.plan.net.ToPlanes(st.read)
	return cut(st.read, st.size, st.border), nil
}

// wait returns when the run is not paused, with the recipe that was asked for, or nil. What
// waits may be closed meanwhile, so that it leaves a checkpoint.
func (j *job) wait(ctx context.Context, st *stage, p engine.Progress) (*engine.Recipe, error) {
	if j.control.Paused() {
		began := time.Now()
		if p.Iteration > 0 {
			var err error
			if p.Checkpoint, err = j.saveIfDue(ctx, st, began, true); err != nil {
				return nil, err
			}
		}
		p.Stage, p.Fraction = engine.Pausing, engine.Float(j.pace.fraction(j.plan))
		j.reports.send(p)
		defer func() { j.pace.paused(time.Since(began)) }() // that was no work
	}
	return j.control.Take(ctx)
}

// steer goes on from the picture as it is with the live settings of another recipe. A
// recipe that cannot be painted is left alone, and a note says why. The stage is another
// one then, or has ended if there is an error.
func (st *stage) steer(ctx context.Context, asked *engine.Recipe) error {
	recipe := st.j.plan.recipe.Steered(asked)
	if reflect.DeepEqual(recipe, st.j.plan.recipe) {
		return nil
	}
	next, err := st.j.plan.with(recipe)
	if err != nil {
		st.j.reports.say(engine.AsError(err).Message)
		return nil
	}
	px, err := st.pixels()
	if err != nil {
		return err
	}
	if err := st.again(ctx, next, px); err != nil {
		if errors.Is(err, backend.ErrLost) {
			st.j.plan = next // who goes on goes on with that
			return err
		}
		st.j.reports.say(engine.AsError(err).Message)
		return st.again(ctx, st.j.plan, px)
	}
	return nil
}

// again ends the stage and begins it anew with a plan, from px. If it cannot, these are
// what was reached.
func (st *stage) again(ctx context.Context, p *plan, px []float32) error {
	st.end()
	next, err := st.j.begin(ctx, p, st.size, px)
	if err != nil {
		st.reached = px
		return err
	}
	st.j.plan = p
	*st = *next
	return nil
}
