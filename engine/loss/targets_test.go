package loss_test

import (
	"trappedinart/engine/backend"
	"trappedinart/engine/loss"
)

// newGram and newSpread are targets measured over the whole of f.
func newGram(be backend.Backend, f, mask backend.Buffer, area float64) backend.Sums {
	s := be.NewSums(f.Shape().C * f.Shape().C)
	be.AddGram(s, f, f.Shape().Whole(), mask)
	return loss.Gram(be, s, area)
}

func newSpread(be backend.Backend, f, mask backend.Buffer, area float64) backend.Sums {
	s := be.NewSums(2 * f.Shape().C)
	be.AddMoments(s, f, f.Shape().Whole(), mask)
	return loss.Spread(be, s, area)
}
