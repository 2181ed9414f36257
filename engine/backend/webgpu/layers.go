package webgpu

import (
	"strings"

	"trappedinart/engine/backend"
)

func (b *Backend) Pool(dst, src backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	to, from := dst.Shape(), src.Shape()
	backend.CheckPool(to, from, kind, arg)
	n := quads(to)
	params := []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}
	if kind == backend.Maximum {
		b.run(kernel{"pool", "MAXIMUM"}, linear(n), params, of(dst), of(src), b.signs(arg, n))
		return
	}
	b.run(kernel{"pool", ""}, linear(n), params, of(dst), of(src))
}

func (b *Backend) PoolBack(dsrc, ddst backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	to, from := dsrc.Shape(), ddst.Shape()
	backend.CheckPool(from, to, kind, arg)
	n := quads(to)
	params := []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}
	if kind == backend.Maximum {
		b.run(kernel{"poolback", "MAXIMUM"}, linear(n), params, of(dsrc), of(ddst), b.signs(arg, quads(from)))
		return
	}
	b.run(kernel{"poolback", ""}, linear(n), params, of(dsrc), of(ddst))
}

func (b *Backend) Reduce(dst, src backend.Buffer) {
	to, from := dst.Shape(), src.Shape()
	backend.CheckReduce(to, from)
	n := quads(to)
	b.run(kernel{"reduce", ""}, linear(n), []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}, of(dst), of(src))
}

func (b *Backend) ReduceBack(dsrc, ddst backend.Buffer) {
	to, from := dsrc.Shape(), ddst.Shape()
	backend.CheckReduce(from, to)
	n := quads(to)
	b.run(kernel{"reduceback", ""}, linear(n), []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}, of(dsrc), of(ddst))
}

func (b *Backend) AddPart(dst backend.Buffer, x, y int, src backend.Buffer, w backend.Window) {
	to, from := dst.Shape(), src.Shape()
	backend.CheckPart(to, x, y, from, w)
	n := w.Area() * fours(to.C)
	b.run(kernel{"addpart", ""}, linear(n), []uint32{u(n), u(w.X1 - w.X0), u(w.Y1 - w.Y0), u(x), u(y), u(to.W), u(to.H), u(w.X0), u(w.Y0), u(from.W), u(from.H)}, of(dst), of(src))
}

// window is the parameters of a window of s, of which n are counted: x0, y0, ww, wh, w, h.
func window(n int, w backend.Window, s backend.Shape, more ...uint32) []uint32 {
	return append([]uint32{u(n), u(w.X0), u(w.Y0), u(w.X1 - w.X0), u(w.Y1 - w.Y0), u(s.W), u(s.H)}, more...)
}

// with joins what is asked for.
func with(asked ...string) string { return strings.Join(asked, " ") }
