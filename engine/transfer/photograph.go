package transfer

import (
	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// A seen is the photograph at a size.
type seen struct {
	size
	planes []float32
}

// photograph returns the content at size s, which nobody changes. To read a photograph
// pixel by pixel takes longer than much of what is done with it.
func (j *job) photograph(s size) []float32 {
	for _, p := range j.seen {
		if p.size == s && p.planes != nil {
			return p.planes
		}
	}
	j.seen[0], j.seen[1] = j.seen[1], seen{s, pixel.Planes(j.content, s.w, s.h)}
	return j.seen[1].planes
}

// larger brings x to the next size, with some of the detail that the photograph has there
// and had not before.
func (j *job) larger(x []float32, before, s size) []float32 {
	x = pixel.Resize(x, before.w, before.h, s.w, s.h)
	share := float32(j.recipe.Detail / 100)
	if share == 0 || withoutContent(&j.recipe) {
		return x
	}
	rough := pixel.Resize(j.photograph(before), before.w, before.h, s.w, s.h)
	for i, fine := range j.photograph(s) {
		x[i] += share * (fine - rough[i])
	}
	return x
}

// withoutContent says whether the recipe asks for nothing but style.
func withoutContent(r *engine.Recipe) bool {
	return r.ContentWeight == 0 || r.LossScaling == engine.Calibrated && r.Strength == 100
}
