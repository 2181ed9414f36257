package webgpu

import (
	"context"
	"encoding/binary"
	"math"

	"trappedinart/engine/backend"
)

// A summand is a vector with its factor.
type summand struct {
	factor float64
	*memory
}

func vector(v backend.Vector) *memory {
	if s, ok := v.(*sums); ok {
		return s.memory
	}
	return of(v.(backend.Buffer))
}

func (b *Backend) Combine(dst backend.Vector, a float64, x backend.Vector, c float64, y backend.Vector) {
	if x.Len() != dst.Len() || y != nil && y.Len() != dst.Len() {
		panic("backend: vectors differ in length")
	}
	list, n := make([]summand, 0, 2), 0
	if a != 0 {
		list = append(list, summand{a, vector(x)})
	}
	if y != nil && c != 0 {
		list = append(list, summand{c, vector(y)})
	}
	if len(list) == 2 && list[0].memory == list[1].memory {
		list = append(list[:0], summand{a + c, list[0].memory})
	}
	// dst may be among them: it is bound once, to be written.
	to, old, asked := vector(dst), 0.0, [...]string{"", "X", "X Y"}
	others := list[:0]
	isOld := false
	for _, s := range list {
		if s.memory == to {
			old, isOld = s.factor, true
			continue
		}
		others = append(others, s)
	}
	k := kernel{file: "combine", asked: asked[len(others)]}
	if isOld {
		k.asked = [...]string{"OLD", "OLD X", "OLD X Y"}[len(others)]
	}
	var factors [2]float64
	memories := append(make([]*memory, 0, 3), to)
	for i, s := range others {
		factors[i] = s.factor
		memories = append(memories, s.memory)
	}
	if s, ok := dst.(*sums); ok {
		k.file, n = "combinesums", s.n
		oh, ot := twice(old)
		ah, at := twice(factors[0])
		ch, ct := twice(factors[1])
		b.run(k, linear(n), []uint32{u(n), 0, oh, ot, ah, at, ch, ct}, memories...)
		return
	}
	n = quads(dst.(backend.Buffer).Shape())
	b.run(k, linear(n), []uint32{u(n), f(old), f(factors[0]), f(factors[1])}, memories...)
}

func (b *Backend) AdamStep(x, m, v, g backend.Buffer, rate float64, t int) {
	backend.CheckSame(x.Shape(), m, v, g)
	n := quads(x.Shape())
	mean, square := 1/(1-math.Pow(0.9, float64(t))), 1/(1-math.Pow(0.999, float64(t)))
	b.run(kernel{file: "adam"}, linear(n), []uint32{u(n), f(rate), f(mean), f(square)}, of(x), of(m), of(v), of(g))
}

func (b *Backend) Dots(ctx context.Context, dst []float64, pairs []backend.Pair) error {
	backend.CheckDots(dst, pairs)
	b.bury()
	if len(pairs) == 0 {
		return b.Err()
	}
	const most = 8 * parts // bytes of a product
	results := b.reserve(&b.results, "results", most*roundUp(len(pairs), 64))
	at := 0 // in pairs of head and tail
	for _, p := range pairs {
		groups := b.dot(p, results, at)
		at += groups
	}
	bytes, err := b.fetch(ctx, results, max(8*at, 16))
	if err != nil {
		return err
	}
	for i, p := range pairs {
		dst[i] = 0
		n := 2 * b.dotGroups(p)
		for k := range n {
			dst[i] += float64(math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*k:])))
		}
		bytes = bytes[4*n:]
	}
	return nil
}

// dotGroups is how many workgroups find a product.
func (b *Backend) dotGroups(p backend.Pair) int {
	if p.A.Len() == 0 {
		return 0
	}
	if s, ok := p.A.(*sums); ok {
		return summing(s.n)
	}
	return summing(quads(p.A.(backend.Buffer).Shape()))
}

// dot records a product, whose parts lie at results[at:], and returns how many.
func (b *Backend) dot(p backend.Pair, results *memory, at int) int {
	groups := b.dotGroups(p)
	k := kernel{file: "dots"}
	var n int
	if s, ok := p.A.(*sums); ok {
		k.file, n = "dotsums", s.n
	} else {
		n = quads(p.A.(backend.Buffer).Shape())
	}
	params := []uint32{u(n), 0, u(at)}
	grid := workgroups{groups, 1, 1}
	if p.B == nil {
		b.run(k, grid, params, results, vector(p.A))
		return groups
	}
	k.asked = "B"
	x, y := vector(p.A), vector(p.B)
	if x != nil && y != nil && x.id > y.id { // products are bound one way
		x, y = y, x
	}
	b.run(k, grid, params, results, x, y)
	return groups
}
