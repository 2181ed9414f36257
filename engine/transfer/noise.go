package transfer

import (
	"math/rand/v2"

	"trappedinart/engine/vgg"
)

// noise returns grey levels drawn evenly from 0 to 255.
func noise(seed int64, s size) []float32 {
	source := randomSource(seed)
	x := make([]float32, 3*s.w*s.h)
	for i := range x {
		x[i] = source.Float32() * 255
	}
	return x
}

func randomSource(seed int64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), 0x7061696e74)) // a fixed second half
}

// faintNoise returns the network's mean colour and on it, as the network sees it, a
// thousandth of what is drawn from the normal distribution.
func faintNoise(seed int64, s size, net *vgg.Network) []float32 {
	source := randomSource(seed)
	x := make([]float32, 3*s.w*s.h)
	for i := range x {
		x[i] = float32(0.001 * source.NormFloat64())
	}
	return net.Planes(x)
}
