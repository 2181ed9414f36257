package cpu

// depthPart is how many channels a product of transformed squares sums before it is
// added to the rest: their filters, transformed, stay in the second cache.
const depthPart = 64

// winograd is a 3x3 convolution by F(4x4,3x3): the map is cut into tiles of 4x4
// places, and each tile with its border becomes 36 numbers a channel, between which
// the convolution is a product of matrices (Lavin and Gray 2016, arXiv 1509.09308).
// Filters are transformed where they are used, a panel and a part of the depth at a
// time; transformed and kept, VGG-19's would take 414 MB.
//
// Work is cut into blocks of tiles. If there are blocks enough, each is one thread's;
// otherwise the threads share the transformed squares of one block and divide the
// panels of filters.
type winograd struct {
	convolution

	wide, high int // tiles
	block      int // tiles of a block
	step       int // floats from one of the 36 to the next, transformed squares
	stage      stage
	first      int // tile of the shared block
	tiles      int // of the shared block
}

// A stage is what the pieces of the task are.
type stage int

const (
	wholeBlocks stage = iota
	sharedSquares
	sharedPanels
)

func (w *winograd) run(c convolution) {
	b, f := c.b, c.f
	w.convolution = c
	w.wide, w.high = (c.dst.shape.W+3)/4, (c.dst.shape.H+3)/4
	all, threads := w.wide*w.high, b.Threads()
	w.block = min(blockTiles, all)
	w.step = w.block*f.in + 16 // not a power of two, which would fall into one set of the cache
	if blocks := (all + w.block - 1) / w.block; threads == 1 || blocks >= 2*threads {
		w.stage = wholeBlocks
		b.parallel(blocks, w)
	} else {
		b.shared = grow(b.shared, 36*w.step)
		for w.first = 0; w.first < all; w.first += w.block {
			w.tiles = min(w.block, all-w.first)
			w.stage = sharedSquares
			b.parallel((w.tiles+squaresPiece-1)/squaresPiece, w)
			w.stage = sharedPanels
			b.parallel(f.panels, w)
		}
	}
	*w = winograd{}
}

const (
	// blockTiles is how many tiles share a transform of the filters: a multiple of the
	// rows of every product's tile.
	blockTiles = 96
	// squaresPiece is how many tiles a thread transforms at a time.
	squaresPiece = 8
)

func (w *winograd) do(thread, i int) {
	s := &w.b.scratch[thread]
	switch w.stage {
	case wholeBlocks:
		s.rows = grow(s.rows, 36*w.step)
		first := i * w.block
		tiles := min(w.block, w.wide*w.high-first)
		w.squares(s, s.rows, first, first, first+tiles)
		for panel := range w.f.panels {
			w.panel(s, s.rows, panel, first, tiles)
		}
	case sharedSquares:
		from := w.first + i*squaresPiece
		w.squares(s, w.b.shared, w.first, from, min(from+squaresPiece, w.first+w.tiles))
	case sharedPanels:
		w.panel(s, w.b.shared, i, w.first, w.tiles)
	}
}

// squares transforms tiles from..to of the block that begins at tile first.
func (w *winograd) squares(s *scratch, v []float32, first, from, to int) {
	h, width, n := w.src.shape.H, w.src.shape.W, w.src.s
	for t := from; t < to; {
		y, x := t/w.wide*4-1, t%w.wide*4-1
		if !w.back && y >= 0 && x >= 0 && y+6 <= h && x+6 <= width {
			w.square(v, t-first, w.src.d[(y*width+x)*n:], width*n)
			t++
			continue
		}
		// A strip of tiles beside each other, with zeros beyond the border.
		tiles := min(to-t, w.wide-t%w.wide, max(1, stripFloats/(24*n)))
		if !w.back {
			tiles = 1
		}
		places := 4*tiles + 2
		s.square = grow(s.square, 6*places*n)
		for r := range 6 {
			w.stripRow(s.square[r*places*n:][:places*n], y+r, x)
		}
		for i := range tiles {
			w.square(v, t+i-first, s.square[i*4*n:], places*n)
		}
		t += tiles
	}
}

// stripFloats is about how many floats a strip of tiles has: half the first cache.
const stripFloats = 4096

// stripRow copies a row of places from x on, of the positive units alone on the way
// back.
func (w *winograd) stripRow(dst []float32, y, x int) {
	width, n := w.src.shape.W, w.src.s
	if y < 0 || y >= w.src.shape.H {
		clear(dst)
		return
	}
	from, to := max(x, 0), min(x+len(dst)/n, width)
	clear(dst[:(from-x)*n])
	clear(dst[(to-x)*n:])
	w.read(dst[(from-x)*n:(to-x)*n], y*width+from)
}

// square transforms a tile of the block. v holds for each of the 36 first all tiles of
// the first part of the depth, then of the next.
func (w *winograd) square(v []float32, tile int, src []float32, row int) {
	for k := 0; k < w.f.in; k += depthPart {
		depth := min(depthPart, w.f.in-k)
		w.b.kernel.input(v[k*w.block+tile*depth:], w.step, src[k:], row, w.src.s, depth)
	}
}

// panel multiplies the block with one panel of filters, and transforms the result
// back.
func (w *winograd) panel(s *scratch, v []float32, panel, first, tiles int) {
	f, columns := w.f, w.f.columns
	uStep, mStep := depthPart*columns+16, w.block*columns+16
	s.filters = grow(s.filters, 36*uStep)
	s.products = grow(s.products, 36*mStep)
	for k := 0; k < f.in; k += depthPart {
		depth := min(depthPart, f.in-k)
		w.b.kernel.filter(s.filters, uStep, f.part(w.b.kernel, s, panel, k, depth), columns, depth)
		for p := range 36 {
			f.product(s.products[p*mStep:], columns, v[p*w.step+k*w.block:], depth, 1,
				s.filters[p*uStep:], tiles, depth, k > 0)
		}
	}
	n := min(columns, w.dst.s-panel*columns)
	for i := range tiles {
		w.output(s, first+i, panel*columns, n, s.products[i*columns:], mStep)
	}
}

// part returns the filters of a panel from depth k on, as floats.
func (f *filters) part(kernel *kernel, s *scratch, panel, k, depth int) []float32 {
	at, n := (panel*f.in+k)*9*f.columns, depth*9*f.columns
	if f.w8 == nil {
		return f.w[at:][:n]
	}
	s.expanded = grow(s.expanded, n)
	from := f.w8[at:][:n]
	if !f.byInput {
		kernel.expand(s.expanded, from, f.scale[panel*f.columns:], f.columns, 9*depth)
		return s.expanded
	}
	size := 9 * f.columns
	for i := range depth {
		for j := range s.scale[:f.columns] {
			s.scale[j] = f.scale[k+i]
		}
		kernel.expand(s.expanded[i*size:], from[i*size:], s.scale[:], f.columns, 9)
	}
	return s.expanded
}

// maxColumns is the most columns that a panel has.
const maxColumns = 32

// output writes n channels from c on of a tile.
func (w *winograd) output(s *scratch, tile, c, n int, m []float32, mStep int) {
	h, width, stride := w.dst.shape.H, w.dst.shape.W, w.dst.s
	y, x := tile/w.wide*4, tile%w.wide*4
	at := y*width + x
	dst, row, col := w.dst.d[at*stride+c:], width*stride, stride
	var bits []uint8
	var bitRow, bitCol int
	if !w.back {
		if w.mask != nil {
			bits, bitRow, bitCol = w.mask.bits[at*w.mask.step+c/8:], width*w.mask.step, w.mask.step
		} else {
			s.bits = grow(s.bits, maxColumns)
			bits = s.bits // all in one place: nobody wants them
		}
	}
	whole := y+4 <= h && x+4 <= width
	if !whole { // beside the map, and then what is inside into it
		s.square = grow(s.square, 16*n)
		s.bits = grow(s.bits, 16*n/8)
		dst, row, col = s.square, 4*n, n
		if !w.back {
			bits, bitRow, bitCol = s.bits, 4*n/8, n/8
		}
	}
	if w.back {
		w.b.kernel.output(dst, row, col, m, mStep, n)
	} else {
		w.b.kernel.outputRelu(dst, row, col, m, mStep, n, w.bias[c:], bits, bitRow, bitCol)
	}
	if whole {
		return
	}
	for j := range min(4, h-y) {
		for i := range min(4, width-x) {
			place := at + j*width + i
			copy(w.dst.d[place*stride+c:][:n], s.square[(4*j+i)*n:])
			if !w.back && w.mask != nil {
				copy(w.mask.bits[place*w.mask.step+c/8:][:n/8], s.bits[(4*j+i)*n/8:])
			}
		}
	}
}
