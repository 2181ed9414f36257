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

// A style term in the metric H'H is the term of the features H f, and so is its gradient.
func TestStyleInMetric(t *testing.T) {
	be, random := ref.New(), rand.New(rand.NewPCG(4, 4))
	shape, seen := backend.Shape{C: 3, H: 4, W: 5}, backend.Shape{C: 7, H: 4, W: 5}
	head, turned := make([]float32, seen.C*shape.C), make([]float32, seen.C*shape.C)
	for i := range head {
		head[i] = float32(random.NormFloat64())
		turned[i%shape.C*seen.C+i/shape.C] = head[i]
	}
	k := make([]float64, shape.C*shape.C)
	for i := range k {
		for o := range seen.C {
			k[i] += float64(head[o*shape.C+i/shape.C]) * float64(head[o*shape.C+i%shape.C])
		}
	}
	metric := be.NewSums(len(k))
	be.WriteSums(metric, k)

	draw := func() (f, mapped backend.Buffer) {
		f, mapped = be.New(shape), be.New(seen)
		for i := range ref.Elements(f) {
			ref.Elements(f)[i] = random.NormFloat64()
		}
		be.Map(mapped, f, head)
		return f, mapped
	}
	f, hf := draw()
	a, ha := draw()
	whole, area := shape.Whole(), float64(shape.H*shape.W)
	mine := loss.NewStyle(be, newGram(be, a, nil, area), loss.StyleOptions{Area: area, Factor: 0.3, Metric: metric})
	plain := loss.NewStyle(be, newGram(be, ha, nil, area), loss.StyleOptions{Area: area, Factor: 0.3})
	df, dhf, want := be.New(shape), be.New(seen), be.New(shape)
	for range 2 { // a second time, to see that Reset forgets
		mine.Reset()
		mine.Accumulate(f, whole)
		mine.Complete()
		plain.Reset()
		plain.Accumulate(hf, whole)
		plain.Complete()
	}
	mine.Gradient(df, f, whole)
	plain.Gradient(dhf, hf, whole)
	be.Map(want, dhf, turned)

	same := func(what string, got, want float64) {
		if !(math.Abs(got-want) <= 1e-6*(1+math.Abs(want))) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	value := func(term *loss.Style) float64 {
		pair, factor := term.Value()
		v := make([]float64, 2)
		if err := be.Dots(context.Background(), v, []backend.Pair{pair, term.Norm()}); err != nil {
			t.Fatal(err)
		}
		return factor * v[0] / v[1]
	}
	same("the loss over the norm", value(mine), value(plain))
	for i, g := range ref.Elements(df) {
		same("the gradient", g, ref.Elements(want)[i])
	}
	mine.Release()
	plain.Release()
}
