package cpu

import "trappedinart/engine/backend"

// pool is both kinds of pooling, both ways, a row of small places at a time.
type pool struct {
	b            *Backend
	small, large *buffer
	kind         backend.Pooling
	arg          *mask
	back         bool
}

func (b *Backend) Pool(dst, src backend.Buffer, kind backend.Pooling, arg backend.Mask) {
	backend.CheckPool(dst.Shape(), src.Shape(), kind, arg)
	b.pooled(dst.(*buffer), src.(*buffer), kind, arg, false)
}

func (b *Backend) PoolBack(dsrc, ddst backend.Buffer, kind backend.Pooling, arg backend.Mask) {
	backend.CheckPool(ddst.Shape(), dsrc.Shape(), kind, arg)
	large := dsrc.(*buffer)
	if s := ddst.Shape(); 2*s.H < large.shape.H || 2*s.W < large.shape.W {
		clear(large.d) // what lies in the last odd row or column has no share
	}
	b.pooled(ddst.(*buffer), large, kind, arg, true)
}

func (b *Backend) pooled(small, large *buffer, kind backend.Pooling, arg backend.Mask, back bool) {
	p := &b.pool
	*p = pool{b: b, small: small, large: large, kind: kind, back: back}
	if kind == backend.Maximum {
		p.arg = arg.(*mask)
		if len(p.arg.second) != len(p.arg.bits) {
			p.arg.second = make([]uint8, len(p.arg.bits))
		}
	}
	b.parallel(small.shape.H, p)
	*p = pool{}
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

// reduce is the binomial filter 1 4 6 4 1 at every other place, both ways. It is
// separable: columns first, then rows, with a map of the large height and the small
// width between, of which a thread has the rows it needs.
type reduce struct {
	b            *Backend
	small, large *buffer
	between      []float32 // large.H rows of small.W places
	rows         bool      // whether rows are in work, or columns
	back         bool
}

func (b *Backend) Reduce(dst, src backend.Buffer) {
	backend.CheckReduce(dst.Shape(), src.Shape())
	b.reduced(dst.(*buffer), src.(*buffer), false)
}

func (b *Backend) ReduceBack(dsrc, ddst backend.Buffer) {
	backend.CheckReduce(ddst.Shape(), dsrc.Shape())
	b.reduced(ddst.(*buffer), dsrc.(*buffer), true)
}

func (b *Backend) reduced(small, large *buffer, back bool) {
	b.shared = grow(b.shared, large.shape.H*small.shape.W*large.s)
	r := &b.reduce
	*r = reduce{b: b, small: small, large: large, between: b.shared, back: back}
	heights := [2]int{large.shape.H, small.shape.H}
	if back {
		heights = [2]int{large.shape.H, large.shape.H}
	}
	for i, h := range heights {
		r.rows = (i == 1) != back
		b.parallel(h, r)
	}
	*r = reduce{}
}

func (r *reduce) do(_, y int) {
	switch {
	case !r.rows && !r.back:
		r.columns(y)
	case r.rows && !r.back:
		n := r.small.shape.W * r.small.s
		row := r.small.d[y*n:][:n]
		clear(row)
		f := binomial(2*y, r.large.shape.H)
		for k := max(0, 2-2*y); k < min(5, r.large.shape.H+2-2*y); k++ {
			r.b.kernel.combine(row, 1, row, f[k], r.between[(2*y+k-2)*n:][:n])
		}
	case r.rows:
		r.rowBack(y)
	default:
		r.columnsBack(y)
	}
}

// columns reduces row y of the large map in width.
func (r *reduce) columns(y int) {
	n, w, width := r.large.s, r.small.shape.W, r.large.shape.W
	in, out := r.large.d[y*width*n:][:width*n], r.between[y*w*n:][:w*n]
	for x := range w {
		f := binomial(2*x, width)
		to := out[x*n:][:n]
		clear(to)
		for k := max(0, 2-2*x); k < min(5, width+2-2*x); k++ {
			for c, v := range in[(2*x+k-2)*n:][:n] {
				to[c] += f[k] * v
			}
		}
	}
}

// rowBack gathers row y of the large height from the rows of the small map that see
// it.
func (r *reduce) rowBack(y int) {
	n := r.small.shape.W * r.small.s
	row := r.between[y*n:][:n]
	clear(row)
	for at := max(0, (y-1)/2); at <= min((y+2)/2, r.small.shape.H-1); at++ {
		if k := y - 2*at + 2; k >= 0 && k < 5 {
			r.b.kernel.combine(row, 1, row, binomial(2*at, r.large.shape.H)[k], r.small.d[at*n:][:n])
		}
	}
}

// columnsBack adds row y of the large height to the large map.
func (r *reduce) columnsBack(y int) {
	n, w, width := r.large.s, r.small.shape.W, r.large.shape.W
	in, out := r.between[y*w*n:][:w*n], r.large.d[y*width*n:][:width*n]
	for x := range w {
		f := binomial(2*x, width)
		from := in[x*n:][:n]
		for k := max(0, 2-2*x); k < min(5, width+2-2*x); k++ {
			to := out[(2*x+k-2)*n:][:n]
			for c, v := range from {
				to[c] += f[k] * v
			}
		}
	}
}

// binomial returns the filter 1 4 6 4 1 around place at of n, without what lies
// outside, divided by the sum of the rest.
func binomial(at, n int) [5]float32 {
	filter, sum := [5]float32{1, 4, 6, 4, 1}, float32(0)
	for k := range filter {
		if p := at + k - 2; p < 0 || p >= n {
			filter[k] = 0
		}
		sum += filter[k]
	}
	for k := range filter {
		filter[k] /= sum
	}
	return filter
}
