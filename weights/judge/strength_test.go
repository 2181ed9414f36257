//go:build !js

package judge_test

import (
	"context"
	"image"
	"math"
	"os"
	"path/filepath"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
	"trappedinart/weights/judge"
)

// One strength brings every style about as near: relative style distances, on the picture
// and its copies, lie within a factor of 2. (That of a photograph of the night does not:
// what would be blacker than black is cut off.)
func TestStrengthMeansTheSame(t *testing.T) {
	shared := os.Getenv("TRAPPED_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	read := func(name string) (engine.File, *image.NRGBA) {
		data, err := os.ReadFile(filepath.Join(shared, name+".jpg"))
		if err != nil {
			t.Skip("the pictures beside the project are not here: ", err)
		}
		f := engine.File{Name: name, Data: data}
		img, err := pixel.Decode(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		return f, img
	}
	small, err := (&weights.Store{}).Load(context.Background(), "small")
	if err != nil {
		t.Fatal(err)
	}
	be := cpu.New(0)
	runner := &transfer.Runner{Backend: be, Decode: pixel.Decode,
		Weights: func(context.Context, string) (*vgg.Weights, error) { return small, nil }}
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Size = 192
	photograph, content := read("images/tubingen")
	least, most := math.Inf(1), 0.
	for _, name := range []string{"images/starry_night", "images/the_scream", "images/shipwreck", "images/golden_gate", "training/0003", "training/0006"} {
		painting, style := read(name)
		res, err := runner.Run(context.Background(), engine.Request{Recipe: recipe, Content: photograph, Styles: []engine.File{painting}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := transfer.Measure(context.Background(), be, small, recipe, judge.Fitted(content, recipe.Size), []*image.NRGBA{judge.Fitted(style, recipe.Size)}, res.Picture)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: style distance %.5f, content distance %.3f", name, m.MultiScaleStyle, m.Content["relu3_2"])
		least, most = min(least, m.MultiScaleStyle), max(most, m.MultiScaleStyle)
	}
	if !(most < 2*least) {
		t.Errorf("style distances at strength 50 go from %.5f to %.5f", least, most)
	}
}
