package transfer

import (
	"context"
	"fmt"
	"math"

	"trappedinart/engine"
)

// astray is how many times the first loss a loss may be.
const astray = 1000

// step makes one step. If the loss has run away, which the default optimiser does not let
// happen, the stage goes on from its best picture with that one.
func (st *stage) step(ctx context.Context) (float64, error) {
	j := st.j
	if st.best == nil {
		loss, err := st.opt.Step(ctx)
		if err == nil && (math.IsNaN(loss) || math.IsInf(loss, 0)) {
			err = engine.Errorf(engine.InvalidWeights, "The network %q computes no valid numbers for these pictures. Its file is damaged, or it was prepared for other pictures.", st.plan.recipe.Weights)
		}
		return loss, err
	}
	j.be.Combine(st.before, 1, st.opt.Picture(), 0, nil)
	loss, err := st.opt.Step(ctx)
	if err != nil {
		return loss, err
	}
	if st.steps == 0 {
		st.first = loss
	}
	switch ran := !(loss <= astray*st.first); {
	case ran && st.steps == 0:
		return loss, engine.Errorf(engine.InvalidWeights, "The network %q computes no valid numbers for these pictures. Its file is damaged, or it was prepared for other pictures.", st.plan.recipe.Weights)
	case ran:
		return st.heal(ctx)
	case st.steps == 0 || loss < st.least:
		st.least = loss
		j.be.Combine(st.best, 1, st.before, 0, nil)
	}
	st.steps++
	return loss, nil
}

// heal goes on from the best picture with the default optimiser.
func (st *stage) heal(ctx context.Context) (float64, error) {
	recipe := st.j.plan.recipe
	st.j.reports.keep(fmt.Sprintf("The optimiser %s diverged. The painting continues from its best picture with %s.", recipe.Optimizer, engine.LBFGS))
	px, err := st.pixelsOf(st.best)
	if err != nil {
		return 0, err
	}
	recipe.Optimizer = engine.LBFGS
	next, err := st.j.plan.with(recipe)
	if err != nil { // it needs more memory than the one before
		st.end()
		st.reached = px
		return 0, err
	}
	if err := st.again(ctx, next, px); err != nil {
		return 0, err
	}
	return st.step(ctx)
}
