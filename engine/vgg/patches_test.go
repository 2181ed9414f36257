package vgg_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/vgg"
)

// The basis of patches is orthonormal: their squares sum to those of the 27 values, and the
// way back is the transpose. Looking at patches does not change what the network sees.
func TestPatches(t *testing.T) {
	const h, w = 13, 17
	be := cpu.New(1)
	taps := []string{vgg.Patches, "relu2_1"}
	n, err := vgg.New(be, weights(4), taps)
	if err != nil {
		t.Fatal(err)
	}
	p, err := n.Plan(h, w, backend.Average, taps)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Shapes(h, w, taps)[vgg.Patches]; got != (backend.Shape{C: 27, H: h, W: w}) {
		t.Fatalf("patches have the shape %v", got)
	}
	random := rand.New(rand.NewPCG(1, 1))
	draw := func(s backend.Shape) (backend.Buffer, []float32) {
		b, d := be.New(s), make([]float32, s.Len())
		for i := range d {
			d[i] = float32(random.NormFloat64())
		}
		be.Write(b, d)
		return b, d
	}
	read := func(b backend.Buffer) []float32 {
		d := make([]float32, b.Len())
		if err := be.Read(context.Background(), d, b); err != nil {
			t.Fatal(err)
		}
		return d
	}
	x, pixels := draw(backend.Shape{C: 3, H: h, W: w})
	var seen, deep []float32
	p.Forward(x, func(tap string, f backend.Buffer) {
		if tap == vgg.Patches {
			seen = read(f)
		} else {
			deep = read(f)
		}
	})
	const y0, x0 = 6, 8
	want, got := 0., 0.
	for c := range 3 {
		for v := -1; v <= 1; v++ {
			for u := -1; u <= 1; u++ {
				want += math.Pow(float64(pixels[(c*h+y0+v)*w+x0+u]), 2)
			}
		}
	}
	for o := range 27 {
		got += math.Pow(float64(seen[(o*h+y0)*w+x0]), 2)
	}
	if !(math.Abs(got-want) <= 1e-5*want) {
		t.Errorf("a patch has the squares %v, its values %v", got, want)
	}

	_, weight := draw(backend.Shape{C: 27, H: h, W: w})
	dx := be.New(x.Shape())
	p.Backward(dx, func(tap string, df, f backend.Buffer) {
		if tap == vgg.Patches {
			be.Write(df, weight)
		}
	})
	forward, back := 0., 0.
	for i, v := range seen {
		forward += float64(v) * float64(weight[i])
	}
	for i, v := range read(dx) {
		back += float64(v) * float64(pixels[i])
	}
	if !(math.Abs(forward-back) <= 1e-4*math.Abs(forward)) {
		t.Errorf("<patches(x), y> = %v, <x, back(y)> = %v", forward, back)
	}

	alone, err := n.Plan(h, w, backend.Average, taps[1:])
	if err != nil {
		t.Fatal(err)
	}
	alone.Forward(x, func(_ string, f backend.Buffer) {
		for i, v := range read(f) {
			if v != deep[i] {
				t.Fatalf("beside patches the network sees %v, alone %v", deep[i], v)
			}
		}
	})
}

// A convolver counts convolutions.
type convolver struct {
	backend.Backend
	convolved int
}

func (c *convolver) Convolve(dst, src backend.Buffer, conv backend.Conv, pos backend.Memo) {
	c.convolved++
	c.Backend.Convolve(dst, src, conv, pos)
}

// To look at patches alone, none of the network's own convolutions is computed.
func TestPatchesAlone(t *testing.T) {
	be := &convolver{Backend: cpu.New(1)}
	taps := []string{vgg.Patches}
	n, err := vgg.New(be, weights(4), append(taps, "relu1_1"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := n.ForwardPlan(13, 17, backend.Average, taps)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	p.Forward(be.New(backend.Shape{C: 3, H: 13, W: 17}), func(string, backend.Buffer) { shown++ })
	if shown != 1 || be.convolved != 1 {
		t.Errorf("%d taps are shown, by %d convolutions; want one each", shown, be.convolved)
	}
}
