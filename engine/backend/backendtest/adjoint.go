package backendtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
)

// Adjoint checks that every linear operation and its way back are transposes of
// each other: <A x, y> = <x, A' y>.
func Adjoint(t *testing.T, be backend.Backend, tolerance float64) {
	for i, s := range Shapes() {
		in := &inputs{rand.New(rand.NewPCG(uint64(i), 8))}
		check := func(name string, forward func(dst, src backend.Buffer), back func(dsrc, ddst backend.Buffer), top backend.Shape) {
			x, y := in.buffer(be, s), in.buffer(be, top)
			ax, aty := be.New(top), be.New(s)
			forward(ax, x)
			back(aty, y)
			dots := dots(be, []backend.Pair{{A: ax, B: y}, {A: x, B: aty}, {A: ax, B: ax}, {A: y, B: y}})
			if scale := math.Sqrt(dots[2] * dots[3]); !(math.Abs(dots[0]-dots[1]) <= tolerance*scale) {
				t.Errorf("%s %v: <Ax,y> = %v, <x,A'y> = %v", name, s, dots[0], dots[1])
			}
		}
		check("Reduce", be.Reduce, be.ReduceBack, half(s))
		for _, small := range []backend.Shape{floor(s), half(s)} {
			check("Pool",
				func(dst, src backend.Buffer) { be.Pool(dst, src, backend.Average, nil) },
				func(dsrc, ddst backend.Buffer) { be.PoolBack(dsrc, ddst, backend.Average, nil) }, small)
		}

		// Convolution is linear where its ReLU is open: a large bias opens it, and the
		// convolution of zeros takes it away again.
		w := in.weights(out(s), s.C)
		for o := range w.Bias {
			w.Bias[o] = float32(8 * math.Sqrt(9*float64(s.C)))
		}
		conv, top := be.Prepare(w), backend.Shape{C: out(s), H: s.H, W: s.W}
		pos := be.NewMemo(top)
		check("Convolve",
			func(dst, src backend.Buffer) {
				bias := be.New(top)
				be.Convolve(bias, be.New(s), conv, nil)
				be.Convolve(dst, src, conv, pos)
				be.Combine(dst, 1, dst, -1, bias)
			},
			func(dsrc, ddst backend.Buffer) { be.ConvolveBack(dsrc, ddst, conv, pos) }, top)
	}
}
