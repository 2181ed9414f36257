package transfer

import (
	"slices"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// Memory estimates how many bytes a run takes at its largest scale, w x h, before any
// of them is taken. At each resolution of the network there are two maps of
// activations, two of gradients and one that the way back works on, and the taps;
// smaller copies add a third; L-BFGS keeps two pictures for each pair of its history.
//
// Measured natively with Go 1.27: 1024 x 768 takes 821 MB with the small network,
// estimated at 966, and 3265 MB with VGG-19 to relu3_2, estimated at 3123.
func Memory(weights *vgg.Weights, r *engine.Recipe, w, h int) int64 {
	const working = 5
	taps := layerNames(slices.Concat(r.ContentLayers, r.StyleLayers))
	floats, kept, widest, share := 0.0, 0.0, 0.0, 1.0
	deepest := 0
	for i, tap := range weights.Taps() {
		if slices.Contains(taps, tap) {
			deepest = i
		}
	}
	for i, tap := range weights.Taps()[:deepest+1] {
		if i > 0 && vgg.FirstOfBlock(tap) {
			floats += share * (working*widest + kept)
			kept, widest, share = 0, 0, share/4
		}
		channels := float64(weights.Convs[i].O)
		widest = max(widest, channels)
		if slices.Contains(taps, tap) {
			kept += channels
		}
	}
	floats += share * (working*widest + kept)
	if r.Copies > 0 {
		floats *= 4.0 / 3
	}
	const pictures = 6
	floats += 3 * float64(2*r.History+pictures)
	whole := size{w, h}.withBorder(r.Border)
	return int64(4 * floats * float64(whole.w) * float64(whole.h))
}
