package cpu

import "trappedinart/engine/backend"

// part adds a rectangle of one map to another, row by row.
type part struct {
	b        *Backend
	dst, src *buffer
	x, y     int // in dst
	w        backend.Window
}

func (b *Backend) AddPart(dst backend.Buffer, x, y int, src backend.Buffer, w backend.Window) {
	backend.CheckPart(dst.Shape(), x, y, src.Shape(), w)
	b.part = part{b: b, dst: dst.(*buffer), src: src.(*buffer), x: x, y: y, w: w}
	b.parallel(w.Y1-w.Y0, &b.part)
	b.part = part{}
}

func (p *part) do(_, i int) {
	n := (p.w.X1 - p.w.X0) * p.src.s
	to := p.dst.d[((p.y+i)*p.dst.shape.W+p.x)*p.dst.s:][:n]
	from := p.src.d[((p.w.Y0+i)*p.src.shape.W+p.w.X0)*p.src.s:][:n]
	p.b.kernel.combine(to, 1, to, 1, from)
}
