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

// A mask that is one value everywhere changes nothing.
func TestEvenMask(t *testing.T) {
	be, random := ref.New(), rand.New(rand.NewPCG(6, 6))
	shape := backend.Shape{C: 3, H: 4, W: 5}
	f, a, half := be.New(shape), be.New(shape), be.New(backend.Shape{C: 1, H: shape.H, W: shape.W})
	for i := range ref.Elements(f) {
		ref.Elements(f)[i], ref.Elements(a)[i] = random.NormFloat64(), random.NormFloat64()
	}
	for i := range ref.Elements(half) {
		ref.Elements(half)[i] = 0.5
	}
	places := float64(shape.H * shape.W)
	value := func(term loss.Term) float64 {
		term.Accumulate(f, shape.Whole())
		term.Complete()
		pair, factor := term.Value()
		v := make([]float64, 1)
		if err := be.Dots(context.Background(), v, []backend.Pair{pair}); err != nil {
			t.Fatal(err)
		}
		return factor * v[0]
	}
	gram := func() backend.Sums { return newGram(be, a, half, places/2) }
	masked := loss.NewStyle(be, gram(), loss.StyleOptions{Factor: 1, Area: places / 2, Mask: half})
	plain := loss.NewStyle(be, gram(), loss.StyleOptions{Factor: 1, Area: places})
	if a, b := value(masked), value(plain); !(math.Abs(a-b) <= 1e-12*b) {
		t.Errorf("style: with a mask of 0.5 everywhere the loss is %v, without %v", a, b)
	}
	spread := func() backend.Sums { return newSpread(be, a, half, places/2) }
	maskedMoments, plainMoments := loss.NewMoments(be, spread(), places/2, half), loss.NewMoments(be, spread(), places, nil)
	maskedMoments.Factor, plainMoments.Factor = 1, 1
	if a, b := value(maskedMoments), value(plainMoments); !(math.Abs(a-b) <= 1e-12*b) {
		t.Errorf("moments: with a mask of 0.5 everywhere the loss is %v, without %v", a, b)
	}
}
