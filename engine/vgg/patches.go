package vgg

import (
	"math"

	"trappedinart/engine/backend"
)

// Patches is a tap like those of layers, before the first of them: the 3x3 patches of red,
// green and blue around every place, in an orthonormal basis. A network of few channels
// does not see all of their 27 directions, and no Gram matrix of a layer weighs those that
// a painting has little of.
const Patches = "patches"

const patchChannels = 27

// patchBasis are the filters [27,3,3,3]: products of the cosines of three places down and
// across (DCT-II) and of three axes of colour, grey, red to blue, and green to both.
func patchBasis() backend.ConvWeights {
	places := [3][3]float64{
		{math.Sqrt(1. / 3), math.Sqrt(1. / 3), math.Sqrt(1. / 3)},
		{math.Sqrt(1. / 2), 0, -math.Sqrt(1. / 2)},
		{math.Sqrt(1. / 6), -math.Sqrt(4. / 6), math.Sqrt(1. / 6)},
	}
	w := backend.ConvWeights{O: patchChannels, I: 3, Linear: true}
	for o := range patchChannels {
		colour, down, across := places[o/9], places[o/3%3], places[o%3]
		for c := range 3 {
			for k := range 9 {
				w.Weight = append(w.Weight, float32(colour[c]*down[k/3]*across[k%3]))
			}
		}
	}
	return w
}
