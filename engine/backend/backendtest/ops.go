// Package backendtest holds every back end against another, the reference: one
// table of operations, each run on both with the same input.
package backendtest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
)

// A run is one operation on one back end. It reads its input from in, the same for
// both back ends, and returns what it made.
type run func(be backend.Backend, in *inputs, s backend.Shape) []float32

// winograd stands for the tolerance of convolutions, which back ends may compute by
// transforms that round more; Compare is given it.
const winograd = -1

// ops is the table. Tolerances are relative 2-norms of the difference.
var ops = []struct {
	name      string
	tolerance float64
	run       run
}{
	{"Write and Read", 0, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		return read(be, in.buffer(be, s))
	}},
	{"Convolve", winograd, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dst := in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W}) // overwritten
		be.Convolve(dst, in.buffer(be, s), be.Prepare(in.weights(out(s), s.C)), nil)
		return read(be, dst)
	}},
	{"ConvolveBack", winograd, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		top := backend.Shape{C: out(s), H: s.H, W: s.W}
		pos := be.NewMemo(top)
		// Small whole numbers, whose convolution is exact and never 0: both back ends
		// see the same units positive.
		be.Convolve(be.New(top), in.whole(be, s), be.Prepare(in.wholeWeights(top.C, s.C)), pos)
		dsrc := in.buffer(be, s)
		be.ConvolveBack(dsrc, in.buffer(be, top), be.Prepare(in.weights(top.C, s.C)), pos)
		return read(be, dsrc)
	}},
	{"Convolve with int8", winograd, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dst := in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W})
		be.Convolve(dst, in.buffer(be, s), be.Prepare(in.quantised(out(s), s.C)), nil)
		return read(be, dst)
	}},
	{"ConvolveBack with int8", winograd, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dsrc := in.buffer(be, s)
		be.ConvolveBack(dsrc, in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W}), be.Prepare(in.quantised(out(s), s.C)), nil)
		return read(be, dsrc)
	}},
	{"Convolve, linear", winograd, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dst := in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W})
		be.Convolve(dst, in.buffer(be, s), be.Prepare(in.linear(out(s), s.C)), nil)
		return read(be, dst)
	}},
	{"ConvolveBack, linear", winograd, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dsrc := in.buffer(be, s)
		be.ConvolveBack(dsrc, in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W}), be.Prepare(in.linear(out(s), s.C)), nil)
		return read(be, dsrc)
	}},
	{"ConvolveBack of all units", winograd, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dsrc := in.buffer(be, s)
		be.ConvolveBack(dsrc, in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W}), be.Prepare(in.weights(out(s), s.C)), nil)
		return read(be, dsrc)
	}},
	{"Pool by average", 1e-6, pool(backend.Average, floor)},
	{"Pool by maximum", 0, pool(backend.Maximum, floor)},
	{"Pool by average, rounded up", 1e-6, pool(backend.Average, half)},
	{"Pool by maximum, rounded up", 0, pool(backend.Maximum, half)},
	{"Reduce", 1e-6, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dst := in.buffer(be, half(s))
		be.Reduce(dst, in.buffer(be, s))
		return read(be, dst)
	}},
	{"ReduceBack", 1e-6, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dsrc := in.buffer(be, s)
		be.ReduceBack(dsrc, in.buffer(be, half(s)))
		return read(be, dsrc)
	}},
	{"AddGram", 1e-6, gram(false, whole)},
	{"AddGram in a window", 1e-6, gram(false, inner)},
	{"AddGram with a mask", 1e-6, gram(true, inner)},
	{"GramGrad", 1e-6, gramGrad(false, whole)},
	{"GramGrad in a window", 1e-6, gramGrad(false, inner)},
	{"GramGrad with a mask", 1e-6, gramGrad(true, inner)},
	{"AddMoments", 1e-6, moments(false, whole)},
	{"AddMoments in a window", 1e-6, moments(false, inner)},
	{"AddMoments with a mask", 1e-6, moments(true, inner)},
	{"MomentsGrad", 1e-5, momentsGrad(false, whole)},
	{"MomentsGrad in a window", 1e-5, momentsGrad(false, inner)},
	{"MomentsGrad with a mask", 1e-5, momentsGrad(true, inner)},
	{"AddSquares", 1e-9, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		sum := be.NewSums(1)
		a, b := in.buffer(be, s), in.buffer(be, s)
		be.AddSquares(sum, a, b, inner(s))
		be.AddSquares(sum, a, b, whole(s))
		be.Total(sum)
		return totals(be, sum)
	}},
	{"SquaresGrad", 1e-6, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		da := in.buffer(be, s)
		be.SquaresGrad(da, in.buffer(be, s), in.buffer(be, s), 0.7, inner(s))
		return read(be, da)
	}},
	{"AddPart", 1e-6, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		large := backend.Shape{C: s.C, H: s.H + 3, W: s.W + 2}
		sum, x, part := in.buffer(be, large), in.buffer(be, large), be.New(s)
		be.AddPart(part, 0, 0, x, backend.Window{X0: 1, Y0: 2, X1: 1 + s.W, Y1: 2 + s.H})
		be.AddPart(sum, 2, 1, part, whole(s))
		be.AddPart(sum, 0, 3, part, inner(s))
		return append(read(be, part), read(be, sum)...)
	}},
	{"AddVariation", 1e-9, variation(backend.Squared)},
	{"AddVariation, absolute", 1e-9, variation(backend.Absolute)},
	{"VariationGrad", 1e-6, variationGrad(backend.Squared)},
	{"VariationGrad, absolute", 1e-6, variationGrad(backend.Absolute)},
	{"AddExcess", 1e-9, addExcess},
	{"ExcessGrad", 1e-6, excessGrad},
	{"Combine", 1e-6, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		a, b, c := in.buffer(be, s), in.buffer(be, s), in.buffer(be, s)
		be.Combine(a, 0.5, a, -2, b)
		be.Combine(c, 3, a, 0, nil)
		be.Combine(b, 0, b, 1, c)
		return read(be, b)
	}},
	{"Combine of sums", 1e-6, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		g, h := be.NewSums(s.C*s.C), be.NewSums(s.C*s.C)
		be.AddGram(g, in.buffer(be, s), whole(s), nil)
		be.Combine(h, 2, g, 0, nil)
		be.Combine(h, 0.25, h, 1, g)
		return totals(be, h)
	}},
	{"Sandwich", 1e-5, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		n := s.C * s.C
		d, k, product := be.NewSums(n), be.NewSums(n), be.NewSums(n)
		be.AddGram(d, in.buffer(be, s), whole(s), nil)
		symmetric := make([]float64, n)
		for i := range n {
			if row, col := i/s.C, i%s.C; row <= col {
				symmetric[i] = in.random.NormFloat64()
				symmetric[col*s.C+row] = symmetric[i]
			}
		}
		be.WriteSums(k, symmetric)
		be.Sandwich(product, d, k)
		return totals(be, product)
	}},
	{"ReadSums", 1e-6, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		g := be.NewSums(s.C * s.C)
		be.AddGram(g, in.buffer(be, s), whole(s), nil)
		wide := make([]float64, g.Len())
		if err := be.ReadSums(context.Background(), wide, g); err != nil {
			panic(err)
		}
		values := make([]float32, len(wide))
		for i, v := range wide {
			values[i] = float32(v)
		}
		return values
	}},
	{"AdamStep", 1e-5, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		x, m, v, g := in.buffer(be, s), be.New(s), be.New(s), in.buffer(be, s)
		for t := range 3 {
			be.AdamStep(x, m, v, g, 0.1, t+1)
			be.Combine(g, -0.5, g, 0.1, x)
		}
		return read(be, x)
	}},
	{"Dots", 1e-9, func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		a, b := in.buffer(be, s), in.buffer(be, s)
		dots := dots(be, []backend.Pair{{A: a, B: b}, {A: b, B: b}, {A: a}})
		return []float32{float32(dots[0]), float32(dots[1]), float32(dots[2])}
	}},
}

func gram(masked bool, w func(backend.Shape) backend.Window) run {
	return func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		g := be.NewSums(s.C * s.C)
		f := in.buffer(be, s)
		mask := in.mask(be, s, masked)
		be.AddGram(g, f, w(s), mask)
		be.AddGram(g, f, w(s), mask) // adds
		be.Total(g)
		return totals(be, g)
	}
}

func gramGrad(masked bool, w func(backend.Shape) backend.Window) run {
	return func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		d := be.NewSums(s.C * s.C)
		be.AddGram(d, in.buffer(be, s), whole(s), nil)
		df := in.buffer(be, s)
		be.GramGrad(df, in.buffer(be, s), d, 0.01, w(s), in.mask(be, s, masked))
		return read(be, df)
	}
}

func out(s backend.Shape) int              { return s.C*3%67 + 1 }
func whole(s backend.Shape) backend.Window { return s.Whole() }
func floor(s backend.Shape) backend.Shape  { return backend.Shape{C: s.C, H: s.H / 2, W: s.W / 2} }
func half(s backend.Shape) backend.Shape {
	return backend.Shape{C: s.C, H: (s.H + 1) / 2, W: (s.W + 1) / 2}
}
func read(be backend.Backend, b backend.Buffer) []float32 {
	d := make([]float32, b.Len())
	if err := be.Read(context.Background(), d, b); err != nil {
		panic(err)
	}
	return d
}

// inner is a window that leaves something out on every side, if there is enough.
func inner(s backend.Shape) backend.Window {
	return backend.Window{X0: min(1, s.W), Y0: min(2, s.H), X1: max(s.W-2, min(1, s.W)), Y1: max(s.H-1, min(2, s.H))}
}

// totals reads sums through Dots, as nothing else reads a Sums: their sum, and for
// matrices the products with the Gram matrices of maps that are 1 in one or two
// channels, which together tell every element.
func totals(be backend.Backend, s backend.Sums) []float32 {
	pairs := []backend.Pair{{A: s}}
	channels := int(math.Sqrt(float64(s.Len())))
	if channels*channels == s.Len() && channels > 1 && channels <= 64 {
		for i := range channels {
			for j := range i + 1 {
				one := make([]float32, channels)
				one[i], one[j] = 1, 1
				f, unit := be.New(backend.Shape{C: channels, H: 1, W: 1}), be.NewSums(s.Len())
				be.Write(f, one)
				be.AddGram(unit, f, f.Shape().Whole(), nil)
				pairs = append(pairs, backend.Pair{A: s, B: unit})
			}
		}
	}
	d := make([]float32, len(pairs))
	for i, v := range dots(be, pairs) {
		d[i] = float32(v)
	}
	return d
}

func dots(be backend.Backend, pairs []backend.Pair) []float64 {
	d := make([]float64, len(pairs))
	if err := be.Dots(context.Background(), d, pairs); err != nil {
		panic(err)
	}
	return d
}

// inputs draws the same numbers for both back ends.
type inputs struct{ random *rand.Rand }

func (in *inputs) buffer(be backend.Backend, s backend.Shape) backend.Buffer {
	b := be.New(s)
	be.Write(b, in.normal(s.Len()))
	return b
}

func (in *inputs) normal(n int) []float32 {
	d := make([]float32, n)
	for i := range d {
		d[i] = float32(in.random.NormFloat64())
	}
	return d
}

func (in *inputs) mask(be backend.Backend, s backend.Shape, masked bool) backend.Buffer {
	if !masked {
		return nil
	}
	m := be.New(backend.Shape{C: 1, H: s.H, W: s.W})
	d := make([]float32, m.Len())
	for i := range d {
		d[i] = in.random.Float32()
	}
	be.Write(m, d)
	return m
}

// whole returns a map of the numbers -2 to 2, so that there are ties.
func (in *inputs) whole(be backend.Backend, s backend.Shape) backend.Buffer {
	b := be.New(s)
	be.Write(b, in.numbers(s.Len()))
	return b
}

func (in *inputs) numbers(n int) []float32 {
	d := make([]float32, n)
	for i := range d {
		d[i] = float32(in.random.IntN(5) - 2)
	}
	return d
}

func (in *inputs) weights(o, i int) backend.ConvWeights {
	return backend.ConvWeights{O: o, I: i, Weight: in.normal(o * i * 9), Bias: in.normal(o)}
}

func (in *inputs) linear(o, i int) backend.ConvWeights {
	return backend.ConvWeights{O: o, I: i, Linear: true, Weight: in.normal(o * i * 9)}
}

func (in *inputs) quantised(o, i int) backend.ConvWeights {
	w := backend.ConvWeights{O: o, I: i, Int8: make([]int8, o*i*9), Scale: in.normal(o), Bias: in.normal(o)}
	for k := range w.Int8 {
		w.Int8[k] = int8(in.random.IntN(255) - 127)
	}
	return w
}

func (in *inputs) wholeWeights(o, i int) backend.ConvWeights {
	w := backend.ConvWeights{O: o, I: i, Weight: in.numbers(o * i * 9), Bias: make([]float32, o)}
	for k := range w.Bias {
		w.Bias[k] = 0.5
	}
	return w
}

// Shapes returns the shapes that straddle every width of vectors and tiles.
func Shapes() []backend.Shape {
	var shapes []backend.Shape
	for _, c := range []int{1, 3, 4, 5, 17} {
		for _, hw := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {2, 3}, {3, 7}, {4, 8}, {5, 9}, {1, 15}, {7, 16}, {3, 17}, {9, 31}, {8, 32}, {5, 33}, {17, 23}} {
			shapes = append(shapes, backend.Shape{C: c, H: hw[0], W: hw[1]})
		}
	}
	return append(shapes, backend.Shape{C: 3, H: 0, W: 5}, backend.Shape{C: 64, H: 12, W: 16}, backend.Shape{C: 130, H: 24, W: 32})
}

// Compare holds got against want on every operation and shape, convolutions to the
// given tolerance.
func Compare(t *testing.T, got backend.Backend, want *Reference, convolution float64) {
	for _, op := range ops {
		t.Run(op.name, func(t *testing.T) {
			for i, s := range Shapes() {
				q := question{op.name, s, *rand.NewPCG(uint64(i), 7)}
				tolerance := op.tolerance
				if tolerance == winograd {
					tolerance = convolution
				}
				if err := q.hold(got, want, op.run, tolerance); err != nil {
					t.Errorf("%v: %v", s, err)
				}
			}
		})
	}
}

// Convolutions holds the convolutions alone against want's, at one shape.
func Convolutions(got backend.Backend, want *Reference, s backend.Shape, tolerance float64) error {
	for _, op := range ops {
		if op.tolerance == winograd {
			q := question{op.name, s, *rand.NewPCG(uint64(s.Len()), 9)}
			if err := q.hold(got, want, op.run, tolerance); err != nil {
				return fmt.Errorf("%s: %w", op.name, err)
			}
		}
	}
	return nil
}

// Everything returns what all operations make at one shape, those of training too where be has them.
func Everything(be backend.Backend, s backend.Shape) []float32 {
	var all []float32
	for _, op := range ops {
		all = append(all, op.run(be, &inputs{rand.New(rand.NewPCG(2, 9))}, s)...)
	}
	if trainer, ok := be.(backend.Trainer); ok {
		for _, op := range trained {
			all = append(all, op.run(trainer, &inputs{rand.New(rand.NewPCG(2, 9))}, s)...)
		}
	}
	return all
}

// Close says how got differs from want by more than the tolerance: the 2-norm of the
// difference, relative to want's, and a hundred times that for the largest single
// difference. NaN and infinity are never close.
func Close(got, want []float32, tolerance float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("got %d elements, want %d", len(got), len(want))
	}
	var diff, norm, worst float64
	at := 0
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return fmt.Errorf("element %d is %v, want %v", i, g, w)
		}
		d := math.Abs(g - w)
		diff, norm = diff+d*d, norm+w*w
		if d > worst {
			worst, at = d, i
		}
	}
	if !(math.Sqrt(diff) <= tolerance*math.Sqrt(norm)) {
		return fmt.Errorf("relative error %.3g, want %.3g at most; worst at %d: got %v, want %v", math.Sqrt(diff/norm), tolerance, at, got[at], want[at])
	}
	if rms := math.Sqrt(norm / float64(max(1, len(want)))); !(worst <= 100*tolerance*rms) {
		return fmt.Errorf("element %d is %v, want %v", at, got[at], want[at])
	}
	return nil
}
