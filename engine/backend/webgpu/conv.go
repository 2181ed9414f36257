package webgpu

import (
	"math"

	"trappedinart/engine/backend"
)

// A conv keeps the weights as they came, and packs a form when it is first used.
type conv struct {
	w     backend.ConvWeights
	forms [4]*form
}

// The forms of weights: forward or turned for the way back, and each also transformed.
const (
	turned      = 1
	transformed = 2
)

// A form is weights [rows][outputs] on the device, and after them the bias.
type form struct {
	*memory
	in, out int
	tile    tile
	stride  int // vectors of a row
	rows    int // of one matrix
	bias    int // the vector where it begins
}

func (c *conv) Channels() (in, out int) { return c.w.I, c.w.O }

func (b *Backend) Prepare(w backend.ConvWeights) backend.Conv {
	backend.CheckPrepare(w)
	return &conv{w: w}
}

// form returns the weights in a form, packed if they are not.
func (b *Backend) form(c *conv, which int) *form {
	if c.forms[which] != nil {
		return c.forms[which]
	}
	p := &form{in: c.w.I, out: c.w.O}
	at := func(o, i, tap int) float32 { return c.w.At((o*c.w.I+i)*9 + tap) }
	if which&turned != 0 {
		p.in, p.out = c.w.O, c.w.I
		at = func(o, i, tap int) float32 { return c.w.At((i*c.w.I+o)*9 + 8 - tap) }
	}
	p.tile = tileFor(p.out)
	padded := p.tile.padded(p.out)
	matrices, depth := 1, 9*fours(p.in)
	switch {
	case which&transformed != 0:
		matrices, depth = 16, fours(p.in)
	case p.out <= narrowest:
		padded = 4
	}
	p.stride, p.rows = padded/4, roundUp(4*depth, 16)
	p.bias = matrices * p.rows * p.stride
	data := make([]byte, 16*p.bias+4*padded)
	set := func(k int, v float32) { put(data[4*k:], math.Float32bits(v)) }
	for o := range p.out {
		for i := range p.in {
			if which&transformed != 0 {
				for m, v := range filter(func(tap int) float64 { return float64(at(o, i, tap)) }) {
					set((m*p.rows+i)*padded+o, float32(v))
				}
				continue
			}
			for tap := range 9 {
				set((tap*4*fours(p.in)+i)*padded+o, at(o, i, tap))
			}
		}
		if which&turned == 0 && !c.w.Linear {
			set(4*p.bias+o, c.w.Bias[o])
		}
	}
	p.memory = b.memory("weights", len(data), storage)
	own(b, c, p.memory)
	b.write(p.memory, data)
	c.forms[which] = p
	return p
}

// filter transforms a filter of 3x3 taps for F(2x2,3x3): G g G'.
func filter(g func(tap int) float64) [16]float64 {
	var half [4][3]float64
	for j := range 3 {
		a, b, c := g(j), g(3+j), g(6+j)
		half[0][j], half[1][j], half[2][j], half[3][j] = a, (a+b+c)/2, (a-b+c)/2, c
	}
	var all [16]float64
	for i, r := range half {
		all[4*i], all[4*i+1], all[4*i+2], all[4*i+3] = r[0], (r[0]+r[1]+r[2])/2, (r[0]-r[1]+r[2])/2, r[2]
	}
	return all
}

func (b *Backend) Convolve(dst, src backend.Buffer, c backend.Conv, pos backend.Memo) {
	backend.CheckConvolve(dst.Shape(), src.Shape(), c, pos)
	cv, s := c.(*conv), dst.Shape()
	relu := !c.(*conv).w.Linear
	if s.Len() == 0 || b.Err() != nil {
		return
	}
	var bits *memory
	if pos != nil {
		bits = b.signs(pos, signWords(s))
	}
	switch {
	case b.transforms(cv.w.I, cv.w.O):
		b.throughTransforms(dst, src, b.form(cv, transformed), nil, relu)
	case cv.w.O <= narrowest:
		b.toFew(dst, src, b.form(cv, 0), nil, relu)
	default:
		b.product(dst, src, b.form(cv, 0), bits, relu)
		return
	}
	if pos != nil {
		n := signWords(s)
		b.run(kernel{file: "signs"}, linear(n), []uint32{u(n), u(s.W), u(rowWords(s.W))}, bits, of(dst))
	}
}

func (b *Backend) ConvolveBack(dsrc, ddst backend.Buffer, c backend.Conv, pos backend.Memo) {
	backend.CheckConvolve(ddst.Shape(), dsrc.Shape(), c, pos)
	cv, s := c.(*conv), ddst.Shape()
	if dsrc.Shape().Len() == 0 || b.Err() != nil {
		return
	}
	var bits *memory
	if pos != nil {
		bits = b.signs(pos, signWords(s))
	}
	switch {
	case b.transforms(cv.w.O, cv.w.I):
		b.throughTransforms(dsrc, ddst, b.form(cv, turned|transformed), bits, false)
	case cv.w.I <= narrowest:
		b.toFew(dsrc, ddst, b.form(cv, turned), bits, false)
	default:
		b.product(dsrc, ddst, b.form(cv, turned), bits, false)
	}
}

// signWords is how many words the positive bits of a map take.
func signWords(s backend.Shape) int { return fours(s.C) * s.H * rowWords(s.W) }

// product convolves as one product of matrices. With relu, which is the way forward, it
// writes bits, if there are any; without, it reads them.
func (b *Backend) product(dst, src backend.Buffer, p *form, bits *memory, relu bool) {
	s := dst.Shape()
	asked := ""
	memories := append(make([]*memory, 0, 4), of(dst), of(src), p.memory)
	if relu {
		asked = "BIAS"
	}
	if bits != nil {
		memories = append(memories, bits)
		if relu {
			asked = "BIAS SIGNS"
		} else {
			asked = "MASKED"
		}
	}
	n := (s.H*8*rowWords(s.W) + p.tile.places() - 1) / p.tile.places()
	b.run(kernel{"convolve", asked, p.tile.asked}, p.tile.grid(n, p.out),
		[]uint32{u(fours(p.out)), u(fours(p.in)), u(s.H), u(s.W), u(rowWords(s.W)), u(9 * fours(p.in)), u(p.stride), u(n), u(p.bias)}, memories...)
}

// toFew convolves to at most four channels.
func (b *Backend) toFew(dst, src backend.Buffer, p *form, bits *memory, relu bool) {
	s := dst.Shape()
	asked, memories := "", append(make([]*memory, 0, 4), of(dst), of(src), p.memory)
	if relu {
		asked = "BIAS"
	} else if bits != nil {
		asked, memories = "MASKED", append(memories, bits)
	}
	parts := (s.W + 3) / 4
	n := s.H * parts
	b.run(kernel{file: "narrow", asked: asked}, spread((n+63)/64), []uint32{u(n), u(fours(p.in)), u(s.H), u(s.W), u(rowWords(s.W)), u(parts), u(p.bias)}, memories...)
}

// transforms says whether a convolution goes through Winograd's transforms.
func (b *Backend) transforms(in, out int) bool {
	return b.transform && min(in, out) >= 16
}

// throughTransforms convolves by Winograd's F(2x2,3x3) in three passes, in bands of tiles
// whose transforms find room.
func (b *Backend) throughTransforms(dst, src backend.Buffer, p *form, bits *memory, relu bool) {
	s := dst.Shape()
	across := (s.W + 1) / 2
	all := across * ((s.H + 1) / 2)
	i4, o4 := fours(p.in), fours(p.out)
	band := min(all, max(p.tile.places(), transforms/(16*16*max(i4, o4))))
	band = min(band, across*max(1, band/across)) // whole rows, where there is room for one
	before := b.reserve(&b.scratch, "transforms", 16*16*band*i4)
	after := b.reserve(&b.products, "transforms", 16*16*band*o4)
	for first := 0; first < all; first += band {
		n := min(band, all-first)
		in := append(make([]*memory, 0, 3), before, of(src))
		asked := ""
		if bits != nil {
			asked, in = "MASKED", append(in, bits)
		}
		b.run(kernel{file: "winogradin", asked: asked}, linear(n*i4), []uint32{u(n * i4), u(n), u(first), u(across), u(s.H), u(s.W), u(rowWords(s.W)), u(i4)}, in...)
		tiles := (n + p.tile.places() - 1) / p.tile.places()
		b.run(kernel{"product", "", p.tile.asked}, workgroups{tiles, p.tile.padded(p.out) / (8 * p.tile.to), 16}, []uint32{u(o4), u(i4), u(n), u(p.stride), u(p.rows)}, after, before, p.memory)
		params := []uint32{u(n * o4), u(n), u(first), u(across), u(s.H), u(s.W), u(o4), u(p.bias)}
		if relu {
			b.run(kernel{file: "winogradout", asked: "BIAS"}, linear(n*o4), params, of(dst), after, p.memory)
		} else {
			b.run(kernel{file: "winogradout"}, linear(n*o4), params, of(dst), after)
		}
	}
}
