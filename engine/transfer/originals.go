package transfer

import (
	"context"
	"fmt"
	"image"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// originals are the pictures that a run was given, and what was made of them at the sizes
// that were asked for last.
type originals struct {
	content *image.NRGBA
	styles  []*image.NRGBA
	masks   masks
	palette *pixel.Colours // or nil
	start   *image.NRGBA   // that a run may be told to start from
	named   []string       // photograph and styles, for errors

	seen    [2]canvas                  // the content
	middles map[*image.NRGBA][]float32 // of pictures that are larger than middle
	// The last mask that kept returned, and its arguments.
	keptFor  keptAt
	keptMask []float32
}

// readOriginals decodes the pictures of a request.
func (r *Runner) readOriginals(ctx context.Context, req *engine.Request) (*originals, error) {
	o := &originals{middles: map[*image.NRGBA][]float32{}}
	var err error
	if o.palette, err = r.readPalette(ctx, req.Palette); err != nil { // first, as it is let go
		return nil, err
	}
	if o.content, err = r.Decode(ctx, req.Content); err != nil {
		return nil, err
	}
	o.named = []string{fmt.Sprintf("The photograph %q", req.Content.Name)}
	for _, f := range req.Styles {
		o.named = append(o.named, fmt.Sprintf("The style picture %q", f.Name))
		style, err := r.Decode(ctx, f)
		if err != nil {
			return nil, err
		}
		o.styles = append(o.styles, style)
	}
	if o.masks, err = r.readMasks(ctx, req); err != nil {
		return nil, err
	}
	if req.Recipe.Start == engine.StartPicture && len(req.StartPicture.Data) > 0 {
		o.start, err = r.Decode(ctx, req.StartPicture)
	}
	return o, err
}

// need is what memory follows from the pictures.
func (o *originals) need() Need {
	n := Need{Content: o.content.Bounds().Size()}
	for _, s := range o.styles {
		n.Styles = append(n.Styles, s.Bounds().Size())
	}
	for _, m := range append([]*image.NRGBA{o.masks.keep}, o.masks.on...) {
		if m != nil {
			n.Masks++
		}
	}
	return n
}

// photograph returns the content at size s, which nobody changes.
func (o *originals) photograph(s size) []float32 {
	for _, p := range o.seen {
		if p.size == s && p.planes != nil {
			return p.planes
		}
	}
	o.seen[0], o.seen[1] = o.seen[1], canvas{s, o.planes(o.content, s)}
	return o.seen[1].planes
}

// forget gives up what was made of the originals, if the last scale begins and nothing of
// them is shown: it can be made again.
func (o *originals) forget(p *plan, s size) {
	if s == p.last() && p.recipe.KeepColours == 0 && o.kept(s, p.recipe.Feather) == nil {
		o.seen = [2]canvas{}
		clear(o.middles)
	}
}

// middle is the longer side to which a larger picture is brought once. Sizes below half of
// that are made from there: reading a photograph of millions of pixels takes longer than much of
// the work with it.
const middle = 1024

// planes returns a picture at size s.
func (o *originals) planes(img *image.NRGBA, s size) []float32 {
	m, ok := middleOf(img.Bounds().Size())
	if !ok || 2*max(s.w, s.h) > middle {
		return pixel.Planes(img, s.w, s.h)
	}
	if o.middles[img] == nil {
		o.middles[img] = pixel.Planes(img, m.w, m.h)
	}
	return pixel.Resize(o.middles[img], m.w, m.h, s.w, s.h)
}

// middleOf returns the size that a picture of so many pixels is brought to once, if it is.
func middleOf(file image.Point) (size, bool) {
	if max(file.X, file.Y) <= middle {
		return size{}, false
	}
	return fitted(file.X, file.Y, middle), true
}

// started returns what a scale of size s starts from, given what the scale before reached,
// or nothing.
func (o *originals) started(p *plan, s size, before *canvas) []float32 {
	var x []float32
	switch {
	case before != nil:
		x = o.larger(&p.recipe, *before, s)
	case p.recipe.Start == engine.StartNoise:
		x = noise(p.recipe.Seed, s)
	case p.recipe.Start == engine.StartMean:
		x = faintNoise(p.recipe.Seed, s, p.net)
	case o.start != nil:
		x = pixel.Planes(o.start, s.w, s.h)
	default:
		return o.photograph(s) // wherever it is kept, too
	}
	if kept := o.kept(s, p.recipe.Feather); kept != nil {
		x = blended(x, o.photograph(s), kept)
	}
	return x
}

// larger brings x to the next size, with some of the detail that the photograph has there
// and had not before.
func (o *originals) larger(r *engine.Recipe, x canvas, to size) []float32 {
	planes := x.resized(to).planes
	share := float32(r.Detail / 100)
	if share == 0 || withoutContent(r) {
		return planes
	}
	rough := canvas{x.size, o.photograph(x.size)}.resized(to).planes
	for i, fine := range o.photograph(to) {
		planes[i] += share * (fine - rough[i])
	}
	return planes
}

// withoutContent says whether the recipe asks for nothing but style.
func withoutContent(r *engine.Recipe) bool {
	return r.ContentWeight == 0 || r.LossScaling == engine.Calibrated && r.Strength == 100
}

// scene brings the photograph to size s, with the border, and the styles' longer sides
// to that of s times the style scale.
func (o *originals) scene(p *plan, s size, border int) *scene {
	r := &p.recipe
	content := o.photograph(s)
	sc := &scene{be: p.ground.be, net: p.net, recipe: r, styleFactor: p.styleFactor, regions: o.regions(p, s, border), kept: o.kept(s, r.Feather)}
	if sc.kept != nil {
		sc.kept = bordered(sc.kept, s, border)
	}
	compared := content
	for i, style := range o.styles {
		to := styleSize(r, s, i, style.Bounds().Size())
		var planes []float32
		compared, planes = coloursOf(r, content, o.planes(style, to), o.palette)
		around := borderAt(to, border)
		look := newPicture(planes, to, around)
		look.name = o.named[1+i]
		sc.styles = append(sc.styles, look)
		var of []float32
		if o.masks.of[i] != nil {
			of = bordered(pixel.Mask(o.masks.of[i], to.w, to.h), to, around)
		}
		sc.of = append(sc.of, of)
	}
	sc.content = newPicture(compared, s, border)
	sc.content.name = o.named[0]
	return sc
}

// shown returns a canvas' planes as they are seen: with the photograph where it is kept,
// and with its colours where those are.
func (o *originals) shown(r *engine.Recipe, x canvas) []float32 {
	kept := o.kept(x.size, r.Feather)
	if kept == nil && r.KeepColours == 0 {
		return x.planes
	}
	content := o.photograph(x.size)
	return blended(coloured(r, x.planes, content), content, kept)
}
