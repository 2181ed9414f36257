// Package optim improves a picture step by step: L-BFGS and Adam on the buffers of
// a back end.
package optim

import (
	"context"

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
	// Restore takes over the numbers of a State and returns the vectors that must be
	// written with those of it, in their order; nil if the numbers are no State's.
	Restore(numbers []float64) []backend.Buffer
	// Release gives the optimiser's memory back, all but the picture that it was
	// given.
	Release()
}

// AdamRun is Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1).
type AdamRun struct {
	be      backend.Backend
	f       Objective
	rate    float64
	t       int
	x       backend.Buffer
	g, m, v backend.Buffer
}

// NewAdam starts Adam from x, which it changes in place. rate is about the length of
// a step in each pixel, in grey levels.
func NewAdam(be backend.Backend, f Objective, x backend.Buffer, rate float64) *AdamRun {
	s := x.Shape()
	return &AdamRun{be: be, f: f, rate: rate, x: x, g: be.New(s), m: be.New(s), v: be.New(s)}
}

func (a *AdamRun) Step(ctx context.Context) (float64, error) {
	loss, err := a.f(ctx, a.x, a.g)
	if err != nil {
		return 0, err
	}
	a.t++
	a.be.AdamStep(a.x, a.m, a.v, a.g, a.rate, a.t)
	return loss, nil
}

func (a *AdamRun) Picture() backend.Buffer { return a.x }

func (a *AdamRun) Release() {
	for _, b := range []backend.Buffer{a.g, a.m, a.v} {
		a.be.Release(b)
	}
}
