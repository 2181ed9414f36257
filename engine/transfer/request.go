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

func checkRequest(req *engine.Request) error {
	if err := req.Recipe.Validate(); err != nil {
		return err
	}
	switch {
	case len(req.Content.Data) == 0:
		return engine.Errorf(engine.MissingPicture, "There is no photograph yet: choose a content picture.")
	case len(req.Styles) == 0:
		return engine.Errorf(engine.MissingPicture, "There is no painting yet: choose a style picture.")
	case len(req.Styles) > engine.MaxStyles:
		return engine.Errorf(engine.InvalidRecipe, "There are %d style pictures; %d is the most.", len(req.Styles), engine.MaxStyles)
	case len(req.Masks) > len(req.Styles) || len(req.StyleMasks) > len(req.Styles):
		return engine.Errorf(engine.MissingPicture, "There are more masks than style pictures; give each mask its style picture.")
	case req.Recipe.Start == engine.StartPicture && len(req.Start.Data) == 0:
		return engine.Errorf(engine.MissingPicture, "The recipe starts from a picture, and there is none; choose one, or start from the content.")
	}
	_, err := req.Recipe.StyleShares(len(req.Styles))
	return err
}
