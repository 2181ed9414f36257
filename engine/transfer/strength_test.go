//go:build !js

package transfer_test

import (
	"context"
	"image"
	"math"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/internal/fixture"
	"trappedinart/weights"
)

// One strength brings every style about as near: relative style distances lie within a factor
// of 2, read from the finished files, in which values beyond black and white are cut off.
func TestStrengthMeansTheSame(t *testing.T) {
	if testing.Short() {
		fixture.Elsewhere(t, "make unit, as four paintings of 256 pixels take minutes without simd")
	}
	least, most := math.Inf(1), 0.
	paintStyles(t, 256, "images/hoovertowernight.jpg", []string{
		"images/the_scream.jpg", "images/shipwreck.jpg", "images/starry_night.jpg", "images/tubingen.jpg",
	}, func(style string, res *engine.Result, m *transfer.Measures) {
		d := (m.Style["relu1_1"] + m.Style["relu2_1"] + m.Style["relu3_1"]) / 3
		t.Logf("%s: %.5f, the file %.5f, %.3f of its values at the ends", style, res.StyleDistance, d, m.Clipped)
		least, most = min(least, d), max(most, d)
	})
	if !(most < 2*least) {
		t.Errorf("style distances at strength 50 go from %.5f to %.5f", least, most)
	}
}

// paintStyles paints a photograph in each style with the fine network and measures the
// results with it.
func paintStyles(t *testing.T, longer int, photograph string, styles []string, visit func(style string, res *engine.Result, m *transfer.Measures)) {
	t.Helper()
	ctx := context.Background()
	network, err := (&weights.Store{}).Load(ctx, "fine")
	if err != nil {
		t.Fatal(err)
	}
	be := cpu.New(0)
	runner := &transfer.Runner{Backend: be, Decode: pixel.Decode,
		Weights: func(context.Context, string) (*vgg.Weights, error) { return network, nil }}
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Size = longer
	read := func(name string) engine.File {
		return engine.File{Name: name, Data: fixture.Read(t, fixture.Shared(t, strings.Split(name, "/")...))}
	}
	at := func(f engine.File, w, h int) *image.NRGBA {
		img, err := pixel.Decode(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); w == 0 {
			w, h = longer*b.Dx()/max(b.Dx(), b.Dy()), longer*b.Dy()/max(b.Dx(), b.Dy())
		}
		return pixel.Image(pixel.Planes(img, w, h), w, h)
	}
	content := read(photograph)
	for _, name := range styles {
		style := read(name)
		res, err := runner.Run(ctx, engine.Request{Recipe: recipe, Content: content, Styles: []engine.File{style}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := res.Picture.Bounds()
		m, err := transfer.Measure(ctx, be, network, recipe, at(content, b.Dx(), b.Dy()), []*image.NRGBA{at(style, 0, 0)}, res.Picture)
		if err != nil {
			t.Fatal(err)
		}
		visit(name, res, m)
	}
}

// A run that is longer than usual leaves as much of the photograph as the usual one, and comes nearer
// to the style: what it gains is the style's.
func TestLongRun(t *testing.T) {
	req := painterly(t)
	measured := func() (style, content float64) {
		res, reports := run(t, reading(2), req)
		return float64(res.StyleDistance), float64(reports[len(reports)-1].Content)
	}
	style, content := measured()
	req.Recipe.Iterations *= 3
	longStyle, longContent := measured()
	t.Logf("style %.5f and %.5f, content %.4f and %.4f", style, longStyle, content, longContent)
	if !(longStyle < style && longContent > 0.9*content && longContent < 1.1*content) {
		t.Errorf("style and content distance are %.5f and %.4f, in three times the iterations %.5f and %.4f", style, content, longStyle, longContent)
	}
}
