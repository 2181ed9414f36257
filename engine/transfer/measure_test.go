package transfer_test

import (
	"context"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/transfer"
)

func measure(t *testing.T, content, style, x *image.NRGBA) *transfer.Measures {
	t.Helper()
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	m, err := transfer.Measure(context.Background(), cpu.New(1), narrow(), r, content, []*image.NRGBA{style}, x)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// grey returns a grey picture of w x h.
func grey(w, h int, at func(x, y int) uint8) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := at(x, y)
			img.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	return img
}

// The photograph is its own content, and the painting its own style.
func TestMeasureOfItself(t *testing.T) {
	photograph, painting := drawn("photo", 80, 64), drawn("a painting", 80, 64)
	same := measure(t, photograph, painting, photograph)
	if d := same.Content["relu3_2"]; d != 0 || math.Abs(same.ContentFidelity-1) > 1e-6 {
		t.Errorf("the photograph's content is %v from its own, fidelity %v", d, same.ContentFidelity)
	}
	if !(same.MultiScaleStyle > 0.01) || !(same.HolisticTextures < 0.9999) || !(same.GlobalColours < 0.99) {
		t.Errorf("the photograph's style is the painting's: %+v", same)
	}
	other := measure(t, photograph, painting, painting)
	if other.MultiScaleStyle > 1e-9 || math.Abs(other.HolisticTextures-1) > 1e-6 || math.Abs(other.GlobalColours-1) > 1e-9 || math.Abs(other.HighFrequency-1) > 1e-9 {
		t.Errorf("the painting's style is not its own: %+v", other)
	}
	if len(other.Style) != 9 || !(other.Content["relu3_2"] > 0.001) || !(other.ContentFidelity < 0.9999) {
		t.Errorf("the painting has the photograph's content: %+v", other)
	}
}

// Relative distances do not know what the recipe weighs.
func TestRelative(t *testing.T) {
	r, _ := engine.Preset(engine.Painterly)
	r.Copies = 0
	photograph, painting := drawn("photo", 80, 64), drawn("a painting", 80, 64)
	evaluate := func(r engine.Recipe) *transfer.Evaluation {
		e, err := transfer.Evaluate(context.Background(), cpu.New(1), narrow(), r, photograph, []*image.NRGBA{painting}, drawn("x", 80, 64))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	one := evaluate(r)
	for i, p := range one.Relative {
		want := one.Parts[i].Value / (0.25 / 3)
		switch {
		case p.Name == "content:relu3_2":
			want = one.Parts[i].Value / (0.02 * 0.25)
		case strings.HasPrefix(p.Name, "moments:"):
			want /= r.Moments
		case strings.HasPrefix(p.Name, "spectrum:"):
			want /= r.Spectrum
		}
		if p.Name != one.Parts[i].Name || !(math.Abs(p.Value-want) <= 1e-9*want) {
			t.Errorf("%s is %v, want %v", p.Name, p.Value, want)
		}
	}
	r.Moments, r.Spectrum = 0, 0
	one = evaluate(r)
	r.LossScaling, r.StyleWeight, r.ContentWeight = engine.GatysNotebook, 7, 3
	r.StyleLayers[0].Weight = 0.1
	for i, p := range evaluate(r).Relative {
		if want := one.Relative[i]; p.Name != want.Name || !(math.Abs(p.Value-want.Value) <= 1e-12) {
			t.Errorf("with other weights %s is %v, want %v", p.Name, p.Value, want.Value)
		}
	}
}

func TestPixelMeasures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	noise := make([]uint8, 64*48)
	for i := range noise {
		noise[i] = uint8(60 + random.IntN(100))
	}
	even := func(x, y int) uint8 { return noise[y*64+x] }
	photograph := grey(64, 48, even)
	plain := measure(t, photograph, photograph, photograph)
	if plain.Clipped != 0 || math.Abs(plain.BorderRatio-1) > 0.1 || plain.SeamRatio > 1.6 || math.Abs(plain.HighFrequency-1) > 1e-9 {
		t.Errorf("noise measures %+v", plain.PixelMeasures)
	}
	clipped := measure(t, photograph, photograph, grey(64, 48, func(x, y int) uint8 {
		if x < 16 {
			return 255 * uint8(y%2)
		}
		return even(x, y)
	}))
	if math.Abs(clipped.Clipped-0.25) > 1e-9 {
		t.Errorf("a quarter is clipped, not %v", clipped.Clipped)
	}
	framed := measure(t, photograph, photograph, grey(64, 48, func(x, y int) uint8 {
		if min(x, y, 63-x, 47-y) < 8 {
			return 100
		}
		return even(x, y)
	}))
	if !(framed.BorderRatio < 0.4) {
		t.Errorf("a flat frame has a ratio of %v", framed.BorderRatio)
	}
	seam := measure(t, photograph, photograph, grey(64, 48, func(x, y int) uint8 {
		if x >= 32 {
			return even(x, y) + 90
		}
		return even(x, y)
	}))
	if !(seam.SeamRatio > 2.2) {
		t.Errorf("a seam has a ratio of %v", seam.SeamRatio)
	}
	smooth := measure(t, photograph, photograph, grey(64, 48, func(x, y int) uint8 { return uint8(60 + x + y) }))
	if !(smooth.HighFrequency < 0.01) {
		t.Errorf("a ramp has %v of the noise's high frequencies", smooth.HighFrequency)
	}
}
