// Package transfer makes the painting:
//
//	image -> tensor -> network -> losses -> gradient -> optimiser -> image
//
// once per scale of a coarse-to-fine pyramid; every scale starts from the one
// before. Nothing else knows the whole of it.
package transfer

import (
	"context"
	"image"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A Runner makes paintings in process, on one back end, one after the other.
type Runner struct {
	Backend backend.Backend
	// Weights returns the network that a recipe asks for by name.
	Weights func(ctx context.Context, name string) (*vgg.Weights, error)
	// Decode reads a picture file, upright, in sRGB.
	Decode func(ctx context.Context, f engine.File) (*image.NRGBA, error)
}

var _ engine.Runner = (*Runner)(nil)

// Run makes one painting.
func (r *Runner) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	panic("transfer: being written")
}
