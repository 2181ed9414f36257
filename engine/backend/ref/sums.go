package ref

import (
	"context"
	"math"

	"trappedinart/engine/backend"
)

// eachPlace calls visit with every place (y,x) of w.
func eachPlace(w backend.Window, visit func(y, x int)) {
	for y := w.Y0; y < w.Y1; y++ {
		for x := w.X0; x < w.X1; x++ {
			visit(y, x)
		}
	}
}

// cut returns the channels of f in w as a matrix [C, area], each place multiplied
// by mask if there is one.
func cut(f *buffer, w backend.Window, mask backend.Buffer) []float64 {
	d := make([]float64, 0, f.shape.C*w.Area())
	for c := range f.shape.C {
		eachPlace(w, func(y, x int) {
			v := f.d[f.index(c, y, x)]
			if mask != nil {
				v *= mask.(*buffer).at(0, y, x)
			}
			d = append(d, v)
		})
	}
	return d
}

func (Backend) AddGram(s backend.Sums, f backend.Buffer, w backend.Window, mask backend.Buffer) {
	backend.CheckGram(s.Len(), f.Shape(), w, mask)
	c, n := f.Shape().C, w.Area()
	if c == 0 || n == 0 {
		return
	}
	a := dense(c, n, cut(f.(*buffer), w, mask))
	b := dense(c, n, cut(f.(*buffer), w, nil))
	if err := b.T(); err != nil {
		panic("ref: transpose: " + err.Error())
	}
	g := make([]float64, c*c)
	product(dense(c, c, g), a, b)
	for i, v := range g {
		s.(*sums).d[i] += v
	}
}

func (Backend) GramGrad(df, f backend.Buffer, d backend.Sums, scale float64, w backend.Window, mask backend.Buffer) {
	backend.CheckGram(d.Len(), f.Shape(), w, mask)
	backend.CheckSame(f.Shape(), df)
	c, n := f.Shape().C, w.Area()
	if c == 0 || n == 0 {
		return
	}
	g := make([]float64, c*n)
	product(dense(c, n, g), dense(c, c, d.(*sums).d), dense(c, n, cut(f.(*buffer), w, mask)))
	to, i := df.(*buffer), 0
	for k := range c {
		eachPlace(w, func(y, x int) {
			to.d[to.index(k, y, x)] += scale * g[i]
			i++
		})
	}
}

func (Backend) AddSquares(s backend.Sums, a, b backend.Buffer, w backend.Window) {
	backend.CheckSum(s.Len(), w, a.Shape())
	backend.CheckSame(a.Shape(), b)
	p, q := a.(*buffer), b.(*buffer)
	for c := range p.shape.C {
		eachPlace(w, func(y, x int) {
			d := p.at(c, y, x) - q.at(c, y, x)
			s.(*sums).d[0] += d * d
		})
	}
}

func (Backend) SquaresGrad(da, a, b backend.Buffer, scale float64, w backend.Window) {
	backend.CheckWindow(w, a.Shape())
	backend.CheckSame(a.Shape(), b, da)
	to, p, q := da.(*buffer), a.(*buffer), b.(*buffer)
	for c := range p.shape.C {
		eachPlace(w, func(y, x int) {
			to.d[to.index(c, y, x)] += scale * (p.at(c, y, x) - q.at(c, y, x))
		})
	}
}

// eachStep calls visit with the indices of every place of w and of its right and
// its lower neighbour, where there are any.
func eachStep(b *buffer, w backend.Window, visit func(i, j int)) {
	for c := range b.shape.C {
		eachPlace(w, func(y, x int) {
			i := b.index(c, y, x)
			if x+1 < b.shape.W {
				visit(i, i+1)
			}
			if y+1 < b.shape.H {
				visit(i, i+b.shape.W)
			}
		})
	}
}

func (Backend) AddVariation(s backend.Sums, x backend.Buffer, kind backend.Variation, w backend.Window) {
	backend.CheckSum(s.Len(), w, x.Shape())
	d := x.(*buffer).d
	eachStep(x.(*buffer), w, func(i, j int) {
		v := math.Abs(d[j] - d[i])
		if kind == backend.Squared {
			v *= v
		}
		s.(*sums).d[0] += v
	})
}

func (Backend) VariationGrad(dx, x backend.Buffer, kind backend.Variation, scale float64, w backend.Window) {
	backend.CheckWindow(w, x.Shape())
	backend.CheckSame(x.Shape(), dx)
	d, to := x.(*buffer).d, dx.(*buffer).d
	eachStep(x.(*buffer), w, func(i, j int) {
		step := 2 * scale * (d[j] - d[i])
		if kind == backend.Absolute {
			step = scale * sign(d[j]-d[i])
		}
		to[j] += step
		to[i] -= step
	})
}

// excess returns how far v lies above limits, or, below 0, beneath them.
func excess(v float64, c int, l backend.Limits) float64 {
	v -= l.Middle[c]
	return v - min(max(v, -l.Reach), l.Reach)
}

func (Backend) AddExcess(s backend.Sums, x backend.Buffer, limits backend.Limits, w backend.Window) {
	backend.CheckSum(s.Len(), w, x.Shape())
	backend.CheckExcess(x, w)
	b := x.(*buffer)
	for c := range 3 {
		eachPlace(w, func(y, u int) {
			e := excess(b.d[b.index(c, y, u)], c, limits)
			s.(*sums).d[0] += e * e
		})
	}
}

func (Backend) ExcessGrad(dx, x backend.Buffer, limits backend.Limits, scale float64, w backend.Window) {
	backend.CheckExcess(x, w)
	backend.CheckSame(x.Shape(), dx)
	b, to := x.(*buffer), dx.(*buffer)
	for c := range 3 {
		eachPlace(w, func(y, u int) {
			i := b.index(c, y, u)
			to.d[i] += 2 * scale * excess(b.d[i], c, limits)
		})
	}
}

func (Backend) AddPart(dst backend.Buffer, x, y int, src backend.Buffer, w backend.Window) {
	backend.CheckPart(dst.Shape(), x, y, src.Shape(), w)
	to, from := dst.(*buffer), src.(*buffer)
	for c := range to.shape.C {
		eachPlace(w, func(v, u int) {
			to.d[to.index(c, y+v-w.Y0, x+u-w.X0)] += from.d[from.index(c, v, u)]
		})
	}
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return v // 0, or a NaN to be seen
}

func (Backend) Total(backend.Sums) {}

func (Backend) ReadSums(ctx context.Context, dst []float64, s backend.Sums) error {
	backend.CheckWriteSums(s, dst)
	copy(dst, s.(*sums).d)
	return ctx.Err()
}

func (Backend) WriteSums(s backend.Sums, values []float64) {
	backend.CheckWriteSums(s, values)
	copy(Elements(s), values)
}

func (Backend) Sandwich(dst, d, k backend.Sums) {
	n := backend.CheckSandwich(dst, d, k)
	if n == 0 {
		return
	}
	half := dense(n, n, make([]float64, n*n))
	product(half, dense(n, n, Elements(d)), dense(n, n, Elements(k)))
	product(dense(n, n, Elements(dst)), dense(n, n, Elements(k)), half)
}
