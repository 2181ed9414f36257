package backendtest

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
)

// trained are the operations that training adds.
var trained = []struct {
	name string
	run  func(be backend.Trainer, in *inputs, s backend.Shape) []float32
}{
	{"ConvolveGrad", func(be backend.Trainer, in *inputs, s backend.Shape) []float32 { return convolveGrad(be, in, s, true) }},
	{"ConvolveGrad of all units", func(be backend.Trainer, in *inputs, s backend.Shape) []float32 {
		return convolveGrad(be, in, s, false)
	}},
	{"Map", func(be backend.Trainer, in *inputs, s backend.Shape) []float32 {
		dst := in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W})
		be.Map(dst, in.buffer(be, s), in.normal(out(s)*s.C))
		back := in.buffer(be, s) // what lies behind the channels must have stayed 0
		be.Map(back, dst, in.normal(out(s)*s.C))
		return append(read(be, dst), read(be, back)...)
	}},
	{"MapGrad", func(be backend.Trainer, in *inputs, s backend.Shape) []float32 {
		dm := in.normal(out(s) * s.C)
		be.MapGrad(dm, in.buffer(be, backend.Shape{C: out(s), H: s.H, W: s.W}), in.buffer(be, s))
		return dm
	}},
}

// CompareTrainer holds got against want on the operations that training adds.
func CompareTrainer(t *testing.T, got backend.Trainer, want *Reference, tolerance float64) {
	for i, s := range Shapes() {
		for _, op := range trained {
			q := question{op.name, s, *rand.NewPCG(uint64(i), 11)}
			run := func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
				return op.run(be.(backend.Trainer), in, s)
			}
			if err := q.hold(got, want, run, tolerance); err != nil {
				t.Errorf("%s %v: %v", op.name, s, err)
			}
		}
	}
}

func convolveGrad(be backend.Trainer, in *inputs, s backend.Shape, masked bool) []float32 {
	top := backend.Shape{C: out(s), H: s.H, W: s.W}
	var pos backend.Memo
	if masked {
		pos = be.NewMemo(top)
		be.Convolve(be.New(top), in.whole(be, s), be.Prepare(in.wholeWeights(top.C, s.C)), pos)
	}
	dw, db := in.normal(top.C*s.C*9), in.normal(top.C)
	be.ConvolveGrad(dw, db, in.buffer(be, top), in.buffer(be, s), pos)
	return append(dw, db...)
}

// Slopes holds ConvolveGrad and MapGrad against differences of what Convolve and Map
// give: of <g, relu(w*x + b)> and of <g, m x>.
func Slopes(t *testing.T, be backend.Trainer, tolerance float64) {
	s, ctx := backend.Shape{C: 3, H: 5, W: 6}, context.Background()
	in := &inputs{rand.New(rand.NewPCG(5, 5))}
	top := backend.Shape{C: 4, H: s.H, W: s.W}
	x, g, y := in.buffer(be, s), in.buffer(be, top), be.New(top)
	pos := be.NewMemo(top)
	w, m := in.weights(top.C, s.C), in.normal(top.C*s.C)

	value := func(forward func()) float64 {
		forward()
		product := make([]float64, 1)
		if err := be.Dots(ctx, product, []backend.Pair{{A: g, B: y}}); err != nil {
			t.Fatal(err)
		}
		return product[0]
	}
	check := func(name string, at []float32, gradient []float32, forward func()) {
		for k := range at {
			const step = 1e-3
			was := at[k]
			at[k] = was + step
			up, upper := value(forward), at[k]
			at[k] = was - step
			down, lower := value(forward), at[k]
			at[k] = was
			if slope := (up - down) / float64(upper-lower); !(math.Abs(slope-float64(gradient[k])) <= tolerance) {
				t.Errorf("%s %d: the gradient is %v, differences give %v", name, k, gradient[k], slope)
			}
		}
	}
	for o := range w.Bias {
		w.Bias[o] += 2 // some units open, some shut, and few near 0
	}
	convolve := func() { be.Convolve(y, x, be.Prepare(w), pos) }
	convolve()
	dw, db, dm := make([]float32, len(w.Weight)), make([]float32, top.C), make([]float32, len(m))
	be.ConvolveGrad(dw, db, g, x, pos)
	check("weight", w.Weight, dw, convolve)
	check("bias", w.Bias, db, convolve)
	be.MapGrad(dm, g, x)
	check("matrix", m, dm, func() { be.Map(y, x, m) })
}
