package cpu

import "trappedinart/engine/backend"

// A conv holds the filters of both directions: back they are turned by 180 degrees,
// with input and output exchanged.
type conv struct {
	in, out       int
	linear        bool
	forward, back *filters
	bias          []float32 // with zeros up to whole panels
}

func (c *conv) Channels() (in, out int) { return c.in, c.out }

// The channels alone decide how a direction is computed. README.md has the times of 8 to
// 256 channels from 1x1 to 128x128 places: with 16 channels on both sides Winograd's
// transforms begin to pay, more so in WebAssembly. Maps of up to 4x4 places would be faster
// by rows, but cost nothing either way and would need the filters in both forms.
type algorithm int

const (
	byWinograd algorithm = iota
	byRows               // the picture's channels into the network: sums over three rows
	byTaps               // the gradient into the picture's channels: nine pictures, added up
)

func choose(in, out int, back bool) algorithm {
	switch {
	case in >= 16 && out >= 16:
		return byWinograd
	case back && out < 8:
		return byTaps
	}
	return byRows
}

// filters are the weights of one direction, from in to out channels, laid out for
// its algorithm in panels of columns of outputs:
//
//	byWinograd  [panel][in][9][columns]
//	byRows      [panel][3][3*in][columns], rows of three places
//	byTaps      [panel][in][columns], columns being outputs tap by tap, as many as stride says
//
// in counts the channels that stride adds. Weights that came as int8 stay so until
// the transform.
type filters struct {
	algorithm
	*panel
	in, out, panels int
	w               []float32
	w8              []int8
	scale           []float32 // of w8: for each output, or if byInput is set for each input
	byInput         bool
}

func (b *Backend) Prepare(w backend.ConvWeights) backend.Conv {
	backend.CheckPrepare(w)
	c := &conv{in: w.I, out: w.O, linear: w.Linear}
	at := func(o, i, tap int) int { return (o*w.I+i)*9 + tap }
	c.forward = b.filters(&w, w.I, w.O, at, false)
	c.back = b.filters(&w, w.O, w.I, func(i, o, tap int) int { return at(o, i, 8-tap) }, true)
	c.bias = make([]float32, c.forward.panels*c.forward.columns)
	copy(c.bias, w.Bias)
	return c
}

// filters lays out weights; at is where the filter from input i to output o has them.
func (b *Backend) filters(w *backend.ConvWeights, in, out int, at func(o, i, tap int) int, back bool) *filters {
	f := &filters{algorithm: choose(in, out, back), in: stride(in), out: out, byInput: back}
	rows, width := 9, out
	if f.algorithm == byTaps {
		rows, width = 1, 9*stride(out)
	}
	f.panel = b.kernel.panel(stride(width))
	f.panels = (width + f.columns - 1) / f.columns
	n := f.panels * f.in * rows * f.columns
	put := func(k, from int) { f.w[k] = w.At(from) }
	if w.Int8 != nil && f.algorithm == byWinograd {
		f.w8 = make([]int8, n)
		put = func(k, from int) { f.w8[k] = w.Int8[from] }
		scales := f.in
		if !back {
			scales = f.panels * f.columns
		}
		f.scale = make([]float32, scales)
		copy(f.scale, w.Scale)
	} else {
		f.w = make([]float32, n)
	}
	for o := range out {
		for i := range in {
			for tap := range 9 {
				column, row := o, 0
				switch f.algorithm {
				case byWinograd:
					row = i*9 + tap
				case byRows:
					row = tap*f.in + i
				case byTaps:
					column, row = tap*stride(out)+o, i
				}
				put((column/f.columns*f.in*rows+row)*f.columns+column%f.columns, at(o, i, tap))
			}
		}
	}
	return f
}

// A convolution is one direction of one layer, about to be computed.
type convolution struct {
	b        *Backend
	dst, src *buffer
	f        *filters
	memo     *memo     // forward to be written, and back of src; nil if nobody asks
	bias     []float32 // forward
	back     bool
}

func (b *Backend) Convolve(dst, src backend.Buffer, c backend.Conv, pos backend.Memo) {
	backend.CheckConvolve(dst.Shape(), src.Shape(), c, pos)
	cv := c.(*conv)
	m, _ := pos.(*memo)
	// A linear one is as the way back, by filters that are not turned.
	convolution{b, dst.(*buffer), src.(*buffer), cv.forward, m, cv.bias, cv.linear}.run()
}

func (b *Backend) ConvolveBack(dsrc, ddst backend.Buffer, c backend.Conv, pos backend.Memo) {
	backend.CheckConvolve(ddst.Shape(), dsrc.Shape(), c, pos)
	m, _ := pos.(*memo)
	convolution{b, dsrc.(*buffer), ddst.(*buffer), c.(*conv).back, m, nil, true}.run()
}

func (c convolution) run() {
	switch {
	case c.dst.places() == 0:
	case c.f.algorithm == byWinograd:
		c.b.winograd.run(c)
	case c.f.algorithm == byTaps:
		c.b.image.run(c)
	default:
		c.b.direct.run(c)
	}
}

// recordable: only kernels read and write, in whole vectors.
func (c *convolution) recordable() bool {
	if c.back {
		return c.memo == nil || c.src.s%8 == 0
	}
	return c.dst.s%8 == 0
}

// read copies rows of n floats of src, from a place on, and on the way back 0 where a
// unit was not positive.
func (c *convolution) read(dst []float32, dstStep, at, n, rows int) {
	src, m, width := c.src, c.memo, c.src.shape.W
	from := src.d[at*src.s:]
	switch {
	case m == nil || !c.back:
		c.b.kernel.copyRows(dst, dstStep, from, width*src.s, n, rows)
	case src.s%8 == 0:
		c.b.kernel.maskedRows(dst, dstStep, from, width*src.s, m.bits[at*m.step:], width*m.step, n, rows)
	default:
		for y := range rows {
			for i := range n {
				v := from[y*width*src.s+i]
				if m.bits[(at+y*width+i/src.s)*m.step]>>(i%src.s)&1 == 0 {
					v = 0
				}
				dst[y*dstStep+i] = v
			}
		}
	}
}
