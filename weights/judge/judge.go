//go:build !js

// Package judge measures what a network paints with the eyes of another, VGG-19: how far
// a picture's style is from the painting's, and its content from the photograph's.
package judge

import (
	"context"
	"fmt"
	"image"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// StyleLayers are where style is measured, and ContentLayer where content is.
var StyleLayers = [3]string{"relu1_1", "relu2_1", "relu3_1"}

const ContentLayer = "relu3_2"

// Distances are relative: sum (G - A)^2 / sum A^2 of Gram matrices, and
// sum (f - p)^2 / sum p^2 of feature maps.
type Distances struct {
	Style   [len(StyleLayers)]float64
	Content float64
}

func (d Distances) String() string {
	return fmt.Sprintf("%.5f %.5f %.5f   %.4f", d.Style[0], d.Style[1], d.Style[2], d.Content)
}

// Mean returns the mean of several distances.
func Mean(list []Distances) Distances {
	var mean Distances
	for _, d := range list {
		for k, v := range d.Style {
			mean.Style[k] += v / float64(len(list))
		}
		mean.Content += d.Content / float64(len(list))
	}
	return mean
}

// Closed returns which share of the gap in style between the photograph and the best
// picture another picture closes, at each layer and in the mean of all.
func Closed(photograph, picture, best Distances) (shares [len(StyleLayers)]float64, mean float64) {
	for k := range shares {
		shares[k] = (photograph.Style[k] - picture.Style[k]) / (photograph.Style[k] - best.Style[k])
		mean += shares[k] / float64(len(shares))
	}
	return shares, mean
}

// A Judge looks through a network.
type Judge struct {
	Backend backend.Backend
	Weights *vgg.Weights
}

// Measure compares a picture of the photograph's size with it, and with the painting,
// whose longer side is brought to the picture's.
func (j *Judge) Measure(ctx context.Context, photograph, painting, picture *image.NRGBA) (Distances, error) {
	var d Distances
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		return d, err
	}
	r.Copies, r.Border, r.Pooling = 0, 0, engine.PoolAverage
	r.ContentLayers = engine.LayerWeights{{Layer: ContentLayer, Weight: 1}}
	r.StyleLayers = nil
	for _, layer := range StyleLayers {
		r.StyleLayers = append(r.StyleLayers, engine.LayerWeight{Layer: layer, Weight: 1})
	}
	b := picture.Bounds()
	style := Fitted(painting, max(b.Dx(), b.Dy()))
	e, err := transfer.Evaluate(ctx, j.Backend, j.Weights, r, photograph, []*image.NRGBA{style}, picture)
	if err != nil {
		return d, err
	}
	for _, p := range e.Relative {
		for k, layer := range StyleLayers {
			if p.Name == "style:"+layer {
				d.Style[k] = p.Value
			}
		}
		if p.Name == "content:"+ContentLayer {
			d.Content = p.Value
		}
	}
	return d, nil
}

// Fitted returns the picture at the size at which its longer side is so long.
func Fitted(img *image.NRGBA, longer int) *image.NRGBA {
	b := img.Bounds()
	w, h := pixel.Fit(b.Dx(), b.Dy(), longer)
	return pixel.Image(pixel.Planes(img, w, h), w, h)
}
