// Package segment grows scribbles on a picture to the borders of things, by the random
// walker with priors: Grady, "Random Walks for Image Segmentation", IEEE PAMI 28(11), 2006,
// and "Multilabel Random Walker Image Segmentation Using Prior Models", CVPR 2005. It compares
// colours and, where these say little, what somebody else sees around each place (package
// sight).
package segment

import (
	"context"
	"image"
	"math"
)

// The kinds of places at the start.
const (
	Free uint8 = iota
	Inside
	Outside
)

const (
	// contrast is how much a difference in colour, in units of the picture's variance,
	// keeps a walker from a step (beta of PAMI 2006, eq. 1), and leak the least weight.
	contrast = 60
	leak     = 1e-5
	// likeness is how much colours alone say, beside what neighbours do (gamma of CVPR
	// 2005, eq. 12).
	likeness = 3e-3
	// The solution is near enough where the residual has shrunk so much, or after so many
	// iterations.
	near = 1e-4
	most = 2000
)

// Grow returns how surely each place of the picture belongs with those that are Inside,
// 0 to 255: the chance that a walker from there, who prefers steps between like colours,
// comes to Inside before Outside, sharpened about one half, where that hangs together with
// Inside. Colours that are rather under Inside than elsewhere count as a place to arrive.
//
//	img    [h, w]  the picture; transparency does not count
//	seeds  [h*w]   Free, Inside or Outside, row after row
//	sight          the features of the picture, or nil: then colours alone say what is alike
//
// The time goes with w*h times about the longer side: a few hundred pixels are meant. It
// ends early with the error of ctx. Panics if sizes disagree.
func Grow(ctx context.Context, img *image.NRGBA, seeds []uint8, sight *Sight) ([]uint8, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if len(seeds) != w*h {
		panic("segment: seeds and picture differ in size")
	}
	if sight != nil && (sight.W != (w+Cell-1)/Cell || sight.H != (h+Cell-1)/Cell || len(sight.Values) != sight.W*sight.H*sight.C) {
		panic("segment: sight and picture differ in size")
	}
	colours := make([][3]float64, w*h)
	for i := range colours {
		p := img.Pix[i/w*img.Stride+4*(i%w):][:3]
		colours[i] = [3]float64{float64(p[0]), float64(p[1]), float64(p[2])}
	}
	prior := priors(colours, seeds)
	if sight != nil {
		sight.persuade(prior, seeds, w)
	}
	s := system(colours, seeds, prior, w, h)
	if err := s.solve(ctx); err != nil {
		return nil, err
	}
	return s.joined(seeds), nil
}

// lattice is the system of equations of the walkers' chances, one for each free place:
//
//	sum_j w_ij (x_i - x_j) + likeness (x_i - prior_i) = 0
type lattice struct {
	w, h        int
	right, down []float64 // [h*w] weights of the steps to the right and down; 0 at the edges
	prior       []float64 // [h*w] how likely such a place is inside
	free        []bool
	x           []float64 // chances; those of seeds are given
}

func system(colours [][3]float64, seeds []uint8, prior []float64, w, h int) *lattice {
	n := w * h
	s := &lattice{
		w: w, h: h, right: make([]float64, n), down: make([]float64, n),
		prior: prior, free: make([]bool, n), x: make([]float64, n),
	}
	scale := contrast / max(variance(colours), 1)
	weight := func(a, b [3]float64) float64 {
		d := 0.0
		for c := range 3 {
			d += (a[c] - b[c]) * (a[c] - b[c])
		}
		return math.Exp(-scale*d) + leak
	}
	for i := range n {
		if i%w < w-1 {
			s.right[i] = weight(colours[i], colours[i+1])
		}
		if i < n-w {
			s.down[i] = weight(colours[i], colours[i+w])
		}
		switch seeds[i] {
		case Inside:
			s.x[i] = 1
		case Outside:
		default:
			s.free[i] = true
			s.x[i] = s.prior[i]
		}
	}
	return s
}

// variance is that of the colours, over all channels.
func variance(colours [][3]float64) float64 {
	var sum, squares [3]float64
	for _, c := range colours {
		for k, v := range c {
			sum[k] += v
			squares[k] += v * v
		}
	}
	n, total := float64(max(1, len(colours))), 0.0
	for k := range sum {
		total += squares[k]/n - sum[k]/n*sum[k]/n
	}
	return total
}

// apply sets y to the system's matrix times x where it is free, and to 0 elsewhere.
func (s *lattice) apply(y, x []float64) {
	w, n := s.w, len(x)
	for i := range n {
		if !s.free[i] {
			y[i] = 0
			continue
		}
		v := likeness * x[i]
		if k := s.right[i]; k > 0 {
			v += k * (x[i] - x[i+1])
		}
		if k := s.down[i]; k > 0 {
			v += k * (x[i] - x[i+w])
		}
		if i > 0 {
			if k := s.right[i-1]; k > 0 {
				v += k * (x[i] - x[i-1])
			}
		}
		if i >= w {
			v += s.down[i-w] * (x[i] - x[i-w])
		}
		y[i] = v
	}
}

// solve finds the chances by conjugate gradients with the diagonal as preconditioner (Saad,
// Iterative Methods for Sparse Linear Systems, 2003, algorithm 9.1).
func (s *lattice) solve(ctx context.Context) error {
	n := len(s.x)
	r, z, p, q := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	diagonal := make([]float64, n)
	s.apply(q, s.x)
	for i := range n {
		if !s.free[i] {
			continue
		}
		r[i] = likeness*s.prior[i] - q[i]
		diagonal[i] = likeness + s.right[i] + s.down[i]
		if i > 0 {
			diagonal[i] += s.right[i-1]
		}
		if i >= s.w {
			diagonal[i] += s.down[i-s.w]
		}
	}
	rho, first := 0.0, 0.0
	for k := range most {
		if err := ctx.Err(); err != nil {
			return err
		}
		next := 0.0
		for i := range n {
			if s.free[i] {
				z[i] = r[i] / diagonal[i]
				next += r[i] * z[i]
			}
		}
		if k == 0 {
			first = next
		}
		if next <= near*near*first {
			return nil
		}
		beta := 0.0
		if k > 0 {
			beta = next / rho
		}
		rho = next
		for i := range n {
			p[i] = z[i] + beta*p[i]
		}
		s.apply(q, p)
		along := 0.0
		for i := range n {
			along += p[i] * q[i]
		}
		step := rho / along
		for i := range n {
			s.x[i] += step * p[i]
			r[i] -= step * q[i]
		}
	}
	return nil
}

// joined returns the chances sharpened, where they hang together with what is inside: a
// walker may come from a thing of the same colour elsewhere as well.
func (s *lattice) joined(seeds []uint8) []uint8 {
	out := make([]uint8, len(s.x))
	var todo []int
	take := func(i int) {
		v := min(1, max(0, 4*(s.x[i]-0.5)+0.5))
		if out[i] == 0 && v > 0 {
			out[i] = uint8(255*v + 0.5)
			if out[i] > 127 { // the rim joins, and does not go on
				todo = append(todo, i)
			}
		}
	}
	for i, seed := range seeds {
		if seed == Inside {
			take(i)
		}
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if i%s.w > 0 {
			take(i - 1)
		}
		if i%s.w < s.w-1 {
			take(i + 1)
		}
		if i >= s.w {
			take(i - s.w)
		}
		if i < len(out)-s.w {
			take(i + s.w)
		}
	}
	return out
}
