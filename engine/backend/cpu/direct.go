package cpu

// direct is the convolution of few channels: a row of places is a product of matrices
// whose left side is three rows of the map, seen through three places at a time.
type direct struct{ convolution }

// directRows is how many rows of places a thread takes at a time.
const directRows = 8

func (d *direct) run(c convolution) {
	d.convolution = c
	c.b.parallel((c.dst.shape.H+directRows-1)/directRows, d)
	*d = direct{}
}

func (d *direct) do(thread, i int) {
	s, f, n := &d.b.scratch[thread], d.f, d.src.s
	h, w := d.dst.shape.H, d.dst.shape.W
	first, end := i*directRows, min((i+1)*directRows, h)
	// The rows of the map with one more on both sides, and a place of zeros at both
	// ends.
	row := (w + 2) * n
	s.rows = s.floats(s.rows, (end-first+2)*row)
	for r := range end - first + 2 {
		d.copyRow(s.rows[r*row:][:row], first+r-1)
	}
	s.products = s.floats(s.products, w*f.columns)
	for y := first; y < end; y++ {
		for panel := range f.panels {
			next := 3 * n * f.columns
			f.productSum(s.products, f.columns, s.rows[(y-first)*row:], n, 1, row, f.w[panel*3*next:], next, w, 3*n, 3)
			d.finish(s, y, panel)
		}
	}
}

func (d *direct) copyRow(dst []float32, y int) {
	n := d.src.s
	k := d.b.kernel
	if y < 0 || y >= d.src.shape.H {
		k.clear(dst)
		return
	}
	k.clear(dst[:n])
	k.clear(dst[len(dst)-n:])
	d.read(dst[n:], 0, y*d.src.shape.W, len(dst)-2*n, 1)
}

// finish writes a row of the products of a panel.
func (d *direct) finish(s *scratch, y, panel int) {
	columns, stride, w := d.f.columns, d.dst.s, d.dst.shape.W
	n, at := min(columns, stride-panel*columns), y*w
	dst := d.dst.d[at*stride+panel*columns:]
	if d.back {
		d.b.kernel.copyRows(dst, stride, s.products, columns, n, w)
		return
	}
	var bits []uint8
	step := 0
	if d.memo != nil {
		bits, step = d.memo.bits[at*d.memo.step+panel*columns/8:], d.memo.step
	} else {
		s.bits = s.bytes(s.bits, maxColumns)
		bits = s.bits
	}
	relu := d.b.kernel.relu
	if n%8 != 0 {
		relu = reluGo
	}
	relu(dst, stride, bits, step, s.products, columns, d.bias[panel*columns:], w, n)
}

// imageBack is the gradient into few channels, the picture's: for every place of the
// layer above what it gives to each of its nine neighbours, added up afterwards.
type imageBack struct{ convolution }

// imageRows is how many rows of places a thread takes at a time; it computes two more.
const imageRows = 16

func (d *imageBack) run(c convolution) {
	d.convolution = c
	c.b.parallel((c.dst.shape.H+imageRows-1)/imageRows, d)
	*d = imageBack{}
}

func (d *imageBack) do(thread, i int) {
	s, f := &d.b.scratch[thread], d.f
	h, w := d.dst.shape.H, d.dst.shape.W
	first, end := i*imageRows, min((i+1)*imageRows, h)
	width := f.panels * f.columns
	s.rows = s.floats(s.rows, w*d.src.s)
	// Three rows, in turn, each with a place of zeros at both ends.
	long := (w + 2) * width
	s.products = s.floats(s.products, 3*long)
	d.b.kernel.clear(s.products[:3*long])
	row := func(y int) []float32 { return s.products[(y+3)%3*long:][:long] }
	for y := first - 1; y <= end; y++ {
		if y >= 0 && y < h {
			d.read(s.rows, 0, y*w, w*d.src.s, 1)
			for panel := range f.panels {
				f.product(row(y)[width+panel*f.columns:], width, s.rows, d.src.s, 1,
					f.w[panel*f.in*f.columns:], w, f.in, false)
			}
		}
		if y > first {
			d.addUp(y-1, width, row)
		}
	}
}

// addUp writes row y: each place is given tap t by the neighbour that tap t sees.
func (d *imageBack) addUp(y, width int, row func(int) []float32) {
	h, w, n, k := d.dst.shape.H, d.dst.shape.W, d.dst.s, d.b.kernel
	to := d.dst.d[y*w*n:][:w*n]
	k.clear(to)
	for v := range 3 {
		if y+v-1 >= 0 && y+v-1 < h {
			k.addRows(to, n, row(y + v - 1)[3*v*n:], width, width+n, 3, one, 0, n, w)
		}
	}
}
