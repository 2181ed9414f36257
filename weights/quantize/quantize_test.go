//go:build !js

package quantize_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/vgg"
	"trappedinart/internal/fixture"
	"trappedinart/weights"
	"trappedinart/weights/quantize"
)

func vgg19(t *testing.T) *vgg.Weights {
	t.Helper()
	w, err := weights.Parse(fixture.Read(t, fixture.Shared(t, "vgg19", "vgg19-conv1-conv3.safetensors")))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func file(t *testing.T, name string) engine.File {
	t.Helper()
	return engine.File{Name: name, Data: fixture.Read(t, fixture.Shared(t, "images", name+".jpg"))}
}

func picture(t *testing.T, name string, size int) quantize.Picture {
	t.Helper()
	img, err := pixel.Decode(context.Background(), file(t, name))
	if err != nil {
		t.Fatal(err)
	}
	w, h := pixel.Fit(img.Bounds().Dx(), img.Bounds().Dy(), size)
	return quantize.Picture{W: w, H: h, Planes: pixel.Planes(img, w, h)}
}

// VGG-19 in int8 sees within 1 % of what it sees in float32, on pictures that its scales
// were not chosen on, and better than with the largest scales; and it paints the same.
func TestVGG19(t *testing.T) {
	w, be, ctx := vgg19(t), cpu.New(0), context.Background()
	if testing.Short() || be.ISA() == "go" {
		fixture.Elsewhere(t, "make unit: it takes minutes in plain Go")
	}
	chosen := []quantize.Picture{picture(t, "golden_gate", 160), picture(t, "starry_night", 160), picture(t, "tubingen", 160)}
	others := []quantize.Picture{picture(t, "hoovertowernight", 192), picture(t, "the_scream", 192)}
	q, layers, err := quantize.Network(ctx, be, w, chosen, quantize.Grades[0])
	if err != nil {
		t.Fatal(err)
	}
	got, err := quantize.Errors(ctx, be, q, w, others)
	if err != nil {
		t.Fatal(err)
	}
	largest := &vgg.Weights{Input: w.Input}
	for _, c := range w.Convs {
		weights.Round(&c, weights.LargestScales(&c, weights.Bits), weights.Bits)
		largest.Convs = append(largest.Convs, c)
	}
	plain, err := quantize.Errors(ctx, be, largest, w, others)
	if err != nil {
		t.Fatal(err)
	}
	for i, tap := range w.Taps() {
		t.Logf("%s: error %.3f %%, with the largest scales %.3f %%; %.1f dB, %.1f dB", tap, 100*got[tap], 100*plain[tap], layers[i].SNR, layers[i].LargestScale)
		if !(got[tap] < 0.01) {
			t.Errorf("%s is off by %.3f %%, want less than 1 %%", tap, 100*got[tap])
		}
		if !(layers[i].SNR > layers[i].LargestScale) {
			t.Errorf("%s has %.2f dB, with the largest scales %.2f", layers[i].Name, layers[i].SNR, layers[i].LargestScale)
		}
	}
	if deepest := "relu3_4"; !(got[deepest] < plain[deepest]) {
		t.Errorf("%s is off by %.3f %%, with the largest scales by %.3f %%", deepest, 100*got[deepest], 100*plain[deepest])
	}
	e, err := quantize.Paint(ctx, be, w, q, file(t, "tubingen"), file(t, "the_scream"), 128)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("of the gap that float32 closes int8 closes %.3f %% (%.4f), content distance %.4f of float32's", 100*e.Mean, e.Shares, e.Content)
	if !(e.Mean >= 0.995) {
		t.Errorf("int8 closes %.3f %% of the gap that float32 closes, want 99.5 %%", 100*e.Mean)
	}
}

// Scales chosen on drawn pictures bring much of the gain of scales chosen on real ones.
func TestVGG19ByLeaves(t *testing.T) {
	w, be, ctx := vgg19(t), cpu.New(0), context.Background()
	if testing.Short() || be.ISA() == "go" {
		fixture.Elsewhere(t, "make unit: it takes minutes in plain Go")
	}
	largest := &vgg.Weights{Input: w.Input}
	for _, c := range w.Convs {
		weights.Round(&c, weights.LargestScales(&c, weights.Bits), weights.Bits)
		largest.Convs = append(largest.Convs, c)
	}
	drawn, _, err := quantize.Network(ctx, be, w, quantize.Leaves(), quantize.Grades[0])
	if err != nil {
		t.Fatal(err)
	}
	pictures := []quantize.Picture{picture(t, "hoovertowernight", 128), picture(t, "the_scream", 128)}
	plain, err := quantize.Errors(ctx, be, largest, w, pictures)
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := quantize.Errors(ctx, be, drawn, w, pictures)
	if err != nil {
		t.Fatal(err)
	}
	for _, tap := range []string{"relu2_1", "relu3_1", "relu3_4"} {
		if t.Logf("%s: error %.3f %%, with the largest scales %.3f %%", tap, 100*leaves[tap], 100*plain[tap]); !(leaves[tap] < 0.95*plain[tap]) {
			t.Errorf("%s is off by %.3f %%, with the largest scales by %.3f %%", tap, 100*leaves[tap], 100*plain[tap])
		}
	}
}

// On any network the chosen scales are better than the largest, and the grades differ.
func TestGrades(t *testing.T) {
	w, ctx := vgg.Random("random", []int{8, 8, 12, 12, 16, 16, 16, 16, 20, 20}), context.Background()
	random := rand.New(rand.NewPCG(1, 1))
	var pictures []quantize.Picture
	for range 2 {
		p := quantize.Picture{W: 48, H: 40, Planes: make([]float32, 3*48*40)}
		for i := range p.Planes {
			p.Planes[i] = 255 * random.Float32()
		}
		pictures = append(pictures, p)
	}
	bits := map[string]string{"int8": "8888888888", "mixed": "8888888877", "int6": "6666666666"}
	worst := 0.
	for _, g := range quantize.Grades {
		q, layers, err := quantize.Network(ctx, cpu.New(1), w, pictures, g)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, l := range layers {
			got += strconv.Itoa(l.Bits)
			if !(l.SNR > l.LargestScale) {
				t.Errorf("%s: %s has %.2f dB, with the largest scale %.2f", g.Name, l.Name, l.SNR, l.LargestScale)
			}
			// A bit is 6 dB, and 8 bits of numbers that are drawn evenly are 50.
			if least := 6*float64(l.Bits) - 8; !(l.SNR > least) {
				t.Errorf("%s: %s has %.2f dB, want %.0f", g.Name, l.Name, l.SNR, least)
			}
		}
		if got != bits[g.Name] {
			t.Errorf("%s has %s bits", g.Name, got)
		}
		for _, c := range q.Convs {
			if c.Int8 == nil || c.Weight != nil {
				t.Errorf("%s: %s is not in int8", g.Name, c.Name)
			}
		}
		off, err := quantize.Errors(ctx, cpu.New(1), q, w, pictures)
		if err != nil {
			t.Fatal(err)
		}
		deepest := off["relu4_2"]
		if !(deepest > worst && deepest < 0.1) {
			t.Errorf("%s is off by %v at relu4_2, the grade before by %v", g.Name, deepest, worst)
		}
		worst = deepest
	}
	if w.Convs[0].Int8 != nil {
		t.Error("the network itself was changed")
	}
	if _, _, err := quantize.Network(ctx, cpu.New(1), w, nil, quantize.Grades[0]); err == nil {
		t.Error("no picture is enough")
	}
}

// The drawn pictures are the same each time, fill their frames, and have dark and light,
// edges and even places.
func TestLeaves(t *testing.T) {
	pictures, again := quantize.Leaves(), quantize.Leaves()
	for i, p := range pictures {
		if len(p.Planes) != 3*p.W*p.H || !slices.Equal(p.Planes, again[i].Planes) {
			t.Fatalf("picture %d has %d values for %d x %d, or differs the second time", i, len(p.Planes), p.W, p.H)
		}
		if least, most := slices.Min(p.Planes), slices.Max(p.Planes); !(least >= 0 && least < 30 && most <= 255 && most > 225) {
			t.Errorf("picture %d goes from %v to %v", i, least, most)
		}
		even, edges := 0, 0
		for at := 1; at < len(p.Planes); at++ {
			switch d := math.Abs(float64(p.Planes[at] - p.Planes[at-1])); {
			case d < 16:
				even++
			case d > 40:
				edges++
			}
		}
		if n := len(p.Planes); !(even > n*6/10 && edges > n/50) {
			t.Errorf("of picture %d %d of %d places are even, and %d edges", i, even, n, edges)
		}
	}
}
