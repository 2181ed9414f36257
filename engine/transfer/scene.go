package transfer

import (
	"context"
	"errors"
	"image"
	"math"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/loss"
	"trappedinart/engine/vgg"
)

// A picture is planes [3,h,w], 0..255, at the size at which they are looked at, with a
// border around what is shown of it.
type picture struct {
	size
	planes []float32
	border int
	shown  size   // without the border
	name   string // for errors: photograph or style, with its file's name
}

// newPicture continues planes of size s by a border.
func newPicture(planes []float32, s size, border int) picture {
	return picture{size: s.withBorder(border), planes: bordered(planes, s, border), border: border, shown: s}
}

// inside returns which places of a tap count, of a network that was shown the picture
// reduced k times, which gave it that shape.
func (p *picture) inside(k int, shape, tap backend.Shape) backend.Window {
	halvings := k
	for h := shape.H; h > tap.H; h /= 2 {
		halvings++
	}
	return p.shown.inside(p.border, k, halvings-k, tap)
}

// named says of which picture a layer has nothing to see.
func (p *picture) named(err error) error {
	var small *vgg.TooSmallError
	if p.name == "" || !errors.As(err, &small) {
		return err
	}
	return engine.Errorf(engine.InvalidRecipe, "%s is too narrow: at %d x %d pixels nothing of it is left at the layer %s. Choose a larger size, or another picture.",
		p.name, p.shown.w, p.shown.h, small.Layer)
}

// A scene is what an objective is made of.
type scene struct {
	be      backend.Backend
	net     *vgg.Network
	recipe  *engine.Recipe
	content picture
	styles  []picture
	of      [][]float32 // for each style, the part of it that counts [h,w], or nil
	regions []region
	kept    []float32 // [h,w] of the content, or nil
	// tile cuts pictures that are too large to be looked at as a whole; nil if none is.
	tile func(s size, taps []string) tiling

	styleFactor float64 // of calibration
}

// styleSize is the size at which style i, of a file of that many pixels, is looked at
// beside a picture of size s.
func styleSize(r *engine.Recipe, s size, i int, file image.Point) size {
	const smallest = 16
	longer := int(math.Round(float64(max(s.w, s.h)) * r.StyleScaleOf(i)))
	return fitted(file.X, file.Y, max(longer, smallest))
}

// plain returns the regions of a picture without masks.
func plain(shares []float64) []region {
	styles := make([]int, len(shares))
	for i := range styles {
		styles[i] = i
	}
	return []region{{styles: styles, shares: shares, weight: 1}}
}

// copies returns on how many smaller copies style is compared at size s: no more
// than leave the network something to see.
func copies(r *engine.Recipe, s size) int {
	const smallest = 16
	n := 0
	for n < r.Copies && min(s.w, s.h)>>(n+1) >= smallest {
		n++
	}
	return n
}

// fillView plans view k and gives it its terms: content in the first, style in all.
// The styles are looked at first, so that their memory can be the plan's.
func (sc *scene) fillView(ctx context.Context, v *view, k int, shape backend.Shape) error {
	targets := make([]map[string]target, len(sc.regions))
	var err error
	for i := range sc.regions {
		if targets[i], err = sc.styleTargets(ctx, k, &sc.regions[i]); err != nil {
			return err
		}
	}
	names := styleTaps(sc.recipe)
	if k == 0 {
		names = append(names, layerNames(sc.recipe.ContentLayers)...)
	}
	if v.cutter, err = sc.cut(size{shape.W, shape.H}, names, false); err != nil {
		return sc.content.named(err)
	}
	if len(v.blocks) > 1 {
		v.dpart = sc.be.New(v.part.Shape())
	}
	if k == 0 {
		sc.addContent(v, shape)
	}
	if patches(sc.recipe) > 0 {
		if v.power, err = sc.power(k); err != nil {
			return err
		}
	}
	inside := func(of backend.Shape) backend.Window { return sc.content.inside(k, shape, of) }
	for i, r := range sc.regions {
		var g *guide
		if r.mask != nil {
			if g, err = newGuide(ctx, sc.be, r.mask, sc.content.size, k, inside, sc.net.Ceil); err != nil {
				return err
			}
			v.guides = append(v.guides, g)
		}
		if err := sc.addStyle(ctx, v, targets[i], g, r.weight, inside); err != nil {
			return err
		}
	}
	return nil
}

func layerNames(layers engine.LayerWeights) []string {
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = l.Layer
	}
	return names
}

func (sc *scene) pooling() backend.Pooling {
	switch sc.recipe.Pooling {
	case engine.PoolAverage:
		return backend.Average
	case engine.PoolMax:
		return backend.Maximum
	}
	return sc.net.Pooling
}

// addContent gives the first view its content terms.
func (sc *scene) addContent(v *view, shape backend.Shape) {
	x := sc.load(sc.content)
	defer sc.be.Release(x)
	maps := map[string]backend.Buffer{}
	v.each(x, func(tap string, f backend.Buffer) {
		for _, l := range sc.recipe.ContentLayers {
			if l.Layer == tap {
				maps[tap] = v.gather(maps[tap], tap, f)
			}
		}
	})
	for _, tap := range v.plan.Taps() {
		for _, l := range sc.recipe.ContentLayers {
			if l.Layer == tap {
				c := loss.NewContent(sc.be, v.follow(maps[tap], tap), 0)
				v.terms = append(v.terms, boundTerm{
					Term: c, kind: contentPart, name: contentPart, tap: tap, weight: l.Weight, share: sc.net.Scales.Content,
					norm: backend.Pair{A: maps[tap], B: maps[tap]}, size: v.shape(tap), window: sc.content.inside(0, shape, v.shape(tap)),
					set: func(factor float64) { c.Factor = factor },
				})
			}
		}
	}
}

// A target is what a tap's style is: its Gram matrix and, if moments are compared, the
// means and standard deviations of its channels.
type target struct{ gram, moments backend.Sums }

// moments says how much means and standard deviations count beside Gram matrices.
func moments(r *engine.Recipe) float64 {
	if r.LossScaling != engine.Calibrated {
		return 0
	}
	return r.Moments
}

// styleTargets returns for each tap the statistics of a region's styles, on copies
// reduced k times, weighted by their shares: as the shares sum to 1, the gradient is that
// of the weighted sum of each style's loss.
func (sc *scene) styleTargets(ctx context.Context, k int, r *region) (map[string]target, error) {
	targets := map[string]target{}
	blend := func(sum, next backend.Sums, share float64) backend.Sums {
		if sum == nil {
			sc.be.Combine(next, share, next, 0, nil)
			return next
		}
		sc.be.Combine(sum, 1, sum, share, next)
		sc.be.Release(next)
		return sum
	}
	for n, i := range r.styles {
		measured, err := sc.measure(ctx, k, i)
		if err != nil {
			return nil, err
		}
		for tap, m := range measured {
			t := targets[tap]
			t.gram = blend(t.gram, m.gram, r.shares[n])
			if m.moments != nil {
				t.moments = blend(t.moments, m.moments, r.shares[n])
			}
			targets[tap] = t
		}
	}
	return targets, nil
}

// measure returns for each tap the statistics of style i on a copy reduced k times.
func (sc *scene) measure(ctx context.Context, k, i int) (map[string]target, error) {
	x := sc.load(sc.styles[i])
	for range k {
		x = halved(sc.be, x)
	}
	defer sc.be.Release(x)
	taps := styleTaps(sc.recipe)
	c, err := sc.cut(size{x.Shape().W, x.Shape().H}, taps, true)
	if err != nil {
		return nil, sc.styles[i].named(err)
	}
	defer c.release()
	inside := func(of backend.Shape) backend.Window { return sc.styles[i].inside(k, x.Shape(), of) }
	var g *guide
	if sc.of[i] != nil {
		if g, err = newGuide(ctx, sc.be, sc.of[i], sc.styles[i].size, k, inside, sc.net.Ceil); err != nil {
			return nil, err
		}
		defer g.release()
	}
	measured, masks := map[string]target{}, map[string]backend.Buffer{}
	for _, tap := range taps {
		shape := c.shape(tap)
		mask, _ := g.at(shape, inside(shape))
		masks[tap] = c.follow(mask, tap)
		t := target{gram: sc.be.NewSums(shape.C * shape.C)}
		if moments(sc.recipe) > 0 && tap != vgg.Patches {
			t.moments = sc.be.NewSums(2 * shape.C)
		}
		measured[tap] = t
	}
	c.each(x, func(tap string, f backend.Buffer) {
		t, w := measured[tap], c.window(tap, inside(c.shape(tap)))
		if w.Area() == 0 {
			return
		}
		sc.be.AddGram(t.gram, f, w, masks[tap])
		if t.moments != nil {
			sc.be.AddMoments(t.moments, f, w, masks[tap])
		}
	})
	for _, tap := range taps {
		shape := c.shape(tap)
		_, area := g.at(shape, inside(shape))
		area = max(area, leastArea)
		t := measured[tap]
		loss.Gram(sc.be, t.gram, area)
		if t.moments != nil {
			loss.Spread(sc.be, t.moments, area)
		}
	}
	return measured, nil
}

// leastArea is what the area of a mask counts at least, so that one that is next to
// nothing at a deep layer is not divided by it.
const leastArea = 0.25

// addStyle gives a view the style terms of a region; inside tells of a tap's shape which
// places count.
func (sc *scene) addStyle(ctx context.Context, v *view, targets map[string]target, g *guide, share float64, inside func(backend.Shape) backend.Window) error {
	for _, l := range styleTerms(sc.recipe) {
		shape := v.shape(l.Layer)
		window := inside(shape)
		mask, area := g.at(shape, window)
		mask, area = v.follow(mask, l.Layer), max(area, leastArea)
		of := targets[l.Layer]
		metric, name := sc.net.Metric(l.Layer), stylePart
		if l.Layer == vgg.Patches {
			var err error
			if metric, err = whitening(ctx, sc.be, of.gram, v.power); err != nil {
				return err
			}
			v.metrics, name = append(v.metrics, metric), patchesName
		}
		t := loss.NewStyle(sc.be, of.gram, loss.StyleOptions{Area: area, Mask: mask, Metric: metric})
		v.terms = append(v.terms, boundTerm{
			Term: t, kind: stylePart, name: name, tap: l.Layer, weight: l.Weight, share: share, norm: t.Norm(), size: shape, window: window,
			set: func(factor float64) { t.Factor = factor },
		})
		if of.moments == nil {
			continue
		}
		m := loss.NewMoments(sc.be, of.moments, area, mask)
		v.terms = append(v.terms, boundTerm{
			Term: m, kind: stylePart, name: momentsName, tap: l.Layer, weight: l.Weight * moments(sc.recipe), share: share, norm: m.Norm(), size: shape, window: window,
			set: func(factor float64) { m.Factor = factor },
		})
	}
	return nil
}

// load writes a picture, freed of the network's mean, to a new buffer.
func (sc *scene) load(p picture) backend.Buffer {
	return sc.net.Picture(p.planes, p.h, p.w)
}
