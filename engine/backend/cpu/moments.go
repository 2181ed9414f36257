package cpu

import (
	"math"

	"trappedinart/engine/backend"
)

// momentPlaces is how many places are summed in float32 before they go to the sums in
// float64.
const momentPlaces = 256

// moments sums a feature map's channels and their squares over the places of a window,
// or adds to a gradient what is linear in each channel.
type moments struct {
	b      *Backend
	df, f  *buffer // df is nil while summing
	weight *buffer // nil if all places weigh the same
	w      backend.Window
	perRow int // pieces of a row
	piece  int // places of a piece
	// Of the gradient: shared holds the constant and the slope of each channel.
}

// layOut cuts the window into pieces of one row each, or of several where whole rows
// follow each other, and returns how many there are.
func (m *moments) layOut() int {
	rows, row := 1, m.w.Area()
	if m.w.X1-m.w.X0 != m.f.shape.W {
		rows, row = m.w.Y1-m.w.Y0, m.w.X1-m.w.X0
	}
	m.piece = min(momentPlaces, max(row, 1))
	m.perRow = (row + m.piece - 1) / m.piece
	return rows * m.perRow
}

// at returns the first place of a piece and how many it has.
func (m *moments) at(i int) (first, places int) {
	row, within := i/m.perRow, i%m.perRow*m.piece
	width := m.w.X1 - m.w.X0
	if width == m.f.shape.W {
		width = m.w.Area()
	}
	return (m.w.Y0+row)*m.f.shape.W + m.w.X0 + within, min(m.piece, width-within)
}

func (m *moments) recordable() bool { return m.f.s%4 == 0 }

func (m *moments) do(_, i int) {
	stride := m.f.s
	first, places := m.at(i)
	f := m.f.d[first*stride:][:places*stride]
	var weights []float32
	step := 0
	if m.weight != nil {
		step = m.weight.s
		weights = m.weight.d[first*step:][:(places-1)*step+1]
	}
	if m.df != nil {
		m.b.kernel.vectors.affine(m.df.d[first*stride:][:places*stride], f, weights, step, m.b.shared[:stride], m.b.shared[stride:][:stride])
		return
	}
	sums := m.b.shared[2*stride*i:][:2*stride]
	m.b.kernel.vectors.moments(sums[:stride], sums[stride:], f, weights, step)
}

func (b *Backend) AddMoments(s backend.Sums, f backend.Buffer, w backend.Window, mask backend.Buffer) {
	backend.CheckMoments(f.Shape(), w, mask, s)
	if w.Area() == 0 {
		return
	}
	m := b.newMoments(f, w, mask)
	n, stride, channels := m.layOut(), m.f.s, m.f.shape.C
	b.shared = grow(b.shared, 2*stride*n)
	b.parallel(n, m)
	to := s.(*sums).d
	for i := range n {
		from := b.shared[2*stride*i:]
		for c := range channels {
			to[c] += float64(from[c])
			to[channels+c] += float64(from[stride+c])
		}
	}
	*m = moments{}
}

func (b *Backend) newMoments(f backend.Buffer, w backend.Window, mask backend.Buffer) *moments {
	m := &b.moments
	*m = moments{b: b, f: f.(*buffer), w: w}
	if mask != nil {
		m.weight = mask.(*buffer)
	}
	return m
}

func (b *Backend) Spread(dst, s backend.Sums, area float64) {
	backend.CheckSpread(dst, s)
	to, from := dst.(*sums).d, s.(*sums).d
	channels := len(from) / 2
	for c := range channels {
		mean := from[c] / area
		variance := max(0, from[channels+c]/area-mean*mean)
		to[c], to[channels+c] = mean, math.Sqrt(variance+backend.LeastVariance)
	}
}

func (b *Backend) MomentsGrad(df, f backend.Buffer, d, m backend.Sums, scale float64, w backend.Window, mask backend.Buffer) {
	backend.CheckMoments(f.Shape(), w, mask, d, m)
	backend.CheckSame(f.Shape(), df)
	if w.Area() == 0 {
		return
	}
	g := b.newMoments(f, w, mask)
	g.df = df.(*buffer)
	stride, channels := g.f.s, g.f.shape.C
	b.shared = grow(b.shared, 2*stride)
	clear(b.shared)
	diff, spread := d.(*sums).d, m.(*sums).d
	for c := range channels {
		slope := diff[channels+c] / spread[channels+c]
		b.shared[c] = float32(scale * (diff[c] - slope*spread[c]))
		b.shared[stride+c] = float32(scale * slope)
	}
	b.parallel(g.layOut(), g)
	*g = moments{}
}
