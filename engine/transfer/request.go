package transfer

import (
	"slices"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// network prepares the layers that a recipe looks at.
func network(be backend.Backend, w *vgg.Weights, r *engine.Recipe) (*vgg.Network, error) {
	n, err := vgg.New(be, w, taps(r))
	if err == nil {
		n.White, n.Ceil = float64(r.White), r.Rounding == engine.RoundUp
	}
	return n, err
}

// taps are the layers that a recipe looks at.
func taps(r *engine.Recipe) []string { return slices.Concat(layerNames(r.ContentLayers), styleTaps(r)) }
