package webgpu

import (
	"trappedinart/engine/backend"
)

// parts is the most workgroups that share one sum, each adding many numbers: what they
// find lies in between and is added up by one invocation, or by the host.
const parts = 32

// summing is how many workgroups n vectors are worth.
func summing(n int) int { return max(1, min(parts, n/(4*wide))) }

// found returns room for what workgroups find.
func (b *Backend) found(bytes int) *memory { return b.reserve(&b.partial, "parts of sums", bytes) }

// collect adds to sums, in rows of c, what so many workgroups have found, each row padded.
func (b *Backend) collect(s backend.Sums, groups, c, padded int) {
	n := s.Len()
	b.run(kernel{file: "collect"}, linear(n), []uint32{u(n), 0, u(groups), u(c), u(padded)}, s.(*sums).memory, b.partial)
}

func (b *Backend) AddSquares(s backend.Sums, x, y backend.Buffer, w backend.Window) {
	shape := x.Shape()
	backend.CheckSum(s.Len(), w, shape)
	backend.CheckSame(shape, y)
	n := w.Area() * fours(shape.C)
	if n == 0 {
		return
	}
	groups := summing(n)
	partial := b.found(8 * parts)
	params := window(n, w, shape)
	b.run(kernel{file: "squares"}, workgroups{groups, 1, 1}, params[:], partial, of(x), of(y))
	b.collect(s, groups, 1, 1)
}

func (b *Backend) SquaresGrad(da, x, y backend.Buffer, scale float64, w backend.Window) {
	shape := x.Shape()
	backend.CheckWindow(w, shape)
	backend.CheckSame(shape, y, da)
	n := w.Area() * fours(shape.C)
	params := window(n, w, shape, f(scale))
	b.run(kernel{file: "squaresgrad"}, linear(n), params[:], of(da), of(x), of(y))
}

func variationOf(kind backend.Variation) string {
	if kind == backend.Absolute {
		return "ABSOLUTE"
	}
	return ""
}

func (b *Backend) AddVariation(s backend.Sums, x backend.Buffer, kind backend.Variation, w backend.Window) {
	shape := x.Shape()
	backend.CheckSum(s.Len(), w, shape)
	n := w.Area() * fours(shape.C)
	if n == 0 {
		return
	}
	groups := summing(n)
	partial := b.found(8 * parts)
	params := window(n, w, shape)
	b.run(kernel{file: "variation", asked: variationOf(kind)}, workgroups{groups, 1, 1}, params[:], partial, of(x))
	b.collect(s, groups, 1, 1)
}

func (b *Backend) VariationGrad(dx, x backend.Buffer, kind backend.Variation, scale float64, w backend.Window) {
	shape := x.Shape()
	backend.CheckWindow(w, shape)
	backend.CheckSame(shape, dx)
	n := quads(shape)
	params := window(n, w, shape, f(scale))
	b.run(kernel{file: "variationgrad", asked: variationOf(kind)}, linear(n), params[:], of(dx), of(x))
}

// limited are what both shaders of excess are given after the window.
func limited(l backend.Limits, scale float64) (params [10]uint32) {
	params[1] = f(scale)
	for i, v := range [4]float64{l.Middle[0], l.Middle[1], l.Middle[2], l.Reach} {
		params[2+i], params[6+i] = twice(v)
	}
	return params
}

func (b *Backend) AddExcess(s backend.Sums, x backend.Buffer, limits backend.Limits, w backend.Window) {
	shape := x.Shape()
	backend.CheckSum(s.Len(), w, shape)
	backend.CheckExcess(x, w)
	n := w.Area()
	if n == 0 {
		return
	}
	groups := summing(n)
	partial := b.found(8 * parts)
	more := limited(limits, 0)
	params := window(n, w, shape, more[:]...)
	b.run(kernel{file: "excess"}, workgroups{groups, 1, 1}, params[:], partial, of(x))
	b.collect(s, groups, 1, 1)
}

func (b *Backend) ExcessGrad(dx, x backend.Buffer, limits backend.Limits, scale float64, w backend.Window) {
	shape := x.Shape()
	backend.CheckExcess(x, w)
	backend.CheckSame(shape, dx)
	n := w.Area()
	more := limited(limits, scale)
	params := window(n, w, shape, more[:]...)
	b.run(kernel{file: "excessgrad"}, linear(n), params[:], of(dx), of(x))
}

func (b *Backend) AddMoments(s backend.Sums, x backend.Buffer, w backend.Window, mask backend.Buffer) {
	shape := x.Shape()
	backend.CheckMoments(shape, w, mask, s)
	c4 := fours(shape.C)
	if c4 == 0 || w.Area() == 0 {
		return
	}
	groups := summing(w.Area())
	partial := b.found(8 * groups * 2 * 4 * c4)
	params := window(w.Area(), w, shape, 0, u(c4))
	if mask != nil {
		b.run(kernel{file: "moments", asked: "MASK"}, workgroups{groups, c4, 1}, params[:], partial, of(x), of(mask))
	} else {
		b.run(kernel{file: "moments"}, workgroups{groups, c4, 1}, params[:], partial, of(x))
	}
	b.collect(s, groups, shape.C, 4*c4)
}

func (b *Backend) Spread(dst, s backend.Sums, area float64) {
	backend.CheckSpread(dst, s)
	n := s.Len() / 2
	head, tail := twice(1 / area)
	params := []uint32{u(n), 0, head, tail, f(backend.LeastVariance)}
	if dst == s {
		b.run(kernel{file: "spread"}, linear(n), params, dst.(*sums).memory)
		return
	}
	b.run(kernel{file: "spread", asked: "FROM"}, linear(n), params, dst.(*sums).memory, s.(*sums).memory)
}

func (b *Backend) MomentsGrad(df, x backend.Buffer, d, m backend.Sums, scale float64, w backend.Window, mask backend.Buffer) {
	shape := x.Shape()
	backend.CheckMoments(shape, w, mask, d, m)
	backend.CheckSame(shape, df)
	n := w.Area() * fours(shape.C)
	params := window(n, w, shape, f(scale), u(shape.C))
	if mask != nil {
		b.run(kernel{file: "momentsgrad", asked: "MASK"}, linear(n), params[:], of(df), of(x), d.(*sums).memory, m.(*sums).memory, of(mask))
		return
	}
	b.run(kernel{file: "momentsgrad"}, linear(n), params[:], of(df), of(x), d.(*sums).memory, m.(*sums).memory)
}

func (b *Backend) Total(backend.Sums) {}

func (b *Backend) Sandwich(dst, d, k backend.Sums) {
	n := backend.CheckSandwich(dst, d, k)
	half := b.found(8 * n * n)
	grid := workgroups{(n + 15) / 16, (n + 15) / 16, 1}
	b.run(kernel{file: "sandwich"}, grid, []uint32{u(n)}, half, d.(*sums).memory, k.(*sums).memory)
	b.run(kernel{file: "sandwich"}, grid, []uint32{u(n)}, dst.(*sums).memory, k.(*sums).memory, half)
}

func (b *Backend) AddGram(s backend.Sums, x backend.Buffer, w backend.Window, mask backend.Buffer) {
	shape := x.Shape()
	backend.CheckGram(s.Len(), shape, w, mask)
	c, area := shape.C, w.Area()
	if c == 0 || area == 0 {
		return
	}
	tiles := (c + gramTile - 1) / gramTile
	// As many parts as keep the device busy, but none so small that adding them up counts.
	splits := min(gramGroups/(tiles*(tiles+1)/2)+1, (area+gramLeast-1)/gramLeast)
	chunk := roundUp((area+splits-1)/splits, 16)
	splits = (area + chunk - 1) / chunk
	rows := 4 * fours(c)
	partial := b.found(4 * splits * rows * rows)
	params := []uint32{u(fours(c)), u(w.X0), u(w.Y0), u(w.X1 - w.X0), u(w.Y1 - w.Y0), u(shape.W), u(shape.H), u(chunk)}
	grid := workgroups{tiles, tiles, splits}
	if mask != nil {
		b.run(kernel{file: "gram", asked: "MASK"}, grid, params, partial, of(x), of(mask))
	} else {
		b.run(kernel{file: "gram"}, grid, params, partial, of(x))
	}
	b.run(kernel{file: "gramsum"}, linear(c*c), []uint32{u(c * c), 0, u(splits), u(c), u(rows)}, s.(*sums).memory, partial)
}

func (b *Backend) GramGrad(df, x backend.Buffer, d backend.Sums, scale float64, w backend.Window, mask backend.Buffer) {
	shape := x.Shape()
	backend.CheckGram(d.Len(), shape, w, mask)
	backend.CheckSame(shape, df)
	c, area := shape.C, w.Area()
	if c == 0 || area == 0 {
		return
	}
	t := tileFor(c)
	tiles := (area + t.places() - 1) / t.places()
	params := []uint32{u(c), u(fours(c)), u(w.X0), u(w.Y0), u(w.X1 - w.X0), u(w.Y1 - w.Y0), u(shape.W), u(shape.H), f(scale), u(tiles)}
	if mask != nil {
		b.run(kernel{"gramgrad", "MASK", t.asked}, t.grid(tiles, c), params, of(df), of(x), d.(*sums).memory, of(mask))
		return
	}
	b.run(kernel{"gramgrad", "", t.asked}, t.grid(tiles, c), params, of(df), of(x), d.(*sums).memory)
}
