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
func (m *masks) check(req *engine.Request, s size) error {
	for i, img := range m.on {
		if img != nil && sum(pixel.Mask(img, s.w, s.h)) < 1 {
			return engine.Errorf(engine.InvalidPicture, "The mask %q of style %d (%q) is black everywhere. Paint white where the style should go.", req.Masks[i].Name, i+1, req.Styles[i].Name)
		}
	}
	for i, img := range m.of {
		if img != nil && sum(pixel.Mask(img, s.w, s.h)) < 1 {
			return engine.Errorf(engine.InvalidPicture, "The mask %q on style picture %d (%q) is black everywhere. Paint white over the part to take the style from.", req.StyleMasks[i].Name, i+1, req.Styles[i].Name)
		}
	}
	if m.keep != nil {
		free := 0.
		for _, v := range pixel.Mask(m.keep, s.w, s.h) {
			free += 1 - float64(v)
		}
		if free < 1 {
			return engine.Errorf(engine.InvalidPicture, "The mask %q is white everywhere and keeps the whole photograph. Paint black where the style should go.", req.Keep.Name)
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
// feather is the recipe's.
func (o *originals) kept(s size, feather float64) []float32 {
	if at := (keptAt{s, feather}); o.keptFor != at {
		o.keptFor, o.keptMask = at, o.findKept(s, feather)
	}
	return o.keptMask
}

// keptAt is what the mask of the kept area depends on, besides the pictures.
type keptAt struct {
	size
	feather float64
}

func (o *originals) findKept(s size, feather float64) []float32 {
	kept := o.unclaimed(s, feather)
	if o.masks.keep == nil {
		return kept
	}
	mask := pixel.Mask(o.masks.keep, s.w, s.h)
	soft := feathered(mask, s, feather)
	for i, v := range mask {
		soft[i] = max(soft[i], v)
		if kept != nil {
			soft[i] = max(soft[i], kept[i])
		}
	}
	return soft
}

// unclaimed returns where no style is, or nil if there are styles without a mask.
func (o *originals) unclaimed(s size, feather float64) []float32 {
	if slices.Contains(o.masks.on, nil) {
		return nil
	}
	free := make([]float32, s.w*s.h)
	for k := range free {
		free[k] = 1
	}
	for i := range o.masks.on {
		for k, v := range o.maskOf(i, s, feather) {
			free[k] = max(0, free[k]-v)
		}
	}
	return free
}

// maskOf returns where style i is, which has a mask.
func (o *originals) maskOf(i int, s size, feather float64) []float32 {
	return feathered(pixel.Mask(o.masks.on[i], s.w, s.h), s, feather)
}

// feathered softens a mask of size s by so many hundredths of the longer side.
func feathered(mask []float32, s size, feather float64) []float32 {
	return pixel.Feather(mask, s.w, s.h, feather/100*float64(max(s.w, s.h)))
}

// regions returns the parts of the picture at size s that have places enough to be
// compared. Styles without a mask share what no mask claims.
func (o *originals) regions(p *plan, s size, border int) []region {
	list, claimed := o.claimed(p, s)
	var keep []float32
	if o.masks.keep != nil {
		keep = o.kept(s, p.recipe.Feather)
	}
	if slices.Contains(o.masks.on, nil) {
		free := o.free(p.shares)
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
		if r.mask == nil || r.confine(keep, s, border) {
			out = append(out, r)
		}
	}
	return out
}

// claimed returns the regions of the styles that have a mask, and what these cover of the
// picture, or nil if there are none.
func (o *originals) claimed(p *plan, s size) (list []region, covered []float32) {
	heaviest := slices.Max(p.shares)
	for i, m := range o.masks.on {
		if m == nil {
			continue
		}
		mask := o.maskOf(i, s, p.recipe.Feather)
		if covered == nil {
			covered = make([]float32, len(mask))
		}
		for k, v := range mask {
			covered[k] = min(1, covered[k]+v)
		}
		list = append(list, region{mask: mask, styles: []int{i}, shares: []float64{1}, weight: p.shares[i] / heaviest})
	}
	return list, covered
}

// free returns the region of the styles that have no mask.
func (o *originals) free(shares []float64) region {
	r := region{weight: 1}
	total := 0.
	for i, m := range o.masks.on {
		if m == nil {
			r.styles = append(r.styles, i)
			total += shares[i]
		}
	}
	for _, i := range r.styles {
		r.shares = append(r.shares, shares[i]/max(total, math.SmallestNonzeroFloat64))
	}
	return r
}

// confine takes what is kept out of a region that has a mask at size s, and says whether
// it is large enough then.
func (r *region) confine(keep []float32, s size, border int) bool {
	for k := range keep {
		r.mask[k] *= 1 - keep[k]
	}
	area := sum(r.mask)
	if area < smallestRegion {
		return false
	}
	r.weight *= area / s.places()
	r.mask = bordered(r.mask, s, border)
	return true
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
