package loss

import "trappedinart/engine/backend"

// Moments is the squared distance of the channels' means and standard deviations.
//
//	Factor * sum_i (mu_i - mu*_i)^2 + (sigma_i - sigma*_i)^2
//
// A Gram matrix alone can be met by brighter features with less contrast: Risser et al.
// 2017 (arXiv 1701.08893), section 3. The distance is that of Huang and Belongie 2017
// (arXiv 1703.06868), eq. 13. Masks are as in Style.
type Moments struct {
	Factor, Area float64
	Mask         backend.Buffer // [1,H,W], or nil; not the term's own

	be     backend.Backend
	target backend.Sums // [2*C]: means, and after them standard deviations
	sums   backend.Sums // of the picture
	spread backend.Sums // the picture's moments
	diff   backend.Sums // their difference to the target
}

// Spread makes of the sums of AddMoments over a whole picture a target for NewMoments, in
// place; area is as in Gram.
func Spread(be backend.Backend, sums backend.Sums, area float64) backend.Sums {
	be.Spread(sums, sums, area)
	return sums
}

// NewMoments returns a term that compares with target, which it takes over.
func NewMoments(be backend.Backend, target backend.Sums, area float64, mask backend.Buffer) *Moments {
	n := target.Len()
	return &Moments{Area: area, Mask: mask, be: be, target: target, sums: be.NewSums(n), spread: be.NewSums(n), diff: be.NewSums(n)}
}

// Norm returns the pair whose product is the square sum of the target.
func (m *Moments) Norm() backend.Pair { return backend.Pair{A: m.target, B: m.target} }

func (m *Moments) Reset() { m.be.Combine(m.sums, 0, m.sums, 0, nil) }

func (m *Moments) Accumulate(f backend.Buffer, w backend.Window) {
	m.be.AddMoments(m.sums, f, w, m.Mask)
}

func (m *Moments) Complete() {
	m.be.Total(m.sums)
	m.be.Spread(m.spread, m.sums, m.Area)
	m.be.Combine(m.diff, 1, m.spread, -1, m.target)
}

func (m *Moments) Gradient(df, f backend.Buffer, w backend.Window) {
	m.be.MomentsGrad(df, f, m.diff, m.spread, 2*m.Factor/m.Area, w, m.Mask)
}

func (m *Moments) Value() (backend.Pair, float64) {
	return backend.Pair{A: m.diff, B: m.diff}, m.Factor
}

func (m *Moments) Release() { release(m.be, m.target, m.sums, m.spread, m.diff) }
