package cpu

import "trappedinart/engine/backend"

func (b *Backend) Pool(dst, src backend.Buffer, kind backend.Pooling, arg backend.Mask) {
	backend.CheckPool(dst.Shape(), src.Shape(), kind, arg)
	to, from := dst.(*buffer), src.(*buffer)
	var won []uint8
	if kind == backend.Maximum {
		m := arg.(*mask)
		if m.won == nil {
			m.won = make([]uint8, to.Len())
		}
		won = m.won
	}
	h, w, width := to.shape.H, to.shape.W, from.shape.W
	b.parallel(to.shape.C, func(_, c int) {
		in := from.channel(c)
		for y := range h {
			row, above, below := to.channel(c)[y*w:][:w], in[2*y*width:][:2*w], in[(2*y+1)*width:][:2*w]
			if kind == backend.Average {
				for x := range row {
					row[x] = (above[2*x] + above[2*x+1] + below[2*x] + below[2*x+1]) * 0.25
				}
				continue
			}
			best := won[(c*h+y)*w:][:w]
			for x := range row {
				row[x], best[x] = largest(above[2*x], above[2*x+1], below[2*x], below[2*x+1])
			}
		}
	})
}

// largest returns the largest of four numbers, the first of equals, and which.
func largest(a, b, c, d float32) (float32, uint8) {
	won := uint8(0)
	if b > a {
		a, won = b, 1
	}
	if c > a {
		a, won = c, 2
	}
	if d > a {
		a, won = d, 3
	}
	return a, won
}

func (b *Backend) PoolBack(dsrc, ddst backend.Buffer, kind backend.Pooling, arg backend.Mask) {
	backend.CheckPool(ddst.Shape(), dsrc.Shape(), kind, arg)
	to, from := dsrc.(*buffer), ddst.(*buffer)
	h, w, width := from.shape.H, from.shape.W, to.shape.W
	b.parallel(to.shape.C, func(_, c int) {
		out := to.channel(c)
		clear(out)
		for y := range h {
			row, above, below := from.channel(c)[y*w:][:w], out[2*y*width:][:2*w], out[(2*y+1)*width:][:2*w]
			if kind == backend.Average {
				for x, v := range row {
					v *= 0.25
					above[2*x], above[2*x+1], below[2*x], below[2*x+1] = v, v, v, v
				}
				continue
			}
			for x, won := range arg.(*mask).won[(c*h+y)*w:][:w] {
				if won < 2 {
					above[2*x+int(won)] = row[x]
				} else {
					below[2*x+int(won)-2] = row[x]
				}
			}
		}
	})
}

// binomial returns the filter 1 4 6 4 1 around place at of n, without what lies
// outside, divided by the sum of the rest.
func binomial(at, n int) [5]float32 {
	filter, sum := [5]float32{1, 4, 6, 4, 1}, float32(0)
	for k := range filter {
		if p := at + k - 2; p < 0 || p >= n {
			filter[k] = 0
		}
		sum += filter[k]
	}
	for k := range filter {
		filter[k] /= sum
	}
	return filter
}

// The filter is separable: columns first, then rows, with a map of the large
// height and the small width between.

func (b *Backend) Reduce(dst, src backend.Buffer) {
	backend.CheckReduce(dst.Shape(), src.Shape())
	to, from := dst.(*buffer), src.(*buffer)
	small, large := to.shape, from.shape
	b.parallel(small.C, func(thread, c int) {
		in, out := from.channel(c), to.channel(c)
		between := grow(b.scratch[thread].tiles, large.H*small.W)
		b.scratch[thread].tiles = between
		for x := range small.W {
			f := binomial(2*x, large.W)
			for y := range large.H {
				sum := float32(0)
				for k := max(0, 2-2*x); k < min(5, large.W+2-2*x); k++ {
					sum += f[k] * in[y*large.W+2*x+k-2]
				}
				between[y*small.W+x] = sum
			}
		}
		for y := range small.H {
			f := binomial(2*y, large.H)
			row := out[y*small.W:][:small.W]
			clear(row)
			for k := max(0, 2-2*y); k < min(5, large.H+2-2*y); k++ {
				for x, v := range between[(2*y+k-2)*small.W:][:small.W] {
					row[x] += f[k] * v
				}
			}
		}
	})
}

func (b *Backend) ReduceBack(dsrc, ddst backend.Buffer) {
	backend.CheckReduce(ddst.Shape(), dsrc.Shape())
	to, from := dsrc.(*buffer), ddst.(*buffer)
	small, large := from.shape, to.shape
	b.parallel(small.C, func(thread, c int) {
		in, out := from.channel(c), to.channel(c)
		between := grow(b.scratch[thread].tiles, large.H*small.W)
		b.scratch[thread].tiles = between
		clear(between)
		for y := range small.H {
			f := binomial(2*y, large.H)
			for k := max(0, 2-2*y); k < min(5, large.H+2-2*y); k++ {
				row := between[(2*y+k-2)*small.W:][:small.W]
				for x, v := range in[y*small.W:][:small.W] {
					row[x] += f[k] * v
				}
			}
		}
		for x := range small.W {
			f := binomial(2*x, large.W)
			for y := range large.H {
				for k := max(0, 2-2*x); k < min(5, large.W+2-2*x); k++ {
					out[y*large.W+2*x+k-2] += f[k] * between[y*small.W+x]
				}
			}
		}
	})
}
