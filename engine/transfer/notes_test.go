//go:build !js

package transfer_test

import (
	"context"
	"image"
	"slices"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/transfer"
	"trappedinart/weights"
)

// The decoder's notes on a picture are reported before painting, and stand in the result.
func TestNotesOfPictures(t *testing.T) {
	const note = `"photo.jpg" is cut short.`
	runner := &transfer.Runner{
		Backend: cpu.New(1), Weights: (&weights.Store{}).Named,
		Decode: func(ctx context.Context, f engine.File) (*image.NRGBA, error) {
			if f.Name == "photo.jpg" {
				engine.Note(ctx, note)
			}
			return image.NewNRGBA(image.Rect(0, 0, 32, 32)), nil
		},
	}
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Size, recipe.Iterations = 32, 1
	said := 0
	res, err := runner.Run(t.Context(), engine.Request{
		Recipe: recipe, Content: engine.File{Name: "photo.jpg", Data: []byte{1}}, Styles: []engine.File{{Name: "style.jpg", Data: []byte{1}}},
	}, func(p engine.Progress) {
		if p.Note == note && p.Stage == engine.Preparing {
			said++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if said != 1 || !slices.Contains(res.Notes, note) {
		t.Errorf("the note is reported %d times, and the result's notes are %q", said, res.Notes)
	}
}
