package cpu

import "trappedinart/engine/backend"

// pool is both kinds of pooling, both ways, a row of small places at a time.
type pool struct {
	b            *Backend
	small, large *buffer
	kind         backend.Pooling
	arg          *memo
	back         bool
}

func (b *Backend) Pool(dst, src backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	backend.CheckPool(dst.Shape(), src.Shape(), kind, arg)
	b.pooled(dst.(*buffer), src.(*buffer), kind, arg, false)
}

func (b *Backend) PoolBack(dsrc, ddst backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	backend.CheckPool(ddst.Shape(), dsrc.Shape(), kind, arg)
	large := dsrc.(*buffer)
	if s := ddst.Shape(); 2*s.H < large.shape.H || 2*s.W < large.shape.W {
		clear(large.d) // what lies in the last odd row or column has no share
	}
	b.pooled(ddst.(*buffer), large, kind, arg, true)
}

func (b *Backend) pooled(small, large *buffer, kind backend.Pooling, arg backend.Memo, back bool) {
	p := &b.pool
	*p = pool{b: b, small: small, large: large, kind: kind, back: back}
	if kind == backend.Maximum {
		p.arg = arg.(*memo)
		if len(p.arg.second) != len(p.arg.bits) {
			p.arg.second = make([]uint8, len(p.arg.bits))
		}
	}
	b.parallel(small.shape.H, p)
	*p = pool{}
}

// recordable: only whole 2x2 places.
func (p *pool) recordable() bool {
	l, s := p.large.shape, p.small.shape
	return p.small.s%8 == 0 && l.H == 2*s.H && l.W == 2*s.W
}

func (p *pool) do(_, y int) {
	n, width, k := p.small.s, p.large.shape.W, &p.b.kernel.vectors
	if n%8 != 0 {
		k = &portable.vectors
	}
	w := min(p.small.shape.W, width/2) // of whole 2x2 places
	if 2*y+1 == p.large.shape.H {
		w = 0
	}
	for x := w; x < p.small.shape.W; x++ {
		p.edge(y, x)
	}
	if w == 0 {
		return
	}
	at := y * p.small.shape.W
	row := p.small.d[at*n:][:w*n]
	above, below := p.large.d[2*y*width*n:][:2*w*n], p.large.d[(2*y+1)*width*n:][:2*w*n]
	if p.kind == backend.Average {
		if p.back {
			k.averageBack(above, below, row, n)
		} else {
			k.average(row, above, below, n)
		}
		return
	}
	lower, right := p.arg.bits[at*p.arg.step:][:w*p.arg.step], p.arg.second[at*p.arg.step:][:w*p.arg.step]
	if p.back {
		k.maximumBack(above, below, row, lower, right, n)
	} else {
		k.maximum(row, above, below, lower, right, n)
	}
}

// edge is one place of the small map that stands for one or two places only, at the
// edge of a large map of odd size.
func (p *pool) edge(y, x int) {
	n, at := p.small.s, y*p.small.shape.W+x
	small, first := p.small.d[at*n:][:n], p.large.d[(2*y*p.large.shape.W+2*x)*n:]
	second, share := first[:n], float32(1) // the other place, or the same if there is one
	switch {
	case 2*x+1 < p.large.shape.W:
		second, share = first[n:][:n], 0.5
	case 2*y+1 < p.large.shape.H:
		second, share = first[p.large.shape.W*n:][:n], 0.5
	}
	if p.kind == backend.Average {
		for c := range small {
			if p.back {
				first[c], second[c] = share*small[c], share*small[c]
			} else {
				small[c] = (first[c] + second[c]) * 0.5
			}
		}
		return
	}
	won := p.arg.bits[at*p.arg.step:][:p.arg.step] // set where the second place did
	if !p.back {
		clear(won)
	}
	for c := range small {
		switch bit := uint8(1) << (c % 8); {
		case p.back && won[c/8]&bit != 0:
			first[c], second[c] = 0, small[c]
		case p.back:
			second[c], first[c] = 0, small[c]
		case second[c] > first[c]:
			small[c] = second[c]
			won[c/8] |= bit
		default:
			small[c] = first[c]
		}
	}
}
