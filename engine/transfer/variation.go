package transfer

import (
	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/loss"
	"trappedinart/engine/vgg"
)

// variationOf is the total variation that a recipe asks for at size s. Full smoothness
// weighs a mean step of 10 grey levels like a relative style loss of 0.0015, whether steps
// are squared or not.
func variationOf(r *engine.Recipe, s size) loss.VariationOptions {
	const step = 10
	strength := r.Smoothness / 100
	o := loss.VariationOptions{Factor: strength * strength / (255 * 255) / float64(3*s.w*s.h)}
	switch r.TVKind {
	case engine.TVAbsolute:
		o.Kind = backend.Absolute
		o.Factor = step*o.Factor + r.TVWeight
	case engine.TVGradientOnly:
		o.GradientOnly = true
		o.Factor += r.TVWeight / 2 // which is the weight on each difference
	default:
		o.Factor += r.TVWeight
	}
	return o
}

// allowance is how many grey levels beyond black and white cost nothing. Without it the optimiser
// keeps away from the ends, and a longer run comes less near to the patches of the style.
const allowance = 12

// limits are between what the elements of a picture lie without costing anything.
func limits(net *vgg.Network) backend.Limits {
	l := net.Limits()
	l.Reach += allowance * net.White / 255
	return l
}

// excessFactor is what the recipe asks for, at size s, of values further beyond black and white. They
// are cut off when the picture is written, and what they did for the style is lost. At weight
// 1 a mean of 10 grey levels beyond, squared, weighs like a relative style loss of 0.0015, and
// as much of the whole at every strength.
func excessFactor(r *engine.Recipe, s size) float64 {
	if r.LossScaling != engine.Calibrated {
		return 0
	}
	strength := r.Strength / 100
	balance := strength*strength + contentShare*(1-strength)*(1-strength)
	return r.Range * balance / (255 * 255) / float64(3*s.w*s.h)
}
