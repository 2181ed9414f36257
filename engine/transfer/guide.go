package transfer

import (
	"context"

	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A guide is a mask at the sizes of a network's feature maps, brought there by the
// averages that pooling takes, rounded as it rounds. A nil guide is a mask that is 1 everywhere.
type guide struct {
	be     backend.Backend
	levels []backend.Buffer // [1,h,w], each half the size of the one before
	areas  []float64        // sums of the levels, of the places that count
}

// newGuide takes a mask [h,w] and reduces it so many times. The places of a level that
// count are those of inside; ceil says how the network's pooling rounds.
func newGuide(ctx context.Context, be backend.Backend, mask []float32, s size, reduced int, inside func(backend.Shape) backend.Window, ceil bool) (*guide, error) {
	x := be.New(backend.Shape{C: 1, H: s.h, W: s.w})
	be.Write(x, mask)
	for range reduced {
		x = halved(be, x)
	}
	g := &guide{be: be, levels: []backend.Buffer{x}}
	for shape := vgg.Pooled(x.Shape(), ceil); shape.H > 0 && shape.W > 0 && len(g.levels) < 5; shape = vgg.Pooled(shape, ceil) {
		next := be.New(shape)
		be.Pool(next, g.levels[len(g.levels)-1], backend.Average, nil)
		g.levels = append(g.levels, next)
	}
	pairs := make([]backend.Pair, len(g.levels))
	values := be.NewSums(2) // and not their squares
	be.WriteSums(values, []float64{1, 0})
	defer be.Release(values)
	for i, level := range g.levels {
		of := be.NewSums(2)
		defer be.Release(of)
		be.AddMoments(of, level, inside(level.Shape()), nil)
		pairs[i] = backend.Pair{A: of, B: values}
	}
	g.areas = make([]float64, len(pairs))
	if err := be.Dots(ctx, g.areas, pairs); err != nil {
		g.release()
		return nil, err
	}
	return g, nil
}

// at returns the mask of a feature map, of which the places in w count, and their sum.
func (g *guide) at(s backend.Shape, w backend.Window) (mask backend.Buffer, area float64) {
	if g == nil {
		return nil, float64(w.Area())
	}
	for i, level := range g.levels {
		if level.Shape().H == s.H && level.Shape().W == s.W {
			return level, g.areas[i]
		}
	}
	panic("transfer: no mask of this size")
}

func (g *guide) release() {
	if g != nil {
		for _, level := range g.levels {
			g.be.Release(level)
		}
	}
}

// halved returns x at half the size, in place of x.
func halved(be backend.Backend, x backend.Buffer) backend.Buffer {
	s := x.Shape()
	smaller := be.New(backend.Shape{C: s.C, H: (s.H + 1) / 2, W: (s.W + 1) / 2})
	be.Reduce(smaller, x)
	be.Release(x)
	return smaller
}
