package transfer

import (
	"context"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// paletteSide is the longer side at which the colours of a larger palette are measured.
const paletteSide = 512

// readPalette returns the colours of a request's palette, or nil. Nothing else of it is kept.
func (r *Runner) readPalette(ctx context.Context, f engine.File) (*pixel.Colours, error) {
	if len(f.Data) == 0 {
		return nil, nil
	}
	img, err := r.Decode(ctx, f)
	if err != nil {
		return nil, engine.Part{Role: engine.RolePalette, File: f}.Blame(err)
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	s := fitted(w, h, min(max(w, h), paletteSide))
	colours := pixel.ColoursOf(pixel.Planes(img, s.w, s.h))
	return &colours, nil
}

// coloursOf returns the two pictures as they are compared. The style is given a palette's
// colours, or then the photograph's, before anything is measured, or both are grey.
func coloursOf(r *engine.Recipe, content, style []float32, palette *pixel.Colours) (_, _ []float32) {
	share := r.KeepColours / 100
	if palette != nil && r.Palette > 0 {
		style = pixel.MatchColours(style, *palette, matches[r.ColourMethod], r.Palette/100)
	}
	switch {
	case share == 0:
		return content, style
	case onlyLuminance(r):
		return pixel.Luminance(content), pixel.MatchLuminance(style, content)
	case r.ColourMethod == engine.ColoursLuminance:
		return content, style
	}
	return content, pixel.MatchColours(style, pixel.ColoursOf(content), matches[r.ColourMethod], share)
}

var matches = map[string]pixel.ColourMatch{
	engine.ColoursSymmetric: pixel.MatchSymmetric,
	engine.ColoursPCA:       pixel.MatchPCA,
	engine.ColoursCholesky:  pixel.MatchCholesky,
	engine.ColoursLuminance: pixel.MatchSymmetric, // of a palette; the photograph's are kept place by place
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
