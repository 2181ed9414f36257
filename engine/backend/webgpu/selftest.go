package webgpu

import (
	"context"
	"fmt"
	"math"

	"trappedinart/engine/backend"
)

// A trial is one or two operations on small maps, the same on every back end; it returns
// what they made.
type trial struct {
	name string
	run  func(t *bench) []float32
}

// bench is a back end on trial. Its numbers are the same for every one.
type bench struct {
	backend.Backend
	ctx   context.Context
	state uint64
	err   error
}

// small is a shape that no tile, vector or word fits.
var small = backend.Shape{C: 21, H: 11, W: 19}

// trials are of every operation of the seam.
var trials = []trial{
	{"Convolve and ConvolveBack", func(t *bench) []float32 { return t.convolve(21, 18) }},
	{"Convolve and ConvolveBack of a picture", func(t *bench) []float32 { return t.convolve(3, 34) }},
	{"Pool by average", func(t *bench) []float32 { return t.pool(backend.Average) }},
	{"Pool by maximum", func(t *bench) []float32 { return t.pool(backend.Maximum) }},
	{"Reduce and ReduceBack", func(t *bench) []float32 {
		dst, back := t.New(half(small)), t.filled(small)
		t.Reduce(dst, t.filled(small))
		t.ReduceBack(back, dst)
		return t.all(dst, back)
	}},
	{"AddGram, Sandwich and GramGrad", func(t *bench) []float32 {
		n := small.C * small.C
		s, k, d, df, f, mask := t.NewSums(n), t.NewSums(n), t.NewSums(n), t.filled(small), t.filled(small), t.filled(backend.Shape{C: 1, H: small.H, W: small.W})
		t.AddGram(s, f, small.Whole(), nil)
		t.AddGram(s, f, inner, mask)
		t.Total(s)
		unit := make([]float64, n)
		for i := range small.C {
			unit[i*small.C+i] = float64(i)
		}
		t.WriteSums(k, unit)
		t.Sandwich(d, s, k)
		t.GramGrad(df, f, d, 1e-4, inner, mask)
		t.GramGrad(df, f, s, 1e-3, small.Whole(), nil)
		return t.all(df, s, d)
	}},
	{"AddMoments, Spread and MomentsGrad", func(t *bench) []float32 {
		s, m, df, f, mask := t.NewSums(2*small.C), t.NewSums(2*small.C), t.filled(small), t.filled(small), t.filled(backend.Shape{C: 1, H: small.H, W: small.W})
		t.AddMoments(s, f, small.Whole(), nil)
		t.AddMoments(s, f, inner, mask)
		t.Spread(m, s, 500)
		t.MomentsGrad(df, f, s, m, 0.01, inner, mask)
		return t.all(df, s, m)
	}},
	{"AddSquares and SquaresGrad", func(t *bench) []float32 {
		s, a, b, da := t.NewSums(1), t.filled(small), t.filled(small), t.filled(small)
		t.AddSquares(s, a, b, inner)
		t.SquaresGrad(da, a, b, 0.7, inner)
		return t.all(da, s)
	}},
	{"AddVariation and VariationGrad", func(t *bench) []float32 {
		s, x, dx := t.NewSums(1), t.filled(small), t.filled(small)
		for _, kind := range []backend.Variation{backend.Squared, backend.Absolute} {
			t.AddVariation(s, x, kind, inner)
			t.VariationGrad(dx, x, kind, 0.3, inner)
		}
		return t.all(dx, s)
	}},
	{"AddExcess and ExcessGrad", func(t *bench) []float32 {
		picture, limits := small, backend.Limits{Middle: [3]float64{0.1, -0.2, 0.3}, Reach: 0.4}
		picture.C = 3
		s, x, dx := t.NewSums(1), t.filled(picture), t.filled(picture)
		t.AddExcess(s, x, limits, inner)
		t.ExcessGrad(dx, x, limits, 0.3, inner)
		return t.all(dx, s)
	}},
	{"Combine, AddPart and AdamStep", func(t *bench) []float32 {
		a, b, m, v := t.filled(small), t.filled(small), t.New(small), t.New(small)
		t.Combine(a, 0.5, a, -2, b)
		t.Combine(b, 0, b, 3, a)
		t.AddPart(b, 2, 1, a, backend.Window{X0: 1, Y0: 2, X1: 8, Y1: 7})
		t.AdamStep(a, m, v, b, 0.1, 1)
		s := t.NewSums(2)
		t.WriteSums(s, []float64{1, -3})
		t.Combine(s, 2, s, 0, nil)
		return t.all(a, b, s)
	}},
}

var inner = backend.Window{X0: 1, Y0: 2, X1: 17, Y1: 10}

func half(s backend.Shape) backend.Shape {
	return backend.Shape{C: s.C, H: (s.H + 1) / 2, W: (s.W + 1) / 2}
}

func (t *bench) convolve(in, out int) []float32 {
	w := backend.ConvWeights{O: out, I: in, Weight: make([]float32, 9*in*out), Bias: make([]float32, out)}
	t.fill(w.Weight)
	t.fill(w.Bias)
	s := backend.Shape{C: out, H: small.H, W: small.W}
	from := s
	from.C = in
	src, dst, dsrc, pos, c := t.filled(from), t.New(s), t.New(from), t.NewMemo(s), t.Prepare(w)
	t.Convolve(dst, src, c, pos)
	t.ConvolveBack(dsrc, dst, c, pos) // what is not positive is 0, and counts no less
	return t.all(dst, dsrc)
}

func (t *bench) pool(kind backend.Pooling) []float32 {
	dst, back, arg := t.New(half(small)), t.New(small), t.NewMemo(half(small))
	t.Pool(dst, t.filled(small), kind, arg)
	t.PoolBack(back, dst, kind, arg)
	return t.all(dst, back)
}

// fill writes numbers from -1 to 1 (SplitMix64, as for tests).
func (t *bench) fill(d []float32) {
	for i := range d {
		t.state += 0x9E3779B97F4A7C15
		z := t.state
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		d[i] = float32(z>>40)/(1<<23) - 1
	}
}

func (t *bench) filled(s backend.Shape) backend.Buffer {
	d := make([]float32, s.Len())
	t.fill(d)
	f := t.New(s)
	t.Write(f, d)
	return f
}

// all reads maps, and of sums their products with themselves.
func (t *bench) all(vectors ...backend.Vector) []float32 {
	var list []float32
	for _, v := range vectors {
		if f, ok := v.(backend.Buffer); ok {
			d := make([]float32, f.Len())
			t.keep(t.Read(t.ctx, d, f))
			list = append(list, d...)
			continue
		}
		d := make([]float64, 2)
		t.keep(t.Dots(t.ctx, d, []backend.Pair{{A: v, B: v}, {A: v}}))
		list = append(list, float32(math.Sqrt(d[0])), float32(d[1]))
	}
	return list
}

func (t *bench) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}

// selfTest says in which operation b differs from another back end.
func (b *Backend) selfTest(ctx context.Context, other backend.Backend) error {
	for _, trial := range trials {
		mine, theirs := &bench{Backend: b, ctx: ctx, state: 1}, &bench{Backend: other, ctx: ctx, state: 1}
		got, want := trial.run(mine), trial.run(theirs)
		if mine.err != nil {
			return fmt.Errorf("%s: %w", trial.name, mine.err)
		}
		if theirs.err != nil {
			return theirs.err
		}
		var diff, norm float64
		for i, g := range got {
			d := float64(g) - float64(want[i])
			diff, norm = diff+d*d, norm+float64(want[i])*float64(want[i])
		}
		const tolerance = 1e-4
		if e := math.Sqrt(diff / norm); !(e <= tolerance) {
			return fmt.Errorf("%s is wrong by %.2g of its size; the driver may be faulty", trial.name, e)
		}
	}
	return nil
}
