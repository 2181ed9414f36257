// Package ref is the back end that defines the others: every operation in the
// shortest right form, in float64, on gorgonia.org/tensor. It is native only and
// slow; what it is for is to be right.
package ref

import (
	"context"
	"math"

	"gorgonia.org/tensor"

	"trappedinart/engine/backend"
)

// Backend is the reference. Its zero value is ready.
type Backend struct{}

var _ backend.Backend = Backend{}

// New returns the reference back end.
func New() Backend { return Backend{} }

func (Backend) Name() string { return "ref" }

// A buffer is a feature map as a tensor [C, H*W].
type buffer struct {
	shape backend.Shape
	t     *tensor.Dense
	d     []float64 // the elements of t
}

func (b *buffer) Shape() backend.Shape { return b.shape }
func (b *buffer) Len() int             { return len(b.d) }

// at returns element (c,y,x), or 0 outside.
func (b *buffer) at(c, y, x int) float64 {
	if y < 0 || y >= b.shape.H || x < 0 || x >= b.shape.W {
		return 0
	}
	return b.d[b.index(c, y, x)]
}

func (b *buffer) index(c, y, x int) int { return (c*b.shape.H+y)*b.shape.W + x }

// dense returns a tensor of rows and columns over d.
func dense(rows, cols int, d []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(d))
}

// product overwrites dst [rows,cols] with a*b.
func product(dst, a, b *tensor.Dense) {
	if _, err := tensor.MatMul(a, b, tensor.WithReuse(dst)); err != nil {
		panic("ref: matrix product: " + err.Error())
	}
}

type sums struct{ d []float64 }

func (s *sums) Len() int { return len(s.d) }
func (*sums) AreSums()   {}

// A memo holds a number for each element: of a convolution 1 or 0, of maximum
// pooling which of its four places won.
type memo struct {
	shape backend.Shape
	d     []uint8
}

func (m *memo) MemoOf() backend.Shape { return m.shape }

func (Backend) New(s backend.Shape) backend.Buffer {
	backend.CheckNew(s)
	b := &buffer{shape: s, d: make([]float64, s.Len())}
	if len(b.d) > 0 { // gorgonia has no empty tensors
		b.t = dense(s.C, s.H*s.W, b.d)
	}
	return b
}

// NewShared shares nothing, so that whoever uses a map too late is right here and wrong
// elsewhere.
func (b Backend) NewShared(uses []backend.Use) ([]backend.Buffer, any) {
	maps := make([]backend.Buffer, len(uses))
	for i, u := range uses {
		maps[i] = b.New(u.Shape)
	}
	return maps, nil
}

func (Backend) NewMemo(s backend.Shape) backend.Memo {
	backend.CheckNew(s)
	return &memo{s, make([]uint8, s.Len())}
}

func (Backend) NewSums(n int) backend.Sums { return &sums{d: make([]float64, n)} }

func (Backend) Release(any) {}

func (Backend) Write(dst backend.Buffer, chw []float32) {
	backend.CheckCopy(chw, dst.Shape())
	for i, v := range chw {
		dst.(*buffer).d[i] = float64(v)
	}
}

func (Backend) Read(ctx context.Context, dst []float32, src backend.Buffer) error {
	backend.CheckCopy(dst, src.Shape())
	for i, v := range src.(*buffer).d {
		dst[i] = float32(v)
	}
	return ctx.Err()
}

// Elements returns the elements of a vector of this back end, in float64, for
// tests that need more than Read gives.
func Elements(v backend.Vector) []float64 {
	if s, ok := v.(*sums); ok {
		return s.d
	}
	return v.(*buffer).d
}

func (Backend) Combine(dst backend.Vector, a float64, x backend.Vector, b float64, y backend.Vector) {
	to, from := Elements(dst), Elements(x)
	if len(from) != len(to) || y != nil && y.Len() != len(to) {
		panic("backend: vectors differ in length")
	}
	if y == nil {
		b = 0
	}
	for i := range to {
		v := 0.0
		if a != 0 {
			v = a * from[i]
		}
		if b != 0 {
			v += b * Elements(y)[i]
		}
		to[i] = v
	}
}

func (Backend) AdamStep(x, m, v, g backend.Buffer, rate float64, t int) {
	backend.CheckSame(x.Shape(), m, v, g)
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	xs, ms, vs := Elements(x), Elements(m), Elements(v)
	for i, gi := range Elements(g) {
		ms[i] = beta1*ms[i] + (1-beta1)*gi
		vs[i] = beta2*vs[i] + (1-beta2)*gi*gi
		mean := ms[i] / (1 - math.Pow(beta1, float64(t)))
		square := vs[i] / (1 - math.Pow(beta2, float64(t)))
		xs[i] -= rate * mean / (math.Sqrt(square) + epsilon)
	}
}

func (Backend) Dots(ctx context.Context, dst []float64, pairs []backend.Pair) error {
	backend.CheckDots(dst, pairs)
	for k, p := range pairs {
		dst[k] = 0
		for i, v := range Elements(p.A) {
			if p.B != nil {
				v *= Elements(p.B)[i]
			}
			dst[k] += v
		}
	}
	return ctx.Err()
}
