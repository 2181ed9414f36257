package transfer

import (
	"slices"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// Memory estimates how many bytes a run takes at its largest scale, w x h, before any
// of them is taken: the network's maps, smaller copies of them, what is compared with,
// the pictures, of which L-BFGS keeps two for each pair of its history, and the
// weights, in a form for each direction.
//
// Measured natively with Go 1.27, golden_gate.jpg at one scale: 1024 x 768 takes 614 MB
// with the small network and 1325 MB with VGG-19 to relu3_2.
func Memory(weights *vgg.Weights, r *engine.Recipe, w, h int) int64 {
	whole := size{w, h}.withBorder(r.Border)
	content, style := layerNames(r.ContentLayers), layerNames(r.StyleLayers)
	ceil := r.Rounding == engine.RoundUp
	floats := float64(weights.Floats(whole.h, whole.w, ceil, slices.Concat(content, style)))
	for k := range copies(r, size{w, h}) {
		floats += float64(weights.Floats(whole.h>>(k+1), whole.w>>(k+1), ceil, style))
	}
	places, share := float64(whole.w*whole.h), 1.0
	for i, tap := range weights.Taps() {
		if i > 0 && vgg.FirstOfBlock(tap) {
			share /= 4
		}
		c := weights.Convs[i]
		if slices.Contains(content, tap) { // the content's map stays
			floats += share * places * float64(c.O)
		}
		floats += 3 * 9 * float64(c.O*c.I)
	}
	const (
		pictures = 6
		channels = 4 // of three, a fourth is always 0
		working  = 32 << 20
	)
	floats += places * channels * float64(2*r.History+pictures)
	const slack = 1.1 // what lies between maps, and garbage
	return int64(slack*4*floats) + working
}
