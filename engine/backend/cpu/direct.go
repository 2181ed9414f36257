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
	s.rows = grow(s.rows, (end-first+2)*row)
	for r := range end - first + 2 {
		d.copyRow(s.rows[r*row:][:row], first+r-1)
	}
	s.products = grow(s.products, w*f.columns)
	for y := first; y < end; y++ {
		for panel := range f.panels {
			for v := range 3 {
				f.product(s.products, f.columns, s.rows[(y-first+v)*row:], n, 1,
					f.w[(panel*3+v)*3*n*f.columns:], w, 3*n, v > 0)
			}
			d.finish(s, y, panel)
		}
	}
}

func (d *direct) copyRow(dst []float32, y int) {
	n := d.src.s
	if y < 0 || y >= d.src.shape.H {
		clear(dst)
		return
	}
	clear(dst[:n])
	clear(dst[len(dst)-n:])
	d.read(dst[n:len(dst)-n], y*d.src.shape.W)
}

// finish writes a row of the products of a panel.
func (d *direct) finish(s *scratch, y, panel int) {
	columns, stride, w := d.f.columns, d.dst.s, d.dst.shape.W
	n, at := min(columns, stride-panel*columns), y*w
	dst := d.dst.d[at*stride+panel*columns:]
	if d.back {
		for x := range w {
			copy(dst[x*stride:][:n], s.products[x*columns:])
		}
		return
	}
	var bits []uint8
	step := 0
	if d.mask != nil {
		bits, step = d.mask.bits[at*d.mask.step+panel*columns/8:], d.mask.step
	} else {
		s.bits = grow(s.bits, maxColumns)
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
	s.rows = grow(s.rows, w*d.src.s)
	s.products = grow(s.products, 3*w*width) // three rows, in turn
	row := func(y int) []float32 { return s.products[(y+3)%3*w*width:][:w*width] }
	for y := first - 1; y <= end; y++ {
		if y >= 0 && y < h {
			d.read(s.rows[:w*d.src.s], y*w)
			for panel := range f.panels {
				f.product(row(y)[panel*f.columns:], width, s.rows, d.src.s, 1,
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
	h, w, out := d.dst.shape.H, d.dst.shape.W, d.f.out
	n := d.dst.s
	to := d.dst.d[y*w*n:][:w*n]
	clear(to)
	for v := range 3 {
		if y+v-1 < 0 || y+v-1 >= h {
			continue
		}
		from := row(y + v - 1)
		for u := range 3 {
			x0, x1 := max(0, 1-u), min(w, w+1-u)
			for x := x0; x < x1; x++ {
				given := from[(x+u-1)*width+(3*v+u)*out:][:out]
				place := to[x*n:][:out]
				for c, g := range given {
					place[c] += g
				}
			}
		}
	}
}
