package cpu

import (
	"context"
	"math"

	"trappedinart/engine/backend"
)

// vectorBlock is how many floats a thread takes at a time. Sums are made of whole
// blocks, in order, so that they do not depend on the number of threads.
const vectorBlock = 1 << 14

// vector is work on whole feature maps, block by block, or on the rows of a window.
type vector struct {
	b         *Backend
	op        vectorOp
	dst, x, y []float32
	v         []float32 // AdamStep's second average
	p, q      float32
	// Rows: their first float, how far apart they are and how many floats count, and
	// how far dst, x and y are from there.
	at, row, n            int
	dstStep, xStep, yStep int
	limits                backend.Limits
}

type vectorOp int

const (
	opCombine vectorOp = iota
	opDot
	opAdam
	opSquares
	opAddScaled
	opDistances
	opAddSigns
	opExcess
	opExcessGrad
)

// blocks does the operation on every block of n floats.
func (v *vector) blocks(n int) { v.b.parallel((n+vectorBlock-1)/vectorBlock, v) }

func (v *vector) do(_, i int) {
	k, from := &v.b.kernel.vectors, i*vectorBlock
	switch v.op {
	case opCombine:
		to := min(from+vectorBlock, len(v.dst))
		k.combine(v.dst[from:to], v.p, v.x[from:to], v.q, v.y[from:to])
	case opDot:
		to := min(from+vectorBlock, len(v.x))
		v.b.kernel.dotTo(v.b.parts[i:], v.x[from:to], v.y[from:to])
	case opAdam:
		v.adam(from, min(from+vectorBlock, len(v.dst)))
	case opSquares:
		at := v.at + i*v.row
		v.b.parts[i] = k.squares(v.x[at+v.xStep:][:v.n], v.y[at+v.yStep:][:v.n])
	case opAddScaled:
		at := v.at + i*v.row
		k.addScaled(v.dst[at+v.dstStep:][:v.n], v.p, v.x[at+v.xStep:][:v.n], v.y[at+v.yStep:][:v.n])
	case opDistances:
		at := v.at + i*v.row
		v.b.parts[i] = distances(v.x[at+v.xStep:][:v.n], v.y[at+v.yStep:][:v.n])
	case opAddSigns:
		at := v.at + i*v.row
		addSigns(v.dst[at+v.dstStep:][:v.n], v.p, v.x[at+v.xStep:][:v.n], v.y[at+v.yStep:][:v.n])
	case opExcess:
		v.b.kernel.excessTo(v.b.parts[i:], v.x[v.at+i*v.row:][:v.n], &v.limits)
	case opExcessGrad:
		v.b.kernel.addExcess(v.dst[v.at+i*v.row:][:v.n], v.p, v.x[v.at+i*v.row:][:v.n], &v.limits)
	}
}

// recordable: what an optimiser does most, and a picture's limits.
func (v *vector) recordable() bool {
	switch v.op {
	case opCombine:
		return len(v.dst)%4 == 0
	case opDot:
		return len(v.x)%4 == 0
	}
	return v.op == opExcess || v.op == opExcessGrad
}

// sum adds up the parts of n pieces, in order.
func (v *vector) sum(n int) float64 {
	v.b.parts = grow(v.b.parts, n)
	v.b.parallel(n, v)
	total := 0.0
	for _, p := range v.b.parts[:n] {
		total += p
	}
	return total
}

func (b *Backend) Combine(dst backend.Vector, p float64, x backend.Vector, q float64, y backend.Vector) {
	if x.Len() != dst.Len() || y != nil && y.Len() != dst.Len() {
		panic("backend: vectors differ in length")
	}
	if y == nil {
		y, q = x, 0
	}
	if to, ok := dst.(*sums); ok {
		combine(to.d, p, x.(*sums).d, q, y.(*sums).d)
		return
	}
	if isCompact(dst, x, y) {
		b.combineMixed(dst, p, x, q, y)
		return
	}
	b.vector = vector{b: b, op: opCombine, dst: dst.(*buffer).d, p: float32(p), x: x.(*buffer).d, q: float32(q), y: y.(*buffer).d}
	b.vector.blocks(len(b.vector.dst))
	b.vector = vector{}
}

func (b *Backend) AdamStep(x, m, v, g backend.Buffer, rate float64, t int) {
	backend.CheckSame(x.Shape(), m, v, g)
	// The corrections of both averages, drawn together: rate*(m/c1)/(sqrt(v/c2)+eps).
	root := math.Sqrt(1 - math.Pow(beta2, float64(t)))
	b.vector = vector{
		b: b, op: opAdam, dst: x.(*buffer).d, x: m.(*buffer).d, v: v.(*buffer).d, y: g.(*buffer).d,
		p: float32(rate * root / (1 - math.Pow(beta1, float64(t)))), q: float32(1e-8 * root),
	}
	b.vector.blocks(len(b.vector.dst))
	b.vector = vector{}
}

const beta1, beta2 = 0.9, 0.999

func (v *vector) adam(from, to int) {
	for i := from; i < to; i++ {
		g := v.y[i]
		v.x[i] = beta1*v.x[i] + (1-beta1)*g
		v.v[i] = beta2*v.v[i] + (1-beta2)*g*g
		v.dst[i] -= v.p * v.x[i] / (float32(math.Sqrt(float64(v.v[i]))) + v.q)
	}
}

func (b *Backend) Dots(ctx context.Context, dst []float64, pairs []backend.Pair) error {
	backend.CheckDots(dst, pairs)
	for k, p := range pairs {
		s, small := p.A.(*sums)
		switch {
		case small && p.B == nil:
			dst[k] = total(s.d)
		case small:
			dst[k] = dot(s.d, p.B.(*sums).d)
		case p.B == nil:
			dst[k] = total(p.A.(*buffer).d)
		case isCompact(p.A, p.B):
			dst[k] = b.dotMixed(p.A, p.B)
		default:
			x := p.A.(*buffer).d
			b.vector = vector{b: b, op: opDot, x: x, y: p.B.(*buffer).d}
			dst[k] = b.vector.sum((len(x) + vectorBlock - 1) / vectorBlock)
		}
	}
	b.vector = vector{}
	return ctx.Err()
}

func total[T float32 | float64](x []T) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

// rows lays out the rows of a window whose places have a neighbour right by width and
// down by height, and returns how many there are.
func (v *vector) rows(f *buffer, w backend.Window, width, height int) int {
	v.at, v.row = (w.Y0*f.shape.W+w.X0)*f.s, f.shape.W*f.s
	v.n = (min(w.X1, f.shape.W-width) - w.X0) * f.s
	if v.n <= 0 {
		return 0
	}
	return max(0, min(w.Y1, f.shape.H-height)-w.Y0)
}

func (b *Backend) AddSquares(s backend.Sums, x, y backend.Buffer, w backend.Window) {
	backend.CheckSum(s.Len(), w, x.Shape())
	backend.CheckSame(x.Shape(), y)
	f := x.(*buffer)
	b.vector = vector{b: b, op: opSquares, x: f.d, y: y.(*buffer).d}
	s.(*sums).d[0] += b.vector.sum(b.vector.rows(f, w, 0, 0))
	b.vector = vector{}
}

func (b *Backend) SquaresGrad(dx, x, y backend.Buffer, scale float64, w backend.Window) {
	backend.CheckWindow(w, x.Shape())
	backend.CheckSame(x.Shape(), y)
	backend.CheckSame(x.Shape(), dx)
	f := x.(*buffer)
	b.vector = vector{b: b, op: opAddScaled, dst: dx.(*buffer).d, x: f.d, y: y.(*buffer).d, p: float32(scale)}
	b.parallel(b.vector.rows(f, w, 0, 0), &b.vector)
	b.vector = vector{}
}

// A step goes from a place to its right and to its lower neighbour.
var steps = [2][2]int{{1, 0}, {0, 1}}

// distances returns sum_i |x[i]-y[i]| in float64.
func distances(x, y []float32) float64 {
	y = y[:len(x)]
	sum := 0.0
	for i, v := range x {
		sum += math.Abs(float64(v) - float64(y[i]))
	}
	return sum
}

// addSigns adds f times the sign of x-y to dst, nothing where they are equal.
func addSigns(dst []float32, f float32, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		switch d := x[i] - y[i]; {
		case d > 0:
			dst[i] += f
		case d < 0:
			dst[i] -= f
		default:
			dst[i] += d // 0, or a NaN to be seen
		}
	}
}

func (b *Backend) AddVariation(s backend.Sums, x backend.Buffer, kind backend.Variation, w backend.Window) {
	backend.CheckSum(s.Len(), w, x.Shape())
	f := x.(*buffer)
	b.vector = vector{b: b, op: opSquares, x: f.d, y: f.d}
	if kind == backend.Absolute {
		b.vector.op = opDistances
	}
	for _, to := range steps {
		b.vector.yStep = (to[1]*f.shape.W + to[0]) * f.s
		s.(*sums).d[0] += b.vector.sum(b.vector.rows(f, w, to[0], to[1]))
	}
	b.vector = vector{}
}

func (b *Backend) VariationGrad(dx, x backend.Buffer, kind backend.Variation, scale float64, w backend.Window) {
	backend.CheckWindow(w, x.Shape())
	backend.CheckSame(x.Shape(), dx)
	f := x.(*buffer)
	b.vector = vector{b: b, op: opAddScaled, dst: dx.(*buffer).d, x: f.d, y: f.d, p: float32(2 * scale)}
	v := &b.vector
	if kind == backend.Absolute {
		v.op, v.p = opAddSigns, float32(scale)
	}
	for _, to := range steps {
		step := (to[1]*f.shape.W + to[0]) * f.s
		n := v.rows(f, w, to[0], to[1])
		v.dstStep, v.xStep, v.yStep = 0, 0, step // both ends of each step
		b.parallel(n, v)
		v.dstStep, v.xStep, v.yStep = step, step, 0
		b.parallel(n, v)
	}
	b.vector = vector{}
}
