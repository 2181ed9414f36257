package cpu

import "trappedinart/engine/backend"

// reduce is the binomial filter 1 4 6 4 1 at every other place, both ways. It is
// separable: columns first, then rows, with a map of the large height and the small
// width between, of which a thread has the rows it needs.
type reduce struct {
	b            *Backend
	small, large *buffer
	between      []float32 // large.H rows of small.W places
	wide, high   []float32 // the filters around each place of the small map
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
	r.wide, r.high = b.binomials(large.shape.W), b.binomials(large.shape.H)
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

func (*reduce) recordable() bool { return true }

func (r *reduce) do(_, y int) {
	switch {
	case !r.rows && !r.back:
		r.columns(y)
	case r.rows && !r.back:
		n := r.small.shape.W * r.small.s
		row := r.small.d[y*n:][:n]
		r.b.kernel.clear(row)
		for k := max(0, 2-2*y); k < min(taps, r.large.shape.H+2-2*y); k++ {
			r.b.kernel.addRows(row, 0, r.between[(2*y+k-2)*n:], 0, 0, 1, r.high[y*taps+k:], 0, n, 1)
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
	r.b.kernel.clear(out)
	for k := range taps {
		if first, places := seenBy(k, w, width); places > 0 {
			r.b.kernel.addRows(out[first*n:], n, in[(2*first+k-2)*n:], 2*n, 0, 1, r.wide[first*taps+k:], taps, n, places)
		}
	}
}

// rowBack gathers row y of the large height from the rows of the small map that see
// it.
func (r *reduce) rowBack(y int) {
	n := r.small.shape.W * r.small.s
	row := r.between[y*n:][:n]
	r.b.kernel.clear(row)
	for at := max(0, (y-1)/2); at <= min((y+2)/2, r.small.shape.H-1); at++ {
		if k := y - 2*at + 2; k >= 0 && k < taps {
			r.b.kernel.addRows(row, 0, r.small.d[at*n:], 0, 0, 1, r.high[at*taps+k:], 0, n, 1)
		}
	}
}

// columnsBack adds row y of the large height to the large map.
func (r *reduce) columnsBack(y int) {
	n, w, width := r.large.s, r.small.shape.W, r.large.shape.W
	in, out := r.between[y*w*n:][:w*n], r.large.d[y*width*n:][:width*n]
	for k := range taps {
		if first, places := seenBy(k, w, width); places > 0 {
			r.b.kernel.addRows(out[(2*first+k-2)*n:], 2*n, in[first*n:], n, 0, 1, r.wide[first*taps+k:], taps, n, places)
		}
	}
}

// taps is how many places the filter has.
const taps = 5

// seenBy returns the first of small places, of so many, whose tap k lies in a large row,
// and how many there are.
func seenBy(k, small, large int) (first, places int) {
	first = max(0, (3-k)/2)
	return first, min(small, (large+3-k)/2) - first
}

// binomials returns the filter 1 4 6 4 1 around every other one of n places, without what
// lies outside, divided by the sum of the rest.
func (b *Backend) binomials(n int) []float32 {
	if all, ok := b.binomial[n]; ok {
		return all
	}
	all := make([]float32, 0, (n+1)/2*taps)
	for at := 0; at < n; at += 2 {
		filter, sum := [taps]float32{1, 4, 6, 4, 1}, float32(0)
		for k := range filter {
			if p := at + k - 2; p < 0 || p >= n {
				filter[k] = 0
			}
			sum += filter[k]
		}
		for _, f := range filter {
			all = append(all, f/sum)
		}
	}
	if b.binomial == nil {
		b.binomial = map[int][]float32{}
	}
	b.binomial[n] = all
	return all
}
