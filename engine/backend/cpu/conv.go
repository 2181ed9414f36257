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
	columns, places := b.kernel.columns, to.places()
	var m *mask
	if pos != nil {
		m = pos.(*mask)
		if m.bits == nil {
			m.bits = make([]uint8, m.stride*m.shape.C)
		}
	}
	b.convolve(from, cv.forward, cv.o, cv.i, func(row, tile int, x []float32) {
		at := tile * columns
		out := to.channel(row)[at:]
		var spill [maxColumns]float32
		full := len(out) >= columns
		if !full {
			out = spill[:columns]
		}
		positive := b.kernel.relu(out[:columns], x, cv.bias[row])
		if !full {
			copy(to.channel(row)[at:], spill[:])
			positive &= 1<<(places-at) - 1
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
	b.convolve(from, cv.back, cv.i, cv.o, func(row, tile int, x []float32) {
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
func (b *Backend) convolve(src *buffer, weights []float32, out, in int, take func(row, tile int, x []float32)) {
	columns, places, side := b.kernel.columns, src.places(), margin(src.shape.W)
	b.multiply(&product{
		height: out, depth: in * 9, left: weights,
		tiles: (places + columns - 1) / columns,
		fill: func(s *scratch, dst []float32, tile, from, to int) {
			s.taps = neighbours(s.taps, src.shape, tile*columns, columns)
			b.kernel.pack(dst, src.all, side+from/9*places+tile*columns, places, (to-from)/9, s.taps)
		},
		take: take,
	})
}

// neighbours returns the nine taps of the columns places from at on.
func neighbours(taps []tap, s backend.Shape, at, columns int) []tap {
	if cap(taps) < 9 {
		taps = make([]tap, 9)
	}
	taps = taps[:9]
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
	return taps
}
