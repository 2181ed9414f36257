package loss_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/loss"
)

// The gradient of a style term is its slope, with and without mask and metric, and a mask
// that is one value everywhere changes nothing.
func TestStyleGradientInMask(t *testing.T) {
	be, random := ref.New(), rand.New(rand.NewPCG(6, 6))
	shape := backend.Shape{C: 3, H: 4, W: 5}
	normal := func(s backend.Shape) backend.Buffer {
		f := be.New(s)
		for i := range ref.Elements(f) {
			ref.Elements(f)[i] = random.NormFloat64()
		}
		return f
	}
	f, a := normal(shape), normal(shape)
	mask := be.New(backend.Shape{C: 1, H: shape.H, W: shape.W})
	area := 0.
	for i := range ref.Elements(mask) {
		ref.Elements(mask)[i] = random.Float64()
		area += ref.Elements(mask)[i]
	}
	metric := be.NewSums(9)
	be.WriteSums(metric, []float64{2, 0.3, -0.2, 0.3, 1, 0.1, -0.2, 0.1, 0.7})
	whole, places := shape.Whole(), float64(shape.H*shape.W)
	value := func(s *loss.Style) float64 {
		s.Reset()
		s.Accumulate(f, whole)
		s.Complete()
		pair, factor := s.Value()
		v := make([]float64, 1)
		if err := be.Dots(context.Background(), v, []backend.Pair{pair}); err != nil {
			t.Fatal(err)
		}
		return factor * v[0]
	}
	for name, o := range map[string]loss.StyleOptions{
		"plain":           {Factor: 0.7, Area: places},
		"mask":            {Factor: 0.7, Area: area, Mask: mask},
		"metric":          {Factor: 0.7, Area: places, Metric: metric},
		"mask and metric": {Factor: 0.7, Area: area, Mask: mask, Metric: metric},
	} {
		s := loss.NewStyle(be, loss.NewGram(be, a, nil, places), o)
		value(s)
		df := be.New(shape)
		s.Gradient(df, f, whole)
		gradient := append([]float64(nil), ref.Elements(df)...)
		for i := range gradient {
			const step = 1e-5
			x := ref.Elements(f)
			was := x[i]
			x[i] = was + step
			up := value(s)
			x[i] = was - step
			down := value(s)
			x[i] = was
			if slope := (up - down) / (2 * step); !(math.Abs(slope-gradient[i]) <= 1e-6*(1+math.Abs(slope))) {
				t.Errorf("%s: gradient %d is %v, the slope %v", name, i, gradient[i], slope)
			}
		}
		s.Release()
	}
	half := be.New(mask.Shape())
	for i := range ref.Elements(half) {
		ref.Elements(half)[i] = 0.5
	}
	target := func() backend.Sums { return loss.NewGram(be, a, half, places/2) }
	masked := loss.NewStyle(be, target(), loss.StyleOptions{Factor: 1, Area: places / 2, Mask: half})
	plain := loss.NewStyle(be, target(), loss.StyleOptions{Factor: 1, Area: places})
	if a, b := value(masked), value(plain); !(math.Abs(a-b) <= 1e-12*b) {
		t.Errorf("with a mask of 0.5 everywhere the loss is %v, without %v", a, b)
	}
}
