package transfer

import (
	"context"
	"reflect"
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
	border    int
	objective *objective
	x         backend.Buffer
	opt       optim.Optimizer
	reached   []float32 // the last pixels of a stage that has ended

	// Of optimisers that may go astray: the picture before the last step, the best one
	// and its loss, and the first loss.
	before, best backend.Buffer
	least, first float64
	steps        int
}

// begin makes everything that painting at size s from the given pixels needs.
func (j *job) begin(ctx context.Context, s size, start []float32) (*stage, error) {
	st := &stage{size: s, j: j, border: borderAt(s, j.recipe.Border)}
	if onlyLuminance(&j.recipe) {
		start = pixel.Luminance(start)
	}
	fit := j.need().fit(s, j.memory)
	if j.memory > 0 && fit.Bytes > j.memory { // with the recipe that it was steered to
		return nil, engine.Errorf(engine.TooLarge, "That would take %s of memory, and %s is what it may take.", FormatBytes(fit.Bytes), FormatBytes(j.memory))
	}
	sc := j.scene(s, st.border)
	sc.tile = fit.tiler()
	var err error
	if st.objective, err = newObjective(ctx, sc); err != nil {
		return nil, err
	}
	whole := s.withBorder(st.border)
	st.x = j.net.Picture(bordered(start, s, st.border), whole.h, whole.w)
	st.opt = newOptimizer(&j.recipe, j.be, st.objective, st.x)
	if j.recipe.Optimizer != engine.LBFGS {
		st.before, st.best = j.be.New(st.x.Shape()), j.be.New(st.x.Shape())
	}
	return st, nil
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

func (st *stage) pixelsOf(x backend.Buffer) ([]float32, error) {
	px := make([]float32, x.Len())
	if err := st.j.be.Read(context.Background(), px, x); err != nil {
		return nil, err
	}
	return cut(st.j.net.Planes(px), st.size, st.border), nil
}

// wait returns when the run is not paused, with the recipe that was asked for, or nil.
func (j *job) wait(ctx context.Context, p engine.Progress) (*engine.Recipe, error) {
	if j.control.Paused() {
		paused := time.Now()
		p.Stage, p.Fraction = engine.Pausing, engine.Float(j.worked/j.work)
		j.report(p)
		defer func() { // that was no work
			j.opened = j.opened.Add(time.Since(paused))
			if !j.began.IsZero() {
				j.began = j.began.Add(time.Since(paused))
			}
		}()
	}
	return j.control.Take(ctx)
}

// steer goes on from the picture as it is with the live settings of another recipe. A
// recipe that cannot be painted is left alone, and a note says why. The stage is another
// one then, or has ended if there is an error.
func (st *stage) steer(ctx context.Context, asked *engine.Recipe) error {
	j := st.j
	recipe := j.recipe.Steered(asked)
	if reflect.DeepEqual(recipe, j.recipe) {
		return nil
	}
	px, err := st.pixels()
	if err != nil {
		return err
	}
	old, oldShares, oldNet := j.recipe, j.shares, j.net
	if j.shares, err = recipe.StyleShares(len(j.styles)); err == nil {
		j.net, err = network(j.be, j.weights, &recipe)
	}
	if err == nil {
		j.recipe = recipe
		st.end()
		var next *stage
		if next, err = j.begin(ctx, st.size, px); err == nil {
			*st = *next
			return nil
		}
	}
	j.recipe, j.shares, j.net = old, oldShares, oldNet
	j.note = engine.AsError(err).Message
	if st.objective != nil {
		return nil
	}
	return st.again(ctx, px)
}

// again begins a stage that has ended anew, from px. If it cannot, these are what was
// reached.
func (st *stage) again(ctx context.Context, px []float32) error {
	next, err := st.j.begin(ctx, st.size, px)
	if err != nil {
		st.reached = px
		return err
	}
	*st = *next
	return nil
}
