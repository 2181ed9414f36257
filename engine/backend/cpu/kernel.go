package cpu

// A kernel is the innermost code, as functions on whole panels, rows and squares.
// The functions in portable.go define what each does. Every number of channels n is a
// multiple of 8, and so is every stride in channels.
type kernel struct {
	isa    string
	panels []panel // the widest first

	input      func(v []float32, vStep int, src []float32, row, col, n int)
	output     func(dst []float32, row, col int, m []float32, mStep, n int)
	outputRelu func(dst []float32, row, col int, m []float32, mStep, n int, bias []float32, bits []uint8, bitRow, bitCol int)
	filter     func(u []float32, uStep int, w []float32, columns, depth int)
	expand     func(dst []float32, src []int8, scale []float32, columns, rows int)

	vectors
	runs
}

// A panel is a matrix product whose right side is so many columns wide.
type panel struct {
	columns int
	product func(c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool)
	// products are 36 products, steps apart; columns of a and rows of b follow each other.
	products func(c []float32, cStep, cRow int, a []float32, aStep, aRow int, b []float32, bStep, rows, depth int, add bool)
	// productSum is the sum of products that are aNext and bNext apart.
	productSum func(c []float32, cRow int, a []float32, aRow, aStep, aNext int, b []float32, bNext, rows, depth, times int)
}

// vectors are functions on whole rows.
type vectors struct {
	relu        func(dst []float32, dstStep int, bits []uint8, bitStep int, src []float32, srcStep int, bias []float32, places, n int)
	masked      func(dst, src []float32, bits []uint8)
	average     func(dst, above, below []float32, n int)
	averageBack func(above, below, d []float32, n int)
	maximum     func(dst, above, below []float32, lower, right []uint8, n int)
	maximumBack func(above, below, d []float32, lower, right []uint8, n int)
	combine     func(dst []float32, p float32, x []float32, q float32, y []float32)
	addScaled   func(dst []float32, f float32, x, y []float32)
	dot         func(x, y []float32) float64
	squares     func(x, y []float32) float64
	moments     func(sums, squares, f, weights []float32, step int)
	affine      func(dst, f, weights []float32, step int, constant, slope []float32)
}

// panel returns the product for n columns: the widest that they fill.
func (k *kernel) panel(n int) *panel {
	for i := range k.panels {
		if k.panels[i].columns <= n {
			return &k.panels[i]
		}
	}
	return &k.panels[len(k.panels)-1]
}

// bestKernel returns the kernel that New takes.
func bestKernel() *kernel { return kernels()[0] }

// These checks stand before everything that is not bounds-checked Go: no kernel
// reads or writes past a slice.

func checkProduct(columns int, c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int) {
	if rows < 1 || depth < 0 || len(c) < (rows-1)*cRow+columns ||
		depth > 0 && (len(a) <= (rows-1)*aRow+(depth-1)*aStep || len(b) < depth*columns) ||
		cRow < 0 || aRow < 0 || aStep < 0 {
		panic("cpu: product outside its slices")
	}
}

func checkSquares(outer []float32, step, count int, inner []float32, row, col, side, n int) {
	if n < 8 || n%8 != 0 || step < 0 || row < 0 || col < 0 ||
		len(outer) < (count-1)*step+n || len(inner) < (side-1)*(row+col)+n {
		panic("cpu: square outside its slices")
	}
}

func checkFilter(u []float32, uStep int, w []float32, columns, depth int) {
	if depth < 1 || columns < 8 || columns%8 != 0 || uStep < 0 ||
		len(u) < 35*uStep+columns*depth || len(w) < 9*columns*depth {
		panic("cpu: filters outside their slices")
	}
}
