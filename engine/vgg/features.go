package vgg

import (
	"context"
	"slices"

	"trappedinart/engine/backend"
)

// Picture returns planes [3,h,w], red first, 0..255, freed of the network's mean, as a
// new feature map for Forward.
func (n *Network) Picture(planes []float32, h, w int) backend.Buffer {
	x := n.be.New(backend.Shape{C: 3, H: h, W: w})
	shifted := make([]float32, len(planes))
	for i, v := range planes {
		shifted[i] = float32(float64(v)*n.White/255 - n.Mean[i/(h*w)])
	}
	n.be.Write(x, shifted)
	return x
}

// Planes returns what Picture was given, of elements [3,h,w] that have been read.
func (n *Network) Planes(elements []float32) []float32 {
	planes := slices.Clone(elements)
	n.ToPlanes(planes)
	return planes
}

// ToPlanes makes of elements what Planes returns of them.
func (n *Network) ToPlanes(elements []float32) {
	places := len(elements) / 3
	for i, v := range elements {
		elements[i] = float32((float64(v) + n.Mean[i/places]) * 255 / n.White)
	}
}

// Limits are between what the elements lie of planes of 0..255.
func (n *Network) Limits() backend.Limits {
	l := backend.Limits{Reach: n.White / 2}
	for c, mean := range n.Mean {
		l.Middle[c] = l.Reach - mean
	}
	return l
}

// A FeatureMap is what a tap sees, on the host: Values [C,H,W].
type FeatureMap struct {
	backend.Shape
	Values []float32
}

// Features returns what the taps see of planes [3,h,w], 0..255.
func (n *Network) Features(ctx context.Context, planes []float32, h, w int, pooling backend.Pooling, taps []string) (map[string]FeatureMap, error) {
	plan, err := n.ForwardPlan(h, w, pooling, taps)
	if err != nil {
		return nil, err
	}
	defer plan.Release()
	x := n.Picture(planes, h, w)
	defer n.be.Release(x)
	seen := map[string]FeatureMap{}
	plan.Forward(x, func(tap string, f backend.Buffer) {
		values := make([]float32, f.Len())
		if readErr := n.be.Read(ctx, values, f); readErr != nil && err == nil {
			err = readErr
		}
		seen[tap] = FeatureMap{f.Shape(), values}
	})
	return seen, err
}
