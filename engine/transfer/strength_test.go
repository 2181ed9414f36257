//go:build !js

package transfer_test

import (
	"context"
	"math"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/internal/fixture"
	"trappedinart/weights"
)

// One strength brings every style about as near: relative style distances, on the picture
// and its copies, lie within a factor of 2.
func TestStrengthMeansTheSame(t *testing.T) {
	small, err := (&weights.Store{}).Load(context.Background(), "small")
	if err != nil {
		t.Fatal(err)
	}
	runner := &transfer.Runner{Backend: cpu.New(0), Decode: pixel.Decode,
		Weights: func(context.Context, string) (*vgg.Weights, error) { return small, nil }}
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Size = 128
	read := func(elem ...string) engine.File {
		return engine.File{Name: elem[1], Data: fixture.Read(t, fixture.Shared(t, elem...))}
	}
	photograph := read("images", "tubingen.jpg")
	least, most := math.Inf(1), 0.
	for _, style := range []engine.File{
		read("images", "starry_night.jpg"), read("images", "the_scream.jpg"), read("images", "shipwreck.jpg"),
		read("images", "golden_gate.jpg"), read("training", "0003.jpg"), read("training", "0005.jpg"),
	} {
		res, err := runner.Run(context.Background(), engine.Request{Recipe: recipe, Content: photograph, Styles: []engine.File{style}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.5f", style.Name, res.StyleDistance)
		least, most = min(least, float64(res.StyleDistance)), max(most, float64(res.StyleDistance))
	}
	if !(most < 2*least) {
		t.Errorf("style distances at strength 50 go from %.5f to %.5f", least, most)
	}
}
