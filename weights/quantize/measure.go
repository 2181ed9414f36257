//go:build !js

package quantize

import (
	"context"
	"math"

	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// Errors returns for each tap of both networks the relative error of a's feature maps,
// measured by b's: the 2-norm of the differences over that of b's, over all pictures.
func Errors(ctx context.Context, be backend.Backend, a, b *vgg.Weights, pictures []Picture) (map[string]float64, error) {
	taps := b.Taps()[:min(len(a.Convs), len(b.Convs))]
	seeing, err := vgg.New(be, a, taps)
	if err != nil {
		return nil, err
	}
	reference, err := vgg.New(be, b, taps)
	if err != nil {
		return nil, err
	}
	difference, norm := map[string]float64{}, map[string]float64{}
	for _, p := range pictures {
		features, err := seeing.Features(ctx, p.Planes, p.H, p.W, backend.Average, taps)
		if err != nil {
			return nil, err
		}
		want, err := reference.Features(ctx, p.Planes, p.H, p.W, backend.Average, taps)
		if err != nil {
			return nil, err
		}
		for tap, f := range want {
			for i, v := range f.Values {
				d := float64(features[tap].Values[i]) - float64(v)
				difference[tap] += d * d
				norm[tap] += float64(v) * float64(v)
			}
		}
	}
	for tap := range difference {
		difference[tap] = math.Sqrt(difference[tap] / norm[tap])
	}
	return difference, nil
}
