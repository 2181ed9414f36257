package ref_test

import (
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/ref"
)

func TestAdjoint(t *testing.T) { backendtest.Adjoint(t, ref.New(), 1e-11) }

// Units that cross 0 within the step make the differences differ a little.
func TestSlopes(t *testing.T) { backendtest.Slopes(t, ref.New(), 0.02) }

func TestConvolveByHand(t *testing.T) {
	be := ref.New()
	src, dst := be.New(backend.Shape{C: 1, H: 2, W: 3}), be.New(backend.Shape{C: 1, H: 2, W: 3})
	be.Write(src, []float32{
		1, 2, 3,
		4, 5, 6,
	})
	w := backend.ConvWeights{O: 1, I: 1, Bias: []float32{-20}, Weight: []float32{
		0, 1, 0,
		2, 3, 4,
		0, 5, 0,
	}}
	pos := be.NewMemo(dst.Shape())
	be.Convolve(dst, src, be.Prepare(w), pos)
	// Without bias: 3*1+4*2+5*4=31, 2*1+3*2+4*3+5*5=45, 2*2+3*3+5*6=43;
	// 1*1+3*4+4*5=33, 1*2+2*4+3*5+4*6=49, 1*3+2*5+3*6=31.
	want := []float64{11, 25, 23, 13, 29, 11}
	for i, got := range ref.Elements(dst) {
		if got != want[i] {
			t.Errorf("element %d is %v, want %v", i, got, want[i])
		}
	}
}

func TestReduceKeepsFlatPictures(t *testing.T) {
	be := ref.New()
	for _, s := range backendtest.Shapes() {
		src, dst := be.New(s), be.New(backend.Shape{C: s.C, H: (s.H + 1) / 2, W: (s.W + 1) / 2})
		flat := make([]float32, s.Len())
		for i := range flat {
			flat[i] = 3
		}
		be.Write(src, flat)
		be.Reduce(dst, src)
		for i, got := range ref.Elements(dst) {
			if !(got > 3-1e-12 && got < 3+1e-12) {
				t.Fatalf("%v: element %d is %v, want 3", s, i, got)
			}
		}
	}
}
