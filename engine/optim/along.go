package optim

import "trappedinart/engine/backend"

// An Along takes products that an optimiser wants to whoever evaluates its objective, who
// reads them together with the loss: a device is then waited for once an evaluation. Who
// knows nothing of it is asked for nothing, and the optimiser reads them itself.
type Along struct {
	ask  func() []backend.Pair
	dots []float64
	read bool
}

// Append returns pairs and after them those that the optimiser wants; the gradient must
// have been computed, or asked for.
func (a *Along) Append(pairs []backend.Pair) []backend.Pair {
	if a == nil || a.ask == nil {
		return pairs
	}
	return append(pairs, a.ask()...)
}

// Take hands the products of what Append added over.
func (a *Along) Take(dots []float64) {
	if a != nil && a.ask != nil {
		copy(a.dots, dots)
		a.read = true
	}
}

// expect lets the next evaluation read the products of what ask returns into dots.
func (a *Along) expect(ask func() []backend.Pair, dots []float64) {
	if a != nil {
		a.ask, a.dots, a.read = ask, dots, false
	}
}

// end says whether the evaluation did.
func (a *Along) end() bool {
	if a == nil {
		return false
	}
	a.ask = nil
	return a.read
}
