// Package optim improves a picture step by step: L-BFGS and Adam on the buffers of
// a back end.
package optim

import (
	"context"
	"math"

	"trappedinart/engine/backend"
)

// An Objective overwrites g with the gradient of the loss at x and returns the loss.
type Objective func(ctx context.Context, x, g backend.Buffer) (float64, error)

// An Optimizer improves a picture, one evaluation of its objective a step.
type Optimizer interface {
	// Step evaluates the objective once and moves the picture. It returns the loss of
	// the best evaluation that it builds on. If it fails, the picture is as good as
	// it was.
	Step(ctx context.Context) (float64, error)
	// Picture returns the picture as it stands. It is valid until the next step.
	Picture() backend.Buffer
	// State returns what the optimiser goes on from, between two steps.
	State() State
	// Restore takes over the numbers of a State with so many vectors, and returns the
	// vectors that must be written with those of it, in their order, nil for one that it
	// has no room for; none, and nothing is taken over, if the numbers are not of such a
	// State.
	Restore(numbers []float64, vectors int) []backend.Buffer
	// Release gives the optimiser's memory back, all but the picture that it was
	// given.
	Release()
}

// AdamRun is Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1). Its picture may be
// the moving average of the iterates, corrected for its beginning at zero (section 7.2).
type AdamRun struct {
	be      backend.Backend
	f       Objective
	rate    float64
	t       int
	x       backend.Buffer
	g, m, v backend.Buffer

	averaging      float64
	average, shown backend.Buffer // nil without averaging
}

// NewAdam starts Adam from x, which it changes in place. rate is about the length of
// a step in each pixel, in grey levels; averaging is the share of the average before in
// each new one, less than 1, or 0 for no average.
func NewAdam(be backend.Backend, f Objective, x backend.Buffer, rate, averaging float64) *AdamRun {
	s := x.Shape()
	a := &AdamRun{be: be, f: f, rate: rate, x: x, g: be.New(s), m: be.New(s), v: be.New(s), averaging: averaging}
	if averaging > 0 {
		a.average, a.shown = be.New(s), be.New(s)
	}
	return a
}

func (a *AdamRun) Step(ctx context.Context) (float64, error) {
	loss, err := a.f(ctx, a.x, a.g)
	if err != nil {
		return 0, err
	}
	a.t++
	a.be.AdamStep(a.x, a.m, a.v, a.g, a.rate, a.t)
	if a.average != nil {
		a.be.Combine(a.average, a.averaging, a.average, 1-a.averaging, a.x)
	}
	return loss, nil
}

func (a *AdamRun) Picture() backend.Buffer {
	if a.average == nil || a.t == 0 {
		return a.x
	}
	a.be.Combine(a.shown, 1/(1-math.Pow(a.averaging, float64(a.t))), a.average, 0, nil)
	return a.shown
}

func (a *AdamRun) Release() {
	for _, b := range []backend.Buffer{a.g, a.m, a.v, a.average, a.shown} {
		if b != nil {
			a.be.Release(b)
		}
	}
}
