package cpu

import "trappedinart/engine/backend"

// A conv holds the weights as panels of both directions: forward [O, I*9], and
// back [I, O*9] with the filters turned by 180 degrees.
type conv struct {
	o, i          int
	forward, back []float32
	bias          []float32
}

func (c *conv) Channels() (in, out int) { return c.i, c.o }

func (b *Backend) Prepare(w backend.ConvWeights) backend.Conv {
	backend.CheckPrepare(w)
	return &conv{
		o: w.O, i: w.I,
		bias:    append([]float32(nil), w.Bias...),
		forward: packLeft(nil, w.O, w.I*9, func(o, k int) float32 { return w.Weight[o*w.I*9+k] }),
		back: packLeft(nil, w.I, w.O*9, func(i, k int) float32 {
			return w.Weight[(k/9*w.I+i)*9+8-k%9]
		}),
	}
}

func (b *Backend) Convolve(dst, src backend.Buffer, c backend.Conv, pos backend.Mask) {
	backend.CheckConvolve(dst.Shape(), src.Shape(), c, pos)
	to, from, cv := dst.(*buffer), src.(*buffer), c.(*conv)
	columns := b.kernel.columns
	var m *mask
	if pos != nil {
		m = pos.(*mask)
		if m.bits == nil {
			m.bits = make([]uint8, m.stride*m.shape.C)
		}
	}
	b.convolve(from, cv.forward, cv.o, cv.i, func(s *scratch, row, tile int, x []float32) {
		at := tile * columns
		out := to.channel(row)[at:]
		n := min(columns, len(out))
		if n < columns {
			out = s.spill[:]
		}
		positive := b.kernel.relu(out[:columns], x, cv.bias[row])
		if n < columns {
			copy(to.channel(row)[at:], out)
			positive &= 1<<n - 1
		}
		if m != nil {
			bits := m.bits[row*m.stride+at/8:][:columns/8]
			for i := range bits {
				bits[i] = uint8(positive >> (8 * i))
			}
		}
	})
}

func (b *Backend) ConvolveBack(dsrc, ddst backend.Buffer, c backend.Conv, pos backend.Mask) {
	backend.CheckConvolve(ddst.Shape(), dsrc.Shape(), c, pos)
	to, from, cv := dsrc.(*buffer), ddst.(*buffer), c.(*conv)
	if pos != nil {
		from = b.positives(from, pos.(*mask))
	}
	columns := b.kernel.columns
	b.convolve(from, cv.back, cv.i, cv.o, func(_ *scratch, row, tile int, x []float32) {
		copy(to.channel(row)[tile*columns:], x)
	})
}

// positives returns a copy of f with zeros where m has none, in the back end's own
// memory, margins included.
func (b *Backend) positives(f *buffer, m *mask) *buffer {
	side := margin(f.shape.W)
	b.masked = grow(b.masked, len(f.all))
	g := &buffer{f.shape, b.masked, b.masked[side:][:f.Len()]}
	clear(b.masked[:side])
	clear(b.masked[side+f.Len():])
	b.parallel(f.shape.C, func(_, c int) {
		out, bits := g.channel(c), m.bits[c*m.stride:][:m.stride]
		for i, v := range f.channel(c) {
			if bits[i/8]>>(i%8)&1 == 0 {
				v = 0
			}
			out[i] = v
		}
	})
	return g
}

// convolve gives take the rows of every tile of the 3x3 convolution of src with
// the packed weights [out, in*9].
func (b *Backend) convolve(src *buffer, weights []float32, out, in int, take func(s *scratch, row, tile int, x []float32)) {
	columns, places, side := b.kernel.columns, src.places(), margin(src.shape.W)
	for t := range b.inner {
		b.inner[t].offset = (t/3-1)*src.shape.W + t%3 - 1
	}
	b.multiply(&product{
		height: out, depth: in * 9, left: weights,
		tiles: (places + columns - 1) / columns,
		fill: func(s *scratch, dst []float32, tile, from, to int) {
			at, taps := tile*columns, b.inner[:]
			if !inside(src.shape, at, columns) {
				taps = s.border[:]
				neighbours(taps, src.shape, at, columns)
			}
			b.kernel.pack(dst, src.all, side+from/9*places+at, places, (to-from)/9, taps)
		},
		take: take,
	})
}

// inside says whether the columns places from at on lie in one row and have all
// their neighbours.
func inside(s backend.Shape, at, columns int) bool {
	y, x := at/s.W, at%s.W
	return y > 0 && y < s.H-1 && x > 0 && x+columns < s.W
}

// neighbours sets the nine taps of the columns places from at on.
func neighbours(taps []tap, s backend.Shape, at, columns int) {
	y, x := at/s.W, at%s.W
	for j := range columns {
		for t := range taps {
			v, u := y+t/3-1, x+t%3-1
			taps[t].keep[j] = 0
			if v >= 0 && v < s.H && u >= 0 && u < s.W {
				taps[t].keep[j] = ^uint32(0)
			}
		}
		if x++; x == s.W {
			y, x = y+1, 0
		}
	}
	for t := range taps {
		taps[t].offset = (t/3-1)*s.W + t%3 - 1
	}
}
