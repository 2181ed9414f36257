package cpu

import (
	"math"

	"trappedinart/engine/backend"
)

// A compact is a feature map in half precision (bfloat16, the upper half of a float32), its
// channels side by side without the room that is left in others.
type compact struct {
	shape backend.Shape
	d     []uint16
}

func (c *compact) Shape() backend.Shape { return c.shape }
func (c *compact) Len() int             { return c.shape.Len() }

var _ backend.Compact = (*Backend)(nil)

// NewCompact returns a map of zeros in half precision.
func (b *Backend) NewCompact(s backend.Shape) backend.Buffer {
	backend.CheckNew(s)
	return &compact{s, make([]uint16, s.Len())}
}

// lying is how a vector lies in memory: as floats, or compact with so many channels.
type lying struct {
	full     []float32
	half     []uint16
	channels int
}

func lyingOf(v backend.Vector) lying {
	switch v := v.(type) {
	case *compact:
		return lying{half: v.d, channels: v.shape.C}
	case *buffer:
		return lying{full: v.d}
	}
	return lying{}
}

// isCompact says whether one of the vectors is.
func isCompact(vectors ...backend.Vector) bool {
	for _, v := range vectors {
		if _, ok := v.(*compact); ok {
			return true
		}
	}
	return false
}

// someFloats is how many floats of a block are widened at a time, a multiple of all strides.
const someFloats = 1 << 11

// widened returns floats from to to of a vector, in room if it is compact.
func (l *lying) widened(from, to int, room *[someFloats]float32) []float32 {
	if l.half == nil {
		return l.full[from:to]
	}
	s := stride(l.channels)
	out := room[:to-from]
	clear(out)
	at := from / s * l.channels
	for p := 0; p < len(out); p += s {
		for c := range l.channels {
			out[p+c] = math.Float32frombits(uint32(l.half[at]) << 16)
			at++
		}
	}
	return out
}

// narrow writes floats from on to a vector that is compact, rounded to the nearest, ties to even.
func (l *lying) narrow(from int, values []float32) {
	s := stride(l.channels)
	at := from / s * l.channels
	for p := 0; p < len(values); p += s {
		for c := range l.channels {
			l.half[at] = rounded(values[p+c])
			at++
		}
	}
}

func rounded(v float32) uint16 {
	bits := math.Float32bits(v)
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// A mixed is work on vectors of which some are compact, in the blocks of a vector.
type mixed struct {
	b         *Backend
	dst, x, y lying // of a product no dst
	p, q      float32
	length    int // floats, as a full vector has them
	dot       bool
}

func (m *mixed) do(_, i int) {
	var rooms [3][someFloats]float32
	sum := 0.
	k := &m.b.kernel.vectors
	end := min((i+1)*vectorBlock, m.length)
	for from := i * vectorBlock; from < end; from += someFloats {
		to := min(from+someFloats, end)
		x, y := m.x.widened(from, to, &rooms[0]), m.y.widened(from, to, &rooms[1])
		switch {
		case m.dot:
			sum += dot(x, y)
		case m.dst.half == nil:
			k.combine(m.dst.full[from:to], m.p, x, m.q, y)
		default:
			out := rooms[2][:to-from]
			k.combine(out, m.p, x, m.q, y)
			m.dst.narrow(from, out)
		}
	}
	if m.dot {
		m.b.parts[i] = sum
	}
}

// floatsOf is how many floats a vector has, or had if it were not compact.
func floatsOf(v backend.Vector) int {
	switch v := v.(type) {
	case *compact:
		return v.shape.H * v.shape.W * stride(v.shape.C)
	case *buffer:
		return len(v.d)
	}
	return 0
}

func (b *Backend) combineMixed(dst backend.Vector, p float64, x backend.Vector, q float64, y backend.Vector) {
	m := &mixed{b: b, dst: lyingOf(dst), x: lyingOf(x), y: lyingOf(y), p: float32(p), q: float32(q), length: floatsOf(dst)}
	b.parallel((m.length+vectorBlock-1)/vectorBlock, m)
}

func (b *Backend) dotMixed(x, y backend.Vector) float64 {
	m := &mixed{b: b, x: lyingOf(x), y: lyingOf(y), length: floatsOf(x), dot: true}
	n := (m.length + vectorBlock - 1) / vectorBlock
	b.parts = grow(b.parts, n)
	b.parallel(n, m)
	return total(b.parts[:n])
}

// write and read copy all numbers of a compact map, in the order channel, row, column.
func (c *compact) write(chw []float32) {
	places := c.shape.H * c.shape.W
	for k := range c.shape.C {
		for p, v := range chw[k*places:][:places] {
			c.d[p*c.shape.C+k] = rounded(v)
		}
	}
}

func (c *compact) read(chw []float32) {
	places := c.shape.H * c.shape.W
	for k := range c.shape.C {
		for p := range places {
			chw[k*places+p] = math.Float32frombits(uint32(c.d[p*c.shape.C+k]) << 16)
		}
	}
}
