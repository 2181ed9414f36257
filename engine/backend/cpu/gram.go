package cpu

import (
	"context"

	"trappedinart/engine/backend"
)

const (
	// gramPlaces is how many places one product of float32 sums.
	gramPlaces = 256
	// gramProducts is how many such products are added up in float32 before they go to
	// the sums in float64.
	gramProducts = 4
	// gramFloats is about how many packed floats wait for the threads at a time.
	gramFloats = 1 << 20
)

// gram is the product of a feature map with itself. Places are packed into panels of
// channels, as many at a time as the last cache holds; then each thread takes bands
// of the matrix's upper triangle.
type gram struct {
	b         *Backend
	f         *buffer
	g         []float64
	weight    *buffer // nil if all places weigh the same
	*panel            // of channels
	panels    int
	w         backend.Window
	first     int // place of the window
	parts     int // of gramPlaces places each
	multiply  bool
	weightsAt int // where in the shared memory the weighted panels begin
}

func (b *Backend) AddGram(s backend.Sums, f backend.Buffer, w backend.Window, mask backend.Buffer) {
	backend.CheckGram(s.Len(), f.Shape(), w, mask)
	g := &b.gram
	sums := s.(*sums).d
	*g = gram{b: b, f: f.(*buffer), g: sums[:cap(sums)], w: w}
	if mask != nil {
		g.weight = mask.(*buffer)
	}
	g.panel = b.kernel.panel(g.f.s)
	g.panels = (g.f.s + g.columns - 1) / g.columns
	size := g.panels * g.columns * gramPlaces
	parts := max(1, gramFloats/size/gramProducts*gramProducts)
	parts = min(parts, (w.Area()+gramPlaces-1)/gramPlaces)
	g.weightsAt = size * parts
	n := g.weightsAt
	if mask != nil {
		n *= 2
	}
	b.shared = grow(b.shared, n)
	for ; g.first < w.Area(); g.first += parts * gramPlaces {
		g.parts = min(parts, (w.Area()-g.first+gramPlaces-1)/gramPlaces)
		g.multiply = false
		b.parallel(g.parts, g)
		g.multiply = true
		b.parallel(g.panels, g)
	}
	mirror(g.g, g.f.shape.C)
	*g = gram{}
}

func (g *gram) do(thread, i int) {
	if g.multiply {
		g.band(&g.b.scratch[thread], i)
	} else {
		g.pack(i)
	}
}

// run returns the index in the map of a place of the window, and how many of n places
// from there on follow each other in the map.
func (g *gram) run(i, n int) (place, places int) {
	if width := g.w.X1 - g.w.X0; width != g.f.shape.W {
		return (g.w.Y0+i/width)*g.f.shape.W + g.w.X0 + i%width, min(n, width-i%width)
	}
	return g.w.Y0*g.f.shape.W + i, n
}

// pack copies a part of the places: [panel][gramPlaces][columns].
func (g *gram) pack(part int) {
	columns, stride, k := g.columns, g.f.s, g.b.kernel
	size := g.panels * columns * gramPlaces
	to, weighted := g.b.shared[part*size:][:size], []float32(nil)
	if stride%columns != 0 {
		k.clear(to)
	}
	if g.weight != nil {
		weighted = g.b.shared[g.weightsAt+part*size:][:size]
		k.clear(weighted)
	}
	first := g.first + part*gramPlaces
	n := min(gramPlaces, g.w.Area()-first)
	for i := 0; i < n; {
		place, places := g.run(first+i, n-i)
		for panel := range g.panels {
			at, from := (panel*gramPlaces+i)*columns, g.f.d[place*stride+panel*columns:]
			filled := min(columns, stride-panel*columns)
			k.copyRows(to[at:], columns, from, stride, filled, places)
			if weighted != nil {
				k.addRows(weighted[at:], columns, from, stride, 0, 1, g.weight.d[place*g.weight.s:], g.weight.s, filled, places)
			}
		}
		i += places
	}
}

// band adds the products of a panel of channels with itself and those after it.
func (g *gram) band(s *scratch, band int) {
	columns, channels := g.columns, g.f.shape.C
	size := g.panels * columns * gramPlaces
	s.products = s.floats(s.products, columns*columns)
	for from := 0; from < g.parts; from += gramProducts {
		for panel := band; panel < g.panels; panel++ {
			left, right := g.b.shared[from*size+band*columns*gramPlaces:], g.b.shared[from*size+panel*columns*gramPlaces:]
			if g.weight != nil {
				left = g.b.shared[g.weightsAt+from*size+band*columns*gramPlaces:]
			}
			// All parts but the last one of all are whole.
			parts := min(gramProducts, g.parts-from)
			whole := min(parts, (g.w.Area()-g.first)/gramPlaces-from)
			if whole > 0 {
				g.productSum(s.products, columns, left, 1, columns, size, right, size, columns, gramPlaces, whole)
			}
			if whole < parts {
				rest := (g.w.Area() - g.first) % gramPlaces
				g.product(s.products, columns, left[whole*size:], 1, columns, right[whole*size:], columns, rest, whole > 0)
			}
			i, j := band*columns, panel*columns
			// Whole vectors: what is beyond the last channel is 0, and reaches only what mirror
			// overwrites, rows of this band, or the room after the sums.
			g.b.kernel.accumulate(g.g[i*channels+j:], channels, s.products, columns, (min(columns, channels-j)+3)&^3, min(columns, channels-i))
		}
	}
}

func (*gram) recordable() bool { return true }

// mirror copies the upper triangle of g [n,n] to the lower.
func mirror(g []float64, n int) {
	for i := range n {
		for j := range i {
			g[i*n+j] = g[j*n+i]
		}
	}
}

// gramGrad multiplies a feature map with a symmetric matrix.
type gramGrad struct {
	b      *Backend
	df, f  *buffer
	weight *buffer
	*panel
	panels int
	w      backend.Window
	piece  int // places of a piece, of one row if the window is narrower than the map
	perRow int // pieces of a row
}

const (
	// gradPlaces is about how many places a thread takes at a time.
	gradPlaces = 96
	// gradDepth is how many channels one product sums.
	gradDepth = 128
)

func (b *Backend) GramGrad(df, f backend.Buffer, d backend.Sums, scale float64, w backend.Window, mask backend.Buffer) {
	backend.CheckGram(d.Len(), f.Shape(), w, mask)
	backend.CheckSame(f.Shape(), df)
	if w.Area() == 0 {
		return
	}
	g := &b.gramGrad
	*g = gramGrad{b: b, df: df.(*buffer), f: f.(*buffer), w: w}
	if mask != nil {
		g.weight = mask.(*buffer)
	}
	g.panel = b.kernel.panel(g.f.s)
	g.panels = (g.f.s + g.columns - 1) / g.columns
	g.pack(d.(*sums).d, scale)
	rows, row := 1, w.Area() // whole rows follow each other
	if w.X1-w.X0 != g.f.shape.W {
		rows, row = w.Y1-w.Y0, w.X1-w.X0
	}
	g.perRow = (row + gradPlaces - 1) / gradPlaces
	g.piece = min(gradPlaces, row)
	b.parallel(rows*g.perRow, g)
	*g = gramGrad{}
}

// pack writes the matrix, scaled, as panels [panel][channels][columns].
func (g *gramGrad) pack(d []float64, scale float64) {
	n := g.f.shape.C
	g.b.shared = grow(g.b.shared, g.panels*g.f.s*g.columns)
	if n%g.columns != 0 {
		clear(g.b.shared)
	}
	for i := range n {
		for panel := range g.panels {
			at := panel * g.columns
			to := g.b.shared[(panel*g.f.s+i)*g.columns:][:min(g.columns, n-at)]
			for j := range to {
				to[j] = float32(scale * d[i*n+at+j])
			}
		}
	}
}

func (g *gramGrad) do(thread, i int) {
	s, stride, columns := &g.b.scratch[thread], g.f.s, g.columns
	row, within := i/g.perRow, i%g.perRow*g.piece
	n := min(g.piece, g.w.X1-g.w.X0-within)
	at := (g.w.Y0+row)*g.f.shape.W + g.w.X0 + within
	if g.w.X1-g.w.X0 == g.f.shape.W {
		n = min(g.piece, g.w.Area()-within)
	}
	direct := g.weight == nil && stride%columns == 0
	for panel := range g.panels {
		to, step := g.df.d[at*stride+panel*columns:], stride
		if !direct {
			s.products = s.floats(s.products, n*columns)
			to, step = s.products, columns
		}
		for k := 0; k < stride; k += gradDepth {
			g.product(to, step, g.f.d[at*stride+k:], stride, 1,
				g.b.shared[(panel*stride+k)*columns:], n, min(gradDepth, stride-k), direct || k > 0)
		}
		if !direct {
			g.add(s, at, n, panel)
		}
	}
}

// add adds the products of a panel to the gradient of n places, weighted.
func (g *gramGrad) add(s *scratch, at, n, panel int) {
	stride, columns := g.f.s, g.columns
	weights, step := one, 0
	if g.weight != nil {
		weights, step = g.weight.d[at*g.weight.s:], g.weight.s
	}
	g.b.kernel.addRows(g.df.d[at*stride+panel*columns:], stride, s.products, columns, 0, 1, weights, step, min(columns, stride-panel*columns), n)
}

func (*gramGrad) recordable() bool { return true }

func (b *Backend) WriteSums(s backend.Sums, values []float64) {
	backend.CheckWriteSums(s, values)
	copy(s.(*sums).d, values)
}

func (b *Backend) ReadSums(ctx context.Context, dst []float64, s backend.Sums) error {
	backend.CheckWriteSums(s, dst)
	copy(dst, s.(*sums).d)
	return ctx.Err()
}

// Sandwich is two products in float32, on one thread: matrices are small beside maps.
func (b *Backend) Sandwich(dst, d, k backend.Sums) {
	n := backend.CheckSandwich(dst, d, k)
	if n == 0 {
		return
	}
	to, left, metric := dst.(*sums).d, d.(*sums).d, k.(*sums).d
	panel := b.kernel.panel(stride(n))
	columns := panel.columns
	panels := (n + columns - 1) / columns
	wide := panels * columns
	b.shared = grow(b.shared, 2*n*n+3*n*wide)
	rest := b.shared
	take := func(n int) []float32 {
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	difference, rows := take(n*n), take(n*n)
	packed, half, whole := take(n*wide), take(n*wide), take(n*wide) // in panels [n][columns]
	clear(packed)
	for i, v := range metric {
		difference[i], rows[i] = float32(left[i]), float32(v)
		j := i % n
		packed[(j/columns*n+i/n)*columns+j%columns] = float32(v)
	}
	for at := 0; at < n*wide; at += n * columns {
		panel.product(half[at:], columns, difference, n, 1, packed[at:], n, n, false)
		panel.product(whole[at:], columns, rows, n, 1, half[at:], n, n, false)
	}
	for i := range to {
		j := i % n
		to[i] = float64(whole[(j/columns*n+i/n)*columns+j%columns])
	}
	mirror(to, n)
}
