package backendtest

import (
	"math/rand/v2"

	"trappedinart/engine/backend"
)

// A Reference is the back end that others are held against. It computes each answer once,
// however many back ends, kernels and numbers of threads are compared with it: in float64
// that takes most of the time.
type Reference struct {
	be      backend.Trainer
	answers map[question][]float32
}

// NewReference has be give the answers.
func NewReference(be backend.Trainer) *Reference {
	return &Reference{be, map[question][]float32{}}
}

// A question is an operation with its input: numbers drawn from a seed, of a shape.
type question struct {
	op    string
	shape backend.Shape
	seed  rand.PCG
}

func (q question) inputs() *inputs {
	seed := q.seed
	return &inputs{rand.New(&seed)}
}

func (q question) hold(got backend.Backend, want *Reference, op run, tolerance float64) error {
	answer, ok := want.answers[q]
	if !ok {
		answer = op(want.be, q.inputs(), q.shape)
		want.answers[q] = answer
	}
	return Close(op(got, q.inputs(), q.shape), answer, tolerance)
}
