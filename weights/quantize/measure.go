//go:build !js

package quantize

import (
	"context"
	"math"
	"slices"

	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// Errors returns for each tap of both networks the relative error of a's feature maps,
// measured by b's: the 2-norm of the differences over that of b's, over all pictures.
func Errors(ctx context.Context, be backend.Backend, a, b *vgg.Weights, pictures []Picture) (map[string]float64, error) {
	taps := b.Taps()[:min(len(a.Convs), len(b.Convs))]
	difference, norm := map[string]float64{}, map[string]float64{}
	for _, p := range pictures {
		features, err := featuresOf(ctx, be, a, p, taps)
		if err != nil {
			return nil, err
		}
		want, err := featuresOf(ctx, be, b, p, taps)
		if err != nil {
			return nil, err
		}
		for tap, values := range want {
			for i, v := range values {
				d := float64(features[tap][i]) - float64(v)
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

func featuresOf(ctx context.Context, be backend.Backend, w *vgg.Weights, p Picture, taps []string) (map[string][]float32, error) {
	net, err := vgg.New(be, w, taps)
	if err != nil {
		return nil, err
	}
	plan, err := net.ForwardPlan(p.H, p.W, backend.Average, taps)
	if err != nil {
		return nil, err
	}
	defer plan.Release()
	x := be.New(backend.Shape{C: 3, H: p.H, W: p.W})
	defer be.Release(x)
	planes := slices.Clone(p.Planes)
	for i := range planes {
		planes[i] -= float32(w.Input.Mean[i/(p.W*p.H)])
	}
	be.Write(x, planes)
	features := map[string][]float32{}
	plan.Forward(x, func(tap string, f backend.Buffer) {
		values := make([]float32, f.Len())
		if readErr := be.Read(ctx, values, f); readErr != nil && err == nil {
			err = readErr
		}
		features[tap] = values
	})
	return features, err
}
