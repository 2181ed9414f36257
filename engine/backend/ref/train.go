package ref

import (
	"gorgonia.org/tensor"

	"trappedinart/engine/backend"
)

var _ backend.Trainer = Backend{}

func (Backend) ConvolveGrad(dw, db []float32, ddst, src backend.Buffer, pos backend.Memo) {
	backend.CheckConvolveGrad(dw, db, ddst.Shape(), src.Shape(), pos)
	given, from := ddst.(*buffer), src.(*buffer)
	if given.Len() == 0 {
		return
	}
	places := given.shape.H * given.shape.W
	counted := make([]float64, len(given.d))
	for i, d := range given.d {
		if pos == nil || pos.(*memo).d[i] != 0 {
			counted[i] = d
		}
		db[i/places] += float32(counted[i])
	}
	addProduct(dw, dense(given.shape.C, places, counted), columns(from))
}

func (Backend) Map(dst, src backend.Buffer, m []float32) {
	backend.CheckMap(m, dst.Shape(), src.Shape())
	to, from := dst.(*buffer), src.(*buffer)
	if to.Len() == 0 {
		return
	}
	wide := make([]float64, len(m))
	for i, v := range m {
		wide[i] = float64(v)
	}
	product(to.t, dense(to.shape.C, from.shape.C, wide), from.t)
}

func (Backend) MapGrad(dm []float32, ddst, src backend.Buffer) {
	backend.CheckMap(dm, ddst.Shape(), src.Shape())
	given, from := ddst.(*buffer), src.(*buffer)
	if given.Len() == 0 {
		return
	}
	places := given.shape.H * given.shape.W
	addProduct(dm, given.t, dense(from.shape.C, places, from.d))
}

// addProduct adds a times the transpose of b to c.
func addProduct(c []float32, a, b *tensor.Dense) {
	rows, depth, n := a.Shape()[0], a.Shape()[1], b.Shape()[0]
	turned := make([]float64, depth*n)
	for i, v := range b.Data().([]float64) {
		turned[i%depth*n+i/depth] = v
	}
	sum := make([]float64, rows*n)
	product(dense(rows, n, sum), a, dense(depth, n, turned))
	for i, v := range sum {
		c[i] += float32(v)
	}
}
