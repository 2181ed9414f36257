package transfer

import "trappedinart/engine/backend"

// A projection keeps a picture among those that are asked for: unchanged where the
// photograph is kept, or grey. It acts on the gradient, so that no step leaves them.
type projection struct {
	be     backend.Backend
	matrix backend.Sums   // [3*3]: of colours
	free   backend.Buffer // [1,H,W], or nil: how free each place is
	sum    backend.Buffer
}

// newProjection returns nil if every picture is allowed.
func newProjection(be backend.Backend, shape backend.Shape, grey bool, kept []float32) *projection {
	if !grey && kept == nil {
		return nil
	}
	p := &projection{be: be, matrix: be.NewSums(9), sum: be.New(shape)}
	if grey {
		const third = 1. / 3
		be.WriteSums(p.matrix, []float64{third, third, third, third, third, third, third, third, third})
	} else {
		be.WriteSums(p.matrix, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1})
	}
	if kept != nil {
		free := make([]float32, len(kept))
		for i, k := range kept {
			free[i] = 1 - k
		}
		p.free = be.New(backend.Shape{C: 1, H: shape.H, W: shape.W})
		be.Write(p.free, free)
	}
	return p
}

// apply overwrites g with what is left of it.
func (p *projection) apply(g backend.Buffer) {
	if p == nil {
		return
	}
	p.be.Combine(p.sum, 0, p.sum, 0, nil)
	p.be.GramGrad(p.sum, g, p.matrix, 1, g.Shape().Whole(), p.free)
	p.be.Combine(g, 1, p.sum, 0, nil)
}

func (p *projection) release() {
	if p == nil {
		return
	}
	p.be.Release(p.sum)
	p.be.Release(p.matrix)
	if p.free != nil {
		p.be.Release(p.free)
	}
}
