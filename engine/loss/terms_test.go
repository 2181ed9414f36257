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

// The gradient of every term is its slope, with and without mask and metric, and one
// piece of the picture after the other gives the same.
func TestGradientsAreSlopes(t *testing.T) {
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
	places := float64(shape.H * shape.W)
	style := func(o loss.StyleOptions) loss.Term {
		o.Factor = 0.7
		return loss.NewStyle(be, newGram(be, a, o.Mask, o.Area), o)
	}
	moments := func(area float64, mask backend.Buffer) loss.Term {
		m := loss.NewMoments(be, newSpread(be, a, mask, area), area, mask)
		m.Factor = 0.7
		return m
	}
	for name, term := range map[string]loss.Term{
		"content":                loss.NewContent(be, a, 0.7),
		"variation":              loss.NewVariation(be, loss.VariationOptions{Factor: 0.7}),
		"variation, absolute":    loss.NewVariation(be, loss.VariationOptions{Factor: 0.7, Kind: backend.Absolute}),
		"style":                  style(loss.StyleOptions{Area: places}),
		"style, mask":            style(loss.StyleOptions{Area: area, Mask: mask}),
		"style, metric":          style(loss.StyleOptions{Area: places, Metric: metric}),
		"style, mask and metric": style(loss.StyleOptions{Area: area, Mask: mask, Metric: metric}),
		"moments":                moments(places, nil),
		"moments, mask":          moments(area, mask),
	} {
		whole := shape.Whole()
		value := func(windows ...backend.Window) float64 {
			term.Reset()
			for _, w := range windows {
				term.Accumulate(f, w)
			}
			term.Complete()
			pair, factor := term.Value()
			var v [1]float64
			if err := be.Dots(context.Background(), v[:], []backend.Pair{pair}); err != nil {
				t.Fatal(err)
			}
			return factor * v[0]
		}
		pieces := []backend.Window{{X0: 0, Y0: 0, X1: 5, Y1: 1}, {X0: 0, Y0: 1, X1: 2, Y1: 4}, {X0: 2, Y0: 1, X1: 5, Y1: 4}}
		all := value(whole)
		if cut := value(pieces...); !(math.Abs(cut-all) <= 1e-12*all) {
			t.Errorf("%s: in pieces it is %v, whole %v", name, cut, all)
		}
		df := be.New(shape)
		for _, w := range pieces {
			term.Gradient(df, f, w)
		}
		for i, gradient := range ref.Elements(df) {
			const step = 1e-5
			x := ref.Elements(f)
			was := x[i]
			x[i] = was + step
			up := value(whole)
			x[i] = was - step
			down := value(whole)
			x[i] = was
			if slope := (up - down) / (2 * step); !(math.Abs(slope-gradient) <= 1e-6*(1+math.Abs(slope))) {
				t.Errorf("%s: gradient %d is %v, the slope %v", name, i, gradient, slope)
			}
		}
		term.Release()
	}
}
