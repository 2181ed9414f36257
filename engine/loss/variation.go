package loss

import "trappedinart/engine/backend"

// Variation is the total variation of a picture: the sum of the differences between
// neighbours, each squared or without its sign.
//
//	Factor * sum_{c,y,x} |x[y,x+1] - x[y,x]|^b + |x[y+1,x] - x[y,x]|^b
//
// Mahendran and Vedaldi 2015 (arXiv 1412.0035), eq. 5, whose beta is 2 where b is 2.
type Variation struct {
	VariationOptions

	total
}

// VariationOptions are what a variation is made of.
type VariationOptions struct {
	Factor float64
	Kind   backend.Variation // b is 2 or 1
	// GradientOnly is the TVLoss of neural-style: places of the last row and the last
	// column do not look at their one neighbour, and Value is 0 whatever the gradient.
	GradientOnly bool
}

// NewVariation returns a term without a target.
func NewVariation(be backend.Backend, o VariationOptions) *Variation {
	return &Variation{VariationOptions: o, total: newTotal(be)}
}

// counted is the part of w that counts. A block's last row is the picture's, or lies in
// the halo.
func (v *Variation) counted(s backend.Shape, w backend.Window) backend.Window {
	if v.GradientOnly {
		w.X1, w.Y1 = max(w.X0, min(w.X1, s.W-1)), max(w.Y0, min(w.Y1, s.H-1))
	}
	return w
}

func (v *Variation) Accumulate(x backend.Buffer, w backend.Window) {
	v.be.AddVariation(v.sum, x, v.Kind, v.counted(x.Shape(), w))
}

func (v *Variation) Gradient(dx, x backend.Buffer, w backend.Window) {
	v.be.VariationGrad(dx, x, v.Kind, v.Factor, v.counted(x.Shape(), w))
}

func (v *Variation) Value() (backend.Pair, float64) {
	if v.GradientOnly {
		return backend.Pair{A: v.sum}, 0
	}
	return backend.Pair{A: v.sum}, v.Factor
}
