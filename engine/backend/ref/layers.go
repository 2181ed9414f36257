package ref

import (
	"gorgonia.org/tensor"

	"trappedinart/engine/backend"
)

// A conv holds the weights as the matrix [O, I*9] and its transpose.
type conv struct {
	o, i       int
	linear     bool
	w, wT      *tensor.Dense
	weight     []float64
	bias       []float64
	transposed []float64
}

func (c *conv) Channels() (in, out int) { return c.i, c.o }

func (Backend) Prepare(w backend.ConvWeights) backend.Conv {
	backend.CheckPrepare(w)
	k := w.I * 9
	c := &conv{o: w.O, i: w.I, linear: w.Linear, weight: make([]float64, w.O*k), transposed: make([]float64, w.O*k), bias: make([]float64, w.O)}
	for o := range w.O {
		if !w.Linear {
			c.bias[o] = float64(w.Bias[o])
		}
		for j := range k {
			v := float64(w.At(o*k + j))
			c.weight[o*k+j], c.transposed[j*w.O+o] = v, v
		}
	}
	c.w, c.wT = dense(w.O, k, c.weight), dense(k, w.O, c.transposed)
	return c
}

// columns returns the matrix [C*9, H*W] of every place's 3x3 neighbourhood.
func columns(b *buffer) *tensor.Dense {
	s := b.shape
	cols := make([]float64, 0, s.Len()*9)
	for c := range s.C {
		for tap := range 9 {
			for y := range s.H {
				for x := range s.W {
					cols = append(cols, b.at(c, y+tap/3-1, x+tap%3-1))
				}
			}
		}
	}
	return dense(s.C*9, s.H*s.W, cols)
}

func (Backend) Convolve(dst, src backend.Buffer, c backend.Conv, pos backend.Memo) {
	backend.CheckConvolve(dst.Shape(), src.Shape(), c, pos)
	to, cv := dst.(*buffer), c.(*conv)
	if to.Len() == 0 {
		return
	}
	product(to.t, cv.w, columns(src.(*buffer)))
	if cv.linear {
		return
	}
	places := to.shape.H * to.shape.W
	for i := range to.d {
		v := to.d[i] + cv.bias[i/places]
		positive := v > 0
		if !positive && v == v { // a NaN stays, to be seen
			v = 0
		}
		to.d[i] = v
		if pos != nil {
			pos.(*memo).d[i] = 0
			if positive {
				pos.(*memo).d[i] = 1
			}
		}
	}
}

func (Backend) ConvolveBack(dsrc, ddst backend.Buffer, c backend.Conv, pos backend.Memo) {
	backend.CheckConvolve(ddst.Shape(), dsrc.Shape(), c, pos)
	to, from, cv := dsrc.(*buffer), ddst.(*buffer), c.(*conv)
	if to.Len() == 0 {
		return
	}
	counted := Backend{}.New(from.shape).(*buffer)
	copy(counted.d, from.d)
	if pos != nil {
		for i, p := range pos.(*memo).d {
			if p == 0 {
				counted.d[i] = 0
			}
		}
	}
	s := to.shape
	cols := make([]float64, s.Len()*9)
	product(dense(s.C*9, s.H*s.W, cols), cv.wT, counted.t)
	clear(to.d)
	k := 0
	for c := range s.C {
		for tap := range 9 {
			for y := range s.H {
				for x := range s.W {
					if v, u := y+tap/3-1, x+tap%3-1; v >= 0 && v < s.H && u >= 0 && u < s.W {
						to.d[to.index(c, v, u)] += cols[k]
					}
					k++
				}
			}
		}
	}
}

func (Backend) Pool(dst, src backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	backend.CheckPool(dst.Shape(), src.Shape(), kind, arg)
	to, from := dst.(*buffer), src.(*buffer)
	eachQuad(to, from, func(i int, quad [4]int, there int) {
		sum, won := 0.0, 0
		for q, k := range quad {
			if k < 0 {
				continue
			}
			sum += from.d[k]
			if from.d[k] > from.d[quad[won]] {
				won = q
			}
		}
		if kind == backend.Average {
			to.d[i] = sum / float64(there)
			return
		}
		to.d[i] = from.d[quad[won]]
		arg.(*memo).d[i] = uint8(won)
	})
}

func (Backend) PoolBack(dsrc, ddst backend.Buffer, kind backend.Pooling, arg backend.Memo) {
	backend.CheckPool(ddst.Shape(), dsrc.Shape(), kind, arg)
	to, from := dsrc.(*buffer), ddst.(*buffer)
	clear(to.d)
	eachQuad(from, to, func(i int, quad [4]int, there int) {
		if kind == backend.Average {
			for _, k := range quad {
				if k >= 0 {
					to.d[k] = from.d[i] / float64(there)
				}
			}
			return
		}
		to.d[quad[arg.(*memo).d[i]]] = from.d[i]
	})
}

// eachQuad calls visit with every index of the small map, the four indices of the large
// one that it stands for, row by row, -1 where there is none, and how many there are.
func eachQuad(small, large *buffer, visit func(i int, quad [4]int, there int)) {
	i := 0
	for c := range small.shape.C {
		for y := range small.shape.H {
			for x := range small.shape.W {
				quad, there := [4]int{}, 0
				for q := range quad {
					quad[q] = -1
					if v, u := 2*y+q/2, 2*x+q%2; v < large.shape.H && u < large.shape.W {
						quad[q] = large.index(c, v, u)
						there++
					}
				}
				visit(i, quad, there)
				i++
			}
		}
	}
}

func (Backend) Reduce(dst, src backend.Buffer) {
	backend.CheckReduce(dst.Shape(), src.Shape())
	to, from := dst.(*buffer), src.(*buffer)
	eachBinomial(to, from, func(i, j int, weight float64, first bool) {
		if first {
			to.d[i] = 0
		}
		to.d[i] += weight * from.d[j]
	})
}

func (Backend) ReduceBack(dsrc, ddst backend.Buffer) {
	backend.CheckReduce(ddst.Shape(), dsrc.Shape())
	to, from := dsrc.(*buffer), ddst.(*buffer)
	eachBinomial(from, to, func(i, j int, weight float64, _ bool) {
		to.d[j] += weight * from.d[i]
	})
}

// eachBinomial calls visit with every index i of the small map, each index j of
// the large one under the 5x5 binomial filter, and the filter's weight there,
// divided by the sum of what the border leaves of it.
func eachBinomial(small, large *buffer, visit func(i, j int, weight float64, first bool)) {
	binomial := [5]float64{1, 4, 6, 4, 1}
	inside := func(at, n int) float64 {
		sum := 0.0
		for k, b := range binomial {
			if p := at + k - 2; p >= 0 && p < n {
				sum += b
			}
		}
		return sum
	}
	i := 0
	for c := range small.shape.C {
		for y := range small.shape.H {
			for x := range small.shape.W {
				norm := inside(2*y, large.shape.H) * inside(2*x, large.shape.W)
				first := true
				for k := range 25 {
					v, u := 2*y+k/5-2, 2*x+k%5-2
					if v >= 0 && v < large.shape.H && u >= 0 && u < large.shape.W {
						visit(i, large.index(c, v, u), binomial[k/5]*binomial[k%5]/norm, first)
						first = false
					}
				}
				i++
			}
		}
	}
}
