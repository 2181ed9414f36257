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
		s.rows = s.floats(s.rows, 36*w.step)
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
		beside := min(to-t, w.wide-t%w.wide)
		if !w.back && y >= 0 && x >= 0 && y+6 <= h && x+6 <= width {
			tiles := min(beside, (width-x-2)/4)
			w.square(v, t-first, tiles, w.src.d[(y*width+x)*n:], width*n)
			t += tiles
			continue
		}
		// A strip of tiles beside each other, with zeros beyond the border.
		tiles := min(beside, max(1, stripFloats/(24*n)))
		if !w.back && y >= 0 && y+6 <= h {
			tiles = 1
		}
		places := 4*tiles + 2
		s.square = s.floats(s.square, 6*places*n)
		w.strip(s.square, places, y, x)
		w.square(v, t-first, tiles, s.square, places*n)
		t += tiles
	}
}

// stripFloats is about how many floats a strip of tiles has: half the first cache.
const stripFloats = 4096

// strip copies six rows of places from y and x on, of the positive units alone on the
// way back.
func (w *winograd) strip(dst []float32, places, y, x int) {
	h, width, n := w.src.shape.H, w.src.shape.W, w.src.s
	y0, y1, x0, x1 := max(y, 0), min(y+6, h), max(x, 0), min(x+places, width)
	if y0 > y || y1 < y+6 || x0 > x || x1 < x+places {
		w.b.kernel.clear(dst[:6*places*n])
	}
	if y0 < y1 && x0 < x1 {
		w.read(dst[((y0-y)*places+x0-x)*n:], places*n, y0*width+x0, (x1-x0)*n, y1-y0)
	}
}

// square transforms tiles beside each other of the block. v holds for each of the 36
// first all tiles of the first part of the depth, then of the next.
func (w *winograd) square(v []float32, tile, tiles int, src []float32, row int) {
	for k := 0; k < w.f.in; k += depthPart {
		depth := min(depthPart, w.f.in-k)
		w.b.kernel.inputs(v[k*w.block+tile*depth:], w.step, depth, src[k:], row, w.src.s, depth, tiles)
	}
}

// panel multiplies the block with one panel of filters, and transforms the result
// back.
func (w *winograd) panel(s *scratch, v []float32, panel, first, tiles int) {
	f, columns := w.f, w.f.columns
	uStep, mStep := depthPart*columns+16, w.block*columns+16
	s.filters = s.floats(s.filters, 36*uStep)
	s.products = s.floats(s.products, 36*mStep)
	for k := 0; k < f.in; k += depthPart {
		depth := min(depthPart, f.in-k)
		w.b.kernel.filter(s.filters, uStep, f.part(w.b.kernel, s, panel, k, depth), columns, depth)
		f.products(s.products, mStep, columns, v[k*w.block:], w.step, depth, s.filters, uStep, tiles, depth, k > 0)
	}
	n := min(columns, w.dst.s-panel*columns)
	for i := 0; i < tiles; {
		i += w.output(s, first+i, tiles-i, panel*columns, n, s.products[i*columns:], mStep)
	}
}

// part returns the filters of a panel from depth k on, as floats.
func (f *filters) part(kernel *kernel, s *scratch, panel, k, depth int) []float32 {
	at, n := (panel*f.in+k)*9*f.columns, depth*9*f.columns
	if f.w8 == nil {
		return f.w[at:][:n]
	}
	s.expanded = s.floats(s.expanded, n)
	from := f.w8[at:][:n]
	if !f.byInput {
		kernel.expand(s.expanded, from, f.scale[panel*f.columns:], f.columns, 9*depth)
		return s.expanded
	}
	kernel.expandEach(s.expanded, from, f.scale[k:], f.columns, depth)
	return s.expanded
}

// maxColumns is the most columns that a panel has.
const maxColumns = 32

// output writes n channels from c on of a tile and those beside it, at most so many, and
// returns how many they were.
func (w *winograd) output(s *scratch, tile, most, c, n int, m []float32, mStep int) int {
	h, width, stride := w.dst.shape.H, w.dst.shape.W, w.dst.s
	y, x := tile/w.wide*4, tile%w.wide*4
	at := y*width + x
	dst, row, col := w.dst.d[at*stride+c:], width*stride, stride
	tiles := min(most, (width-x)/4)
	var bits []uint8
	var bitRow, bitCol int
	if !w.back {
		if w.memo != nil {
			bits, bitRow, bitCol = w.memo.bits[at*w.memo.step+c/8:], width*w.memo.step, w.memo.step
		} else {
			s.bits = s.bytes(s.bits, maxColumns)
			bits = s.bits // all in one place: nobody wants them
		}
	}
	whole := y+4 <= h && x+4 <= width
	if !whole { // beside the map, and then what is inside into it
		tiles = 1
		s.square = s.floats(s.square, 16*n)
		s.bits = s.bytes(s.bits, 16*n/8)
		dst, row, col = s.square, 4*n, n
		if !w.back {
			bits, bitRow, bitCol = s.bits, 4*n/8, n/8
		}
	}
	k := w.b.kernel
	if w.back {
		k.outputs(dst, row, col, m, mStep, w.f.columns, n, tiles)
	} else {
		k.outputsRelu(dst, row, col, m, mStep, w.f.columns, n, w.bias[c:], bits, bitRow, bitCol, tiles)
	}
	if whole {
		return tiles
	}
	for j := range min(4, h-y) {
		place, places := at+j*width, min(4, width-x)
		k.copyRows(w.dst.d[place*stride+c:], stride, s.square[4*j*n:], n, n, places)
		if !w.back && w.memo != nil {
			k.copyBits(w.memo.bits[place*w.memo.step+c/8:], w.memo.step, s.bits[4*j*n/8:], n/8, n/8, places)
		}
	}
	return 1
}
