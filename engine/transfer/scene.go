package transfer

import (
	"context"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/loss"
	"trappedinart/engine/vgg"
)

// A picture is planes [3,h,w], 0..255, at the size at which they are looked at.
type picture struct {
	size
	planes []float32
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
	names := layerNames(sc.recipe.StyleLayers)
	if k == 0 {
		names = append(names, layerNames(sc.recipe.ContentLayers)...)
	}
	if v.plan, err = sc.net.Plan(shape.H, shape.W, sc.pooling(), names); err != nil {
		return err
	}
	if k == 0 {
		sc.addContent(v)
	}
	for i, r := range sc.regions {
		var g *guide
		if r.mask != nil {
			if g, err = newGuide(ctx, sc.be, r.mask, sc.content.size, k); err != nil {
				return err
			}
			v.guides = append(v.guides, g)
		}
		sc.addStyle(v, targets[i], g, r.weight)
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
	if sc.recipe.Pooling == engine.PoolMax {
		return backend.Maximum
	}
	return backend.Average
}

// addContent gives the first view its content terms.
func (sc *scene) addContent(v *view) {
	x := sc.load(sc.content)
	defer sc.be.Release(x)
	v.plan.Forward(x, func(tap string, f backend.Buffer) {
		for _, l := range sc.recipe.ContentLayers {
			if l.Layer == tap {
				c := loss.NewContent(sc.be, f, 0)
				v.terms = append(v.terms, boundTerm{
					Term: c, kind: contentPart, name: contentPart, tap: tap, weight: l.Weight, share: sc.net.ContentScale, norm: c.Norm(), size: f.Shape(),
					set: func(factor float64) { c.Factor = factor },
				})
			}
		}
	})
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
		style := sc.styles[i]
		x := sc.load(style)
		for range k {
			x = halved(sc.be, x)
		}
		s := x.Shape()
		plan, err := sc.net.ForwardPlan(s.H, s.W, sc.pooling(), layerNames(sc.recipe.StyleLayers))
		var g *guide
		if err == nil && sc.of[i] != nil {
			g, err = newGuide(ctx, sc.be, sc.of[i], style.size, k)
		}
		if err != nil {
			sc.be.Release(x)
			return nil, err
		}
		plan.Forward(x, func(tap string, f backend.Buffer) {
			mask, area := g.at(f.Shape())
			area = max(area, leastArea)
			t := targets[tap]
			t.gram = blend(t.gram, loss.NewGram(sc.be, f, mask, area), r.shares[n])
			if moments(sc.recipe) > 0 {
				t.moments = blend(t.moments, loss.NewSpread(sc.be, f, mask, area), r.shares[n])
			}
			targets[tap] = t
		})
		g.release()
		plan.Release()
		sc.be.Release(x)
	}
	return targets, nil
}

// leastArea is what the area of a mask counts at least, so that one that is next to
// nothing at a deep layer is not divided by it.
const leastArea = 0.25

// addStyle gives a view the style terms of a region.
func (sc *scene) addStyle(v *view, targets map[string]target, g *guide, share float64) {
	for _, l := range sc.recipe.StyleLayers {
		shape := v.plan.Shape(l.Layer)
		mask, area := g.at(shape)
		area = max(area, leastArea)
		of := targets[l.Layer]
		t := loss.NewStyle(sc.be, of.gram, loss.StyleOptions{Area: area, Mask: mask, Metric: sc.net.Metric(l.Layer)})
		v.terms = append(v.terms, boundTerm{
			Term: t, kind: stylePart, name: stylePart, tap: l.Layer, weight: l.Weight, share: share, norm: t.Norm(), size: shape,
			set: func(factor float64) { t.Factor = factor },
		})
		if of.moments == nil {
			continue
		}
		m := loss.NewMoments(sc.be, of.moments, area, mask)
		v.terms = append(v.terms, boundTerm{
			Term: m, kind: stylePart, name: momentsName, tap: l.Layer, weight: l.Weight * moments(sc.recipe), share: share, norm: m.Norm(), size: shape,
			set: func(factor float64) { m.Factor = factor },
		})
	}
}

// load writes a picture, freed of the network's mean, to a new buffer.
func (sc *scene) load(p picture) backend.Buffer {
	return sc.net.Picture(p.planes, p.h, p.w)
}
