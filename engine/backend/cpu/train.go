package cpu

import "trappedinart/engine/backend"

var _ backend.Trainer = (*Backend)(nil)

// outerPlaces is how many places one product of the gradient of weights sums.
const outerPlaces = 256

// outer is the gradient of weights: the product of a gradient with its layer's input,
// seen through one tap after the other. Both are packed with zeros round them, so
// that a tap is nothing but another beginning.
type outer struct {
	b         *Backend
	dw        []float32 // [O,I,side,side]
	ddst, src *buffer
	*panel    // of src's channels
	side      int
	wide      int       // places of a packed row
	size      int       // floats of a packed panel
	packed    []float32 // src: [panel][H+side-1 rows][wide][columns]
	given     []float32 // ddst: [H rows][wide][stride]
}

func (b *Backend) ConvolveGrad(dw, db []float32, ddst, src backend.Buffer, pos backend.Memo) {
	backend.CheckConvolveGrad(dw, db, ddst.Shape(), src.Shape(), pos)
	m, _ := pos.(*memo)
	b.outer(dw, ddst.(*buffer), src.(*buffer), m, 3)
	o := b.outerTask
	for at := 0; at < len(o.given); at += o.ddst.s {
		for c := range db {
			db[c] += o.given[at+c]
		}
	}
}

func (b *Backend) MapGrad(dm []float32, ddst, src backend.Buffer) {
	backend.CheckMap(dm, ddst.Shape(), src.Shape())
	b.outer(dm, ddst.(*buffer), src.(*buffer), nil, 1)
}

func (b *Backend) outer(dw []float32, ddst, src *buffer, m *memo, side int) {
	o := &b.outerTask
	o.b, o.dw, o.ddst, o.src, o.side = b, dw, ddst, src, side
	h, w := src.shape.H, src.shape.W
	o.wide = w + side - 1
	o.panel = b.kernel.panel(src.s)
	panels := (src.s + o.columns - 1) / o.columns
	o.size = ((h+side-1)*o.wide + side - 1) * o.columns
	o.packed = grow(o.packed, panels*o.size)
	clear(o.packed)
	o.given = grow(o.given, h*o.wide*ddst.s)
	clear(o.given)
	read := convolution{b: b, src: ddst, memo: m, back: true}
	for y := range h {
		read.read(o.given[y*o.wide*ddst.s:], 0, y*w, w*ddst.s, 1)
		for x := range w {
			from := src.d[(y*w+x)*src.s:][:src.s]
			at := ((y+side/2)*o.wide + x + side/2) * o.columns
			for panel := range panels {
				copy(o.packed[panel*o.size+at:][:o.columns], from[panel*o.columns:])
			}
		}
	}
	b.parallel(panels*side*side, o)
}

// do adds to the weights of one tap, a panel of inputs.
func (o *outer) do(thread, i int) {
	s, columns, taps := &o.b.scratch[thread], o.columns, o.side*o.side
	panel, tap := i/taps, i%taps
	outputs, inputs := o.ddst.shape.C, o.src.shape.C
	s.products = s.floats(s.products, outputs*columns)
	from := o.packed[panel*o.size+(tap/o.side*o.wide+tap%o.side)*columns:]
	places := len(o.given) / o.ddst.s
	if places == 0 {
		return
	}
	for p := 0; p < places; p += outerPlaces {
		o.product(s.products, columns, o.given[p*o.ddst.s:], 1, o.ddst.s,
			from[p*columns:], outputs, min(outerPlaces, places-p), p > 0)
	}
	for k := range outputs {
		for j, v := range s.products[k*columns:][:min(columns, inputs-panel*columns)] {
			o.dw[(k*inputs+panel*columns+j)*taps+tap] += v
		}
	}
}

// linear is the product of every place with a matrix.
type linear struct {
	b        *Backend
	dst, src *buffer
	*panel   // of dst's channels
	panels   int
	packed   []float32 // [panel][in][columns]
}

func (b *Backend) Map(dst, src backend.Buffer, m []float32) {
	backend.CheckMap(m, dst.Shape(), src.Shape())
	l := &b.linearTask
	l.b, l.dst, l.src = b, dst.(*buffer), src.(*buffer)
	l.panel = b.kernel.panel(l.dst.s)
	l.panels = (l.dst.s + l.columns - 1) / l.columns
	l.packed = grow(l.packed, l.panels*l.src.s*l.columns)
	clear(l.packed)
	in := l.src.shape.C
	for o := range l.dst.shape.C {
		for i := range in {
			l.packed[(o/l.columns*l.src.s+i)*l.columns+o%l.columns] = m[o*in+i]
		}
	}
	b.parallel((l.dst.places()+gradPlaces-1)/gradPlaces, l)
}

func (l *linear) do(thread, i int) {
	s, stride, columns := &l.b.scratch[thread], l.dst.s, l.columns
	at := i * gradPlaces
	n := min(gradPlaces, l.dst.places()-at)
	for panel := range l.panels {
		to, step := l.dst.d[at*stride+panel*columns:], stride
		whole := (panel+1)*columns <= stride
		if !whole {
			s.products = s.floats(s.products, n*columns)
			to, step = s.products, columns
		}
		l.product(to, step, l.src.d[at*l.src.s:], l.src.s, 1, l.packed[panel*l.src.s*columns:], n, l.src.s, false)
		if !whole {
			for p := range n {
				row := l.dst.d[(at+p)*stride:][:stride][panel*columns:]
				copy(row, s.products[p*columns:])
			}
		}
	}
}
