package transfer

import (
	"context"
	"image"
	"math"
	"slices"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// masks are the pictures that say where things go; any may be nil.
type masks struct {
	on   []*image.NRGBA // the photograph, for each style
	of   []*image.NRGBA // each style
	keep *image.NRGBA
}

// A region is a part of the picture that has styles of its own.
type region struct {
	mask   []float32 // [h,w] with the border; nil if the region is the whole picture
	styles []int
	shares []float64 // of the styles, summing to 1
	// weight is the region's share of the picture, so that styles are as strong
	// everywhere, times how much they count beside the other regions' styles.
	weight float64
}

// readMasks decodes the masks of a request.
func (r *Runner) readMasks(ctx context.Context, req *engine.Request) (masks, error) {
	var m masks
	read := func(f engine.File) (*image.NRGBA, error) {
		if len(f.Data) == 0 {
			return nil, nil
		}
		return r.Decode(ctx, f)
	}
	list := func(files []engine.File) ([]*image.NRGBA, error) {
		pictures := make([]*image.NRGBA, len(req.Styles))
		for i, f := range files {
			var err error
			if pictures[i], err = read(f); err != nil {
				return nil, err
			}
		}
		return pictures, nil
	}
	var err error
	if m.on, err = list(req.Masks); err != nil {
		return m, err
	}
	if m.of, err = list(req.StyleMasks); err != nil {
		return m, err
	}
	m.keep, err = read(req.Keep)
	return m, err
}

// check says which mask leaves nothing to paint, at the size of the result.
func (m *masks) check(s size) error {
	for i, img := range m.on {
		if img != nil && sum(pixel.Mask(img, s.w, s.h)) < 1 {
			return engine.Errorf(engine.InvalidPicture, "The mask of style %d is black everywhere; paint white where the style should be.", i+1)
		}
	}
	for i, img := range m.of {
		if img != nil && sum(pixel.Mask(img, s.w, s.h)) < 1 {
			return engine.Errorf(engine.InvalidPicture, "The mask on style picture %d is black everywhere; paint white over the part that is the style.", i+1)
		}
	}
	if m.keep != nil {
		free := 0.
		for _, v := range pixel.Mask(m.keep, s.w, s.h) {
			free += 1 - float64(v)
		}
		if free < 1 {
			return engine.Errorf(engine.InvalidPicture, "The mask of what is kept is white everywhere, which leaves nothing to paint.")
		}
	}
	return nil
}

func sum(mask []float32) float64 {
	total := 0.
	for _, v := range mask {
		total += float64(v)
	}
	return total
}

// kept returns where the photograph stays, [h,w] of size s, or nil: what the mask says,
// its edges softened outwards alone, as what is white stays white; and where no style is.
func (j *job) kept(s size) []float32 {
	if at := (keptAt{s, j.recipe.Feather}); j.keptFor != at {
		j.keptFor, j.keptMask = at, j.findKept(s)
	}
	return j.keptMask
}

// keptAt is what the mask of what is kept depends on, besides the pictures.
type keptAt struct {
	size
	feather float64
}

func (j *job) findKept(s size) []float32 {
	kept := j.unclaimed(s)
	if j.masks.keep == nil {
		return kept
	}
	mask := pixel.Mask(j.masks.keep, s.w, s.h)
	soft := pixel.Feather(mask, s.w, s.h, j.feather(s))
	for i, v := range mask {
		soft[i] = max(soft[i], v)
		if kept != nil {
			soft[i] = max(soft[i], kept[i])
		}
	}
	return soft
}

// unclaimed returns where no style is, or nil if there are styles without a mask.
func (j *job) unclaimed(s size) []float32 {
	if slices.Contains(j.masks.on, nil) {
		return nil
	}
	free := make([]float32, s.w*s.h)
	for k := range free {
		free[k] = 1
	}
	for i := range j.masks.on {
		for k, v := range j.maskOf(i, s) {
			free[k] = max(0, free[k]-v)
		}
	}
	return free
}

// maskOf returns where style i is, which has a mask.
func (j *job) maskOf(i int, s size) []float32 {
	return pixel.Feather(pixel.Mask(j.masks.on[i], s.w, s.h), s.w, s.h, j.feather(s))
}

// feather is how far masks are softened at size s, in pixels.
func (j *job) feather(s size) float64 { return j.recipe.Feather / 100 * float64(max(s.w, s.h)) }

// regions returns the parts of the picture at size s that have places enough to be
// compared. Styles without a mask share what no mask claims.
func (j *job) regions(s size, border int) []region {
	var keep []float32
	if j.masks.keep != nil {
		keep = j.kept(s)
	}
	heaviest := 0.
	for i := range j.styles {
		heaviest = max(heaviest, j.shares[i])
	}
	var list []region
	free := region{}
	var claimed []float32
	for i := range j.styles {
		if j.masks.on[i] == nil {
			free.styles = append(free.styles, i)
			continue
		}
		mask := j.maskOf(i, s)
		if claimed == nil {
			claimed = make([]float32, len(mask))
		}
		for k, v := range mask {
			claimed[k] = min(1, claimed[k]+v)
		}
		list = append(list, region{mask: mask, styles: []int{i}, shares: []float64{1}, weight: j.shares[i] / heaviest})
	}
	if len(free.styles) > 0 {
		total := 0.
		for _, i := range free.styles {
			total += j.shares[i]
		}
		for _, i := range free.styles {
			free.shares = append(free.shares, j.shares[i]/max(total, math.SmallestNonzeroFloat64))
		}
		free.weight = 1
		if claimed != nil || keep != nil {
			free.mask = make([]float32, s.w*s.h)
			for k := range free.mask {
				free.mask[k] = 1
				if claimed != nil {
					free.mask[k] -= claimed[k]
				}
			}
		}
		list = append(list, free)
	}
	out := list[:0]
	for _, r := range list {
		if r.mask != nil {
			for k := range keep {
				r.mask[k] *= 1 - keep[k]
			}
			area := sum(r.mask)
			if area < smallestRegion {
				continue
			}
			r.weight *= area / float64(s.w*s.h)
			r.mask = bordered(r.mask, s, border)
		}
		out = append(out, r)
	}
	return out
}

// smallestRegion is how many places a region needs at a scale to be painted there.
const smallestRegion = 16

// blended returns x where the photograph is not kept, and the photograph where it is.
func blended(x, content, kept []float32) []float32 {
	if kept == nil {
		return x
	}
	out := make([]float32, len(x))
	for i := range x {
		k := kept[i%len(kept)]
		switch k {
		case 0:
			out[i] = x[i]
		case 1:
			out[i] = content[i]
		default:
			out[i] = x[i] + k*(content[i]-x[i])
		}
	}
	return out
}
