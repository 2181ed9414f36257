// Package loss has the terms of the style-transfer loss of Gatys, Ecker and Bethge
// 2015 (arXiv 1508.06576): content, style by Gram matrices, and total variation.
//
// Every term is computed in two steps. Accumulate adds the statistics of a window
// of a feature map; Complete makes them cover the whole picture; Gradient then adds
// the gradient inside a window. A picture in one piece calls the three once each; a
// picture in blocks calls Accumulate for every block, Complete once, and Gradient
// for every block, with the same result.
package loss

import "trappedinart/engine/backend"

// A Term is one part of the loss, at one feature map.
type Term interface {
	// Reset forgets the statistics, for the next picture.
	Reset()
	// Accumulate adds the statistics of f in w.
	Accumulate(f backend.Buffer, w backend.Window)
	// Complete ends the statistics, once every window has been accumulated.
	Complete()
	// Gradient adds to df the gradient of the term with respect to f, in w.
	Gradient(df, f backend.Buffer, w backend.Window)
	// Value returns the pair whose product, times factor, is the term.
	Value() (pair backend.Pair, factor float64)
	// Release gives the term's memory back.
	Release()
}

// A total is what a term keeps that is one sum over the picture.
type total struct {
	be  backend.Backend
	sum backend.Sums
}

func newTotal(be backend.Backend) total { return total{be, be.NewSums(1)} }

func (t *total) Reset() { t.be.Combine(t.sum, 0, t.sum, 0, nil) }

func (t *total) Complete() { t.be.Total(t.sum) }

func (t *total) Release() { release(t.be, t.sum) }

// Content is the squared distance of a feature map f to the content's p.
//
//	Factor * sum (f - p)^2     Gatys et al. 2015, eq. 1, with Factor 1/2
type Content struct {
	Factor float64

	total
	target backend.Buffer
}

// NewContent returns a term that compares with target, which is not the term's own: of a
// picture in blocks it holds at any time what belongs to the block.
func NewContent(be backend.Backend, target backend.Buffer, factor float64) *Content {
	return &Content{Factor: factor, total: newTotal(be), target: target}
}

func (c *Content) Accumulate(f backend.Buffer, w backend.Window) {
	c.be.AddSquares(c.sum, f, c.target, w)
}

func (c *Content) Gradient(df, f backend.Buffer, w backend.Window) {
	c.be.SquaresGrad(df, f, c.target, 2*c.Factor, w)
}

func (c *Content) Value() (backend.Pair, float64) { return backend.Pair{A: c.sum}, c.Factor }

// Style is the squared distance of Gram matrices, each divided by the number of
// places it sums over.
//
//	Factor * sum_ij (G_ij - A_ij)^2     Gatys et al. 2015, eq. 4
//	G_ij = sum_p f_ip f_jp / Area       eq. 3, but for the division
//
// With a mask m the places count m_p each, and Area is the sum of all m_p (Gatys et al.
// 2017, arXiv 1611.07865, section 4, whose guidance channel is the root of m).
//
// In a metric K = H'H it is that of the features H f: with D = G - A
//
//	Factor * sum_ij (H D H')_ij^2 = Factor * sum_ij D_ij (K D K)_ij
type Style struct {
	StyleOptions

	be     backend.Backend
	target backend.Sums
	gram   backend.Sums // of the picture: sums until Complete, then D
	seen   backend.Sums // K D K, or gram itself
	norm   backend.Sums // K A K, or the target itself
}

// StyleOptions are what a style term is made of, besides its target.
type StyleOptions struct {
	Factor float64
	Area   float64        // places of the whole picture at this feature map, or of its mask
	Mask   backend.Buffer // [1,H,W] of the feature map, or nil; not the term's own
	Metric backend.Sums   // K, or nil; not the term's own
}

// Gram makes of the sums of AddGram over a whole picture a target for NewStyle, in place;
// area is the number of places or, with a mask, the sum of that.
func Gram(be backend.Backend, sums backend.Sums, area float64) backend.Sums {
	be.Combine(sums, 1/area, sums, 0, nil)
	return sums
}

// NewStyle returns a term that compares with target, which it takes over.
func NewStyle(be backend.Backend, target backend.Sums, o StyleOptions) *Style {
	s := &Style{StyleOptions: o, be: be, target: target, gram: be.NewSums(target.Len())}
	s.seen, s.norm = s.gram, target
	if o.Metric != nil {
		s.seen, s.norm = be.NewSums(target.Len()), be.NewSums(target.Len())
		be.Sandwich(s.norm, target, o.Metric)
	}
	return s
}

// Norm returns the pair whose product is the square sum of the target.
func (s *Style) Norm() backend.Pair { return backend.Pair{A: s.target, B: s.norm} }

func (s *Style) Reset() { s.be.Combine(s.gram, 0, s.gram, 0, nil) }

func (s *Style) Accumulate(f backend.Buffer, w backend.Window) {
	s.be.AddGram(s.gram, f, w, s.Mask)
}

func (s *Style) Complete() {
	s.be.Total(s.gram)
	s.be.Combine(s.gram, 1/s.Area, s.gram, -1, s.target)
	if s.Metric != nil {
		s.be.Sandwich(s.seen, s.gram, s.Metric)
	}
}

// Gradient adds 4*Factor/Area * (K D K) f: Gatys et al. 2015, eq. 6, without the ReLU,
// which is part of the network here.
func (s *Style) Gradient(df, f backend.Buffer, w backend.Window) {
	s.be.GramGrad(df, f, s.seen, 4*s.Factor/s.Area, w, s.Mask)
}

func (s *Style) Value() (backend.Pair, float64) {
	return backend.Pair{A: s.gram, B: s.seen}, s.Factor
}

func (s *Style) Release() {
	release(s.be, s.target, s.gram)
	if s.Metric != nil {
		release(s.be, s.seen, s.norm)
	}
}

func release(be backend.Backend, vectors ...any) {
	for _, v := range vectors {
		be.Release(v)
	}
}
