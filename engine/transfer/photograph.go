package transfer

import (
	"image"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// A seen is the photograph at a size.
type seen struct {
	size
	planes []float32
}

// photograph returns the content at size s, which nobody changes.
func (j *job) photograph(s size) []float32 {
	for _, p := range j.seen {
		if p.size == s && p.planes != nil {
			return p.planes
		}
	}
	j.seen[0], j.seen[1] = j.seen[1], seen{s, j.planes(j.content, s)}
	return j.seen[1].planes
}

// middle is the longer side to which a larger picture is brought once. What is smaller than
// half of that comes from there: to read a photograph of millions of pixels takes longer
// than much of what is done with it.
const middle = 1024

// planes returns a picture at size s.
func (j *job) planes(img *image.NRGBA, s size) []float32 {
	m, ok := middleOf(img.Bounds().Size())
	if !ok || 2*max(s.w, s.h) > middle {
		return pixel.Planes(img, s.w, s.h)
	}
	if j.middles[img] == nil {
		if j.middles == nil {
			j.middles = map[*image.NRGBA][]float32{}
		}
		j.middles[img] = pixel.Planes(img, m.w, m.h)
	}
	return pixel.Resize(j.middles[img], m.w, m.h, s.w, s.h)
}

// middleOf returns the size that a picture of so many pixels is brought to once, if it is.
func middleOf(file image.Point) (size, bool) {
	if max(file.X, file.Y) <= middle {
		return size{}, false
	}
	w, h := pixel.Fit(file.X, file.Y, middle)
	return size{w, h}, true
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
