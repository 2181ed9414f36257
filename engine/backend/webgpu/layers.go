package webgpu

import (
	"trappedinart/engine/backend"
)

func (b *Backend) Pool(dst, src backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	to, from := dst.Shape(), src.Shape()
	backend.CheckPool(to, from, kind, arg)
	n := quads(to)
	params := []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}
	if kind == backend.Maximum {
		b.run(kernel{file: "pool", asked: "MAXIMUM"}, linear(n), params, of(dst), of(src), b.signs(arg, n))
		return
	}
	b.run(kernel{file: "pool"}, linear(n), params, of(dst), of(src))
}

func (b *Backend) PoolBack(dsrc, ddst backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	to, from := dsrc.Shape(), ddst.Shape()
	backend.CheckPool(from, to, kind, arg)
	n := quads(to)
	params := []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}
	if kind == backend.Maximum {
		b.run(kernel{file: "poolback", asked: "MAXIMUM"}, linear(n), params, of(dsrc), of(ddst), b.signs(arg, quads(from)))
		return
	}
	b.run(kernel{file: "poolback"}, linear(n), params, of(dsrc), of(ddst))
}

func (b *Backend) Reduce(dst, src backend.Buffer) {
	to, from := dst.Shape(), src.Shape()
	backend.CheckReduce(to, from)
	n := quads(to)
	b.run(kernel{file: "reduce"}, linear(n), []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}, of(dst), of(src))
}

func (b *Backend) ReduceBack(dsrc, ddst backend.Buffer) {
	to, from := dsrc.Shape(), ddst.Shape()
	backend.CheckReduce(from, to)
	n := quads(to)
	b.run(kernel{file: "reduceback"}, linear(n), []uint32{u(n), u(to.W), u(to.H), u(from.W), u(from.H)}, of(dsrc), of(ddst))
}

func (b *Backend) AddPart(dst backend.Buffer, x, y int, src backend.Buffer, w backend.Window) {
	to, from := dst.Shape(), src.Shape()
	backend.CheckPart(to, x, y, from, w)
	n := w.Area() * fours(to.C)
	b.run(kernel{file: "addpart"}, linear(n), []uint32{u(n), u(w.X1 - w.X0), u(w.Y1 - w.Y0), u(x), u(y), u(to.W), u(to.H), u(w.X0), u(w.Y0), u(from.W), u(from.H)}, of(dst), of(src))
}

// window is the parameters of a window of s, of which n are counted: x0, y0, ww, wh, w, h; and
// after these what else a kernel has.
func window(n int, w backend.Window, s backend.Shape, more ...uint32) (params [20]uint32) {
	params = [20]uint32{u(n), u(w.X0), u(w.Y0), u(w.X1 - w.X0), u(w.Y1 - w.Y0), u(s.W), u(s.H)}
	copy(params[7:], more)
	return params
}
