package loss

import "trappedinart/engine/backend"

// Excess is how far a picture lies outside what a file can hold, squared and summed:
//
//	Factor * sum_{c,p} max(0, |x[c,p] - Middle[c]| - Reach)^2
type Excess struct {
	Limits backend.Limits
	Factor float64

	total
}

// NewExcess returns a term without a target.
func NewExcess(be backend.Backend, limits backend.Limits, factor float64) *Excess {
	return &Excess{Limits: limits, Factor: factor, total: newTotal(be)}
}

func (e *Excess) Accumulate(x backend.Buffer, w backend.Window) {
	e.be.AddExcess(e.sum, x, e.Limits, w)
}

func (e *Excess) Gradient(dx, x backend.Buffer, w backend.Window) {
	e.be.ExcessGrad(dx, x, e.Limits, e.Factor, w)
}

func (e *Excess) Value() (backend.Pair, float64) { return backend.Pair{A: e.sum}, e.Factor }
