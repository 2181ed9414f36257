package transfer

import (
	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// coloursOf returns the two pictures as they are compared: to keep the photograph's
// colours, the style is given them before anything is measured, or both are grey.
func coloursOf(r *engine.Recipe, content, style []float32) (_, _ []float32) {
	share := r.KeepColours / 100
	switch {
	case share == 0:
		return content, style
	case onlyLuminance(r):
		return pixel.Luminance(content), pixel.MatchLuminance(style, content)
	case r.ColourMethod == engine.ColoursLuminance:
		return content, style
	}
	return content, pixel.MatchColours(style, content, matches[r.ColourMethod], share)
}

var matches = map[string]pixel.ColourMatch{
	engine.ColoursSymmetric: pixel.MatchSymmetric,
	engine.ColoursPCA:       pixel.MatchPCA,
	engine.ColoursCholesky:  pixel.MatchCholesky,
}

// onlyLuminance says whether the picture is painted in grey, because all colours are the
// photograph's. Where some are the painting's, it is painted in colour.
func onlyLuminance(r *engine.Recipe) bool {
	return r.ColourMethod == engine.ColoursLuminance && r.KeepColours == 100
}

// coloured returns what is shown of the planes x: with the photograph's colours by
// luminance, those of content, at the same size.
func coloured(r *engine.Recipe, x, content []float32) []float32 {
	if r.ColourMethod != engine.ColoursLuminance || r.KeepColours == 0 {
		return x
	}
	return pixel.KeepChroma(x, content, r.KeepColours/100)
}
