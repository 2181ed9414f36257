package cpu

import (
	"context"
	"math"

	"trappedinart/engine/backend"
)

// vectorBlock is how many elements one thread takes at a time. Sums are made of
// whole blocks, in order, so that they do not depend on the number of threads.
const vectorBlock = 1 << 14

// blocks calls work with the bounds of every block of n elements.
func (b *Backend) blocks(n int, work func(from, to int)) {
	b.parallel((n+vectorBlock-1)/vectorBlock, func(_, i int) {
		work(i*vectorBlock, min((i+1)*vectorBlock, n))
	})
}

// sum adds up what part returns for every block of n elements.
func (b *Backend) sum(n int, part func(from, to int) float64) float64 {
	parts := make([]float64, (n+vectorBlock-1)/vectorBlock)
	b.blocks(n, func(from, to int) { parts[from/vectorBlock] = part(from, to) })
	total := 0.0
	for _, p := range parts {
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
	to, xs, ys := dst.(*buffer).d, x.(*buffer).d, y.(*buffer).d
	b.blocks(len(to), func(i, j int) {
		combine(to[i:j], float32(p), xs[i:j], float32(q), ys[i:j])
	})
}

func combine[T float32 | float64](dst []T, p T, x []T, q T, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	switch {
	case p != 0 && q != 0:
		for i := range dst {
			dst[i] = p*x[i] + q*y[i]
		}
	case p != 0:
		for i := range dst {
			dst[i] = p * x[i]
		}
	case q != 0:
		for i := range dst {
			dst[i] = q * y[i]
		}
	default:
		clear(dst)
	}
}

func (b *Backend) AdamStep(x, m, v, g backend.Buffer, rate float64, t int) {
	backend.CheckSame(x.Shape(), m, v, g)
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	xs, ms, vs, gs := x.(*buffer).d, m.(*buffer).d, v.(*buffer).d, g.(*buffer).d
	// The corrections of both averages, drawn together: rate*(m/c1)/(sqrt(v/c2)+eps).
	root := math.Sqrt(1 - math.Pow(beta2, float64(t)))
	step := float32(rate * root / (1 - math.Pow(beta1, float64(t))))
	small := float32(epsilon * root)
	b.blocks(len(xs), func(from, to int) {
		for i := from; i < to; i++ {
			g := gs[i]
			ms[i] = beta1*ms[i] + (1-beta1)*g
			vs[i] = beta2*vs[i] + (1-beta2)*g*g
			xs[i] -= step * ms[i] / (float32(math.Sqrt(float64(vs[i]))) + small)
		}
	})
}

func (b *Backend) Dots(ctx context.Context, pairs []backend.Pair) ([]float64, error) {
	dots := make([]float64, len(pairs))
	for k, p := range pairs {
		if p.B != nil && p.A.Len() != p.B.Len() {
			panic("backend: vectors differ in length")
		}
		s, small := p.A.(*sums)
		switch {
		case small && p.B == nil:
			dots[k] = total(s.d)
		case small:
			dots[k] = dot(s.d, p.B.(*sums).d)
		case p.B == nil:
			x := p.A.(*buffer).d
			dots[k] = b.sum(len(x), func(i, j int) float64 { return total(x[i:j]) })
		default:
			x, y := p.A.(*buffer).d, p.B.(*buffer).d
			dots[k] = b.sum(len(x), func(i, j int) float64 { return dot(x[i:j], y[i:j]) })
		}
	}
	return dots, ctx.Err()
}

func total[T float32 | float64](x []T) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

// dot returns sum_i x[i]*y[i] in four interleaved sums, which processors add side
// by side.
func dot[T float32 | float64](x, y []T) float64 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s0 += float64(x[i]) * float64(y[i])
		s1 += float64(x[i+1]) * float64(y[i+1])
		s2 += float64(x[i+2]) * float64(y[i+2])
		s3 += float64(x[i+3]) * float64(y[i+3])
	}
	for ; i < len(x); i++ {
		s0 += float64(x[i]) * float64(y[i])
	}
	return s0 + s1 + s2 + s3
}

func (b *Backend) AddSquares(s backend.Sums, x, y backend.Buffer, w backend.Window) {
	backend.CheckSum(s.Len(), w, x.Shape())
	backend.CheckSame(x.Shape(), y)
	p, q := x.(*buffer), y.(*buffer)
	for c := range p.shape.C {
		for _, r := range windowRuns(w, p.shape) {
			xs, ys := p.channel(c)[r.at:][:r.n], q.channel(c)[r.at:][:r.n]
			s.(*sums).d[0] += b.sum(r.n, func(from, to int) float64 {
				sum := 0.0
				for i := from; i < to; i++ {
					d := float64(xs[i]) - float64(ys[i])
					sum += d * d
				}
				return sum
			})
		}
	}
}

func (b *Backend) SquaresGrad(dx, x, y backend.Buffer, scale float64, w backend.Window) {
	backend.CheckWindow(w, x.Shape())
	backend.CheckSame(x.Shape(), y, dx)
	to, p, q, f := dx.(*buffer), x.(*buffer), y.(*buffer), float32(scale)
	runs := windowRuns(w, p.shape)
	b.parallel(p.shape.C, func(_, c int) {
		for _, r := range runs {
			out, xs, ys := to.channel(c)[r.at:][:r.n], p.channel(c)[r.at:][:r.n], q.channel(c)[r.at:][:r.n]
			for i := range out {
				out[i] += f * (xs[i] - ys[i])
			}
		}
	})
}

func (b *Backend) AddVariation(s backend.Sums, x backend.Buffer, w backend.Window) {
	backend.CheckSum(s.Len(), w, x.Shape())
	from := x.(*buffer)
	parts := make([]float64, from.shape.C)
	b.parallel(from.shape.C, func(_, c int) {
		d := from.channel(c)
		eachStep(from.shape, w, func(i, j int) {
			step := float64(d[j]) - float64(d[i])
			parts[c] += step * step
		})
	})
	for _, p := range parts {
		s.(*sums).d[0] += p
	}
}

func (b *Backend) VariationGrad(dx, x backend.Buffer, scale float64, w backend.Window) {
	backend.CheckWindow(w, x.Shape())
	backend.CheckSame(x.Shape(), dx)
	to, from, f := dx.(*buffer), x.(*buffer), float32(2*scale)
	b.parallel(from.shape.C, func(_, c int) {
		d, out := from.channel(c), to.channel(c)
		eachStep(from.shape, w, func(i, j int) {
			step := f * (d[j] - d[i])
			out[j] += step
			out[i] -= step
		})
	})
}

// eachStep calls visit with every place of w and its right and its lower
// neighbour, where there are any, as indices into a channel.
func eachStep(s backend.Shape, w backend.Window, visit func(i, j int)) {
	for y := w.Y0; y < w.Y1; y++ {
		for x := w.X0; x < w.X1; x++ {
			i := y*s.W + x
			if x+1 < s.W {
				visit(i, i+1)
			}
			if y+1 < s.H {
				visit(i, i+s.W)
			}
		}
	}
}
