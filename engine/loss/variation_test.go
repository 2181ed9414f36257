package loss_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/loss"
)

// variation evaluates a term at x, over blocks with a halo of one place, and returns
// its value and its gradient.
func variation(o loss.VariationOptions, x backend.Buffer, blocks []block) (float64, []float64) {
	be := ref.New()
	v := loss.NewVariation(be, o)
	gradient := make([]float64, x.Len())
	for _, b := range blocks {
		part := cut(be, x, b.computed)
		v.Accumulate(part, b.at(0))
		dx := be.New(part.Shape())
		v.Gradient(dx, part, b.at(0))
		each(x.Shape(), b.computed, func(k, j int) { gradient[k] += ref.Elements(dx)[j] })
	}
	v.Complete()
	pair, factor := v.Value()
	var dots [1]float64
	_ = be.Dots(context.Background(), dots[:], []backend.Pair{pair}) // the context never ends
	return factor * dots[0], gradient
}

// A flat picture has no variation, and its gradient is 0 there in the absolute kind too,
// which has a kink.
func TestVariationOfFlat(t *testing.T) {
	x := ref.New().New(backend.Shape{C: 3, H: 4, W: 5})
	for _, kind := range []backend.Variation{backend.Squared, backend.Absolute} {
		value, gradient := variation(loss.VariationOptions{Factor: 1, Kind: kind}, x, whole(x.Shape()))
		for _, g := range append(gradient, value) {
			if g != 0 {
				t.Fatalf("kind %v: value %v, gradient %v", kind, value, gradient)
			}
		}
	}
}

// TVLoss of neural-style, straight from its formula: each place that has both neighbours
// is pulled to them by the weight times the difference, they to it, and nothing is added
// to the loss.
func TestGradientOnly(t *testing.T) {
	const weight, h, w = 0.7, 13, 17
	random := rand.New(rand.NewPCG(5, 3))
	x := ref.New().New(backend.Shape{C: 3, H: h, W: w})
	d := ref.Elements(x)
	for i := range d {
		d[i] = random.NormFloat64()
	}
	want := make([]float64, len(d))
	for c := range 3 {
		for y := range h - 1 {
			for u := range w - 1 {
				i := (c*h+y)*w + u
				for _, j := range []int{i + 1, i + w} {
					want[i] += weight * (d[i] - d[j])
					want[j] -= weight * (d[i] - d[j])
				}
			}
		}
	}
	blocks := []block{
		{backend.Window{X0: 0, Y0: 0, X1: 8, Y1: h}, backend.Window{X0: 0, Y0: 0, X1: 9, Y1: h}},
		{backend.Window{X0: 8, Y0: 0, X1: w, Y1: h}, backend.Window{X0: 7, Y0: 0, X1: w, Y1: h}},
	}
	for name, blocks := range map[string][]block{"whole": whole(x.Shape()), "blocks": blocks} {
		value, gradient := variation(loss.VariationOptions{Factor: weight / 2, GradientOnly: true}, x, blocks)
		if diff := difference(gradient, want); value != 0 || !(diff <= 1e-12) {
			t.Errorf("%s: value %v, want 0; gradients differ by %.3g", name, value, diff)
		}
	}
}
