//go:build !js

package quantize

import (
	"context"
	"image"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/weights/judge"
)

// An Effect is what quantising does to a painting: which share of the gap in style that
// the float32 network closes the quantised one closes, both measured in float32, and how
// the content distances compare.
type Effect struct {
	Shares  [len(judge.StyleLayers)]float64
	Mean    float64
	Content float64 // over that of float32
}

// Paint paints the photograph with both networks and measures the pictures.
func Paint(ctx context.Context, be backend.Backend, float, quantised *vgg.Weights, photograph, painting engine.File, size int) (Effect, error) {
	var none Effect
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		return none, err
	}
	recipe.Size = size
	var decoded [2]*image.NRGBA
	for i, f := range []engine.File{photograph, painting} {
		if decoded[i], err = pixel.Decode(ctx, f); err != nil {
			return none, err
		}
	}
	j := &judge.Judge{Backend: be, Weights: float}
	small := judge.Fitted(decoded[0], size)
	distances := make([]judge.Distances, 3)
	if distances[0], err = j.Measure(ctx, small, decoded[1], small); err != nil {
		return none, err
	}
	for i, w := range []*vgg.Weights{quantised, float} {
		runner := &transfer.Runner{Backend: be, Decode: pixel.Decode,
			Weights: func(context.Context, string) (*vgg.Weights, error) { return w, nil }}
		result, err := runner.Run(ctx, engine.Request{Recipe: recipe, Content: photograph, Styles: []engine.File{painting}}, nil)
		if err != nil {
			return none, err
		}
		if distances[1+i], err = j.Measure(ctx, small, decoded[1], result.Picture); err != nil {
			return none, err
		}
	}
	var e Effect
	e.Shares, e.Mean = judge.Closed(distances[0], distances[1], distances[2])
	e.Content = distances[1].Content / distances[2].Content
	return e, nil
}
