package transfer

import (
	"slices"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A ground is what every plan of a run is made on.
type ground struct {
	be      backend.Backend
	weights *vgg.Weights
	need    Need  // of memory, but for the recipe
	memory  int64 // what the run may take, in bytes, or 0
	probes  *Probes
}

// A plan is what is painted, and how: a recipe and all that follows from it. It is never
// changed; a run that is steered goes on with another.
type plan struct {
	ground      *ground
	recipe      engine.Recipe
	net         *vgg.Network
	shares      []float64 // of the styles
	styleFactor float64   // what calibration multiplies the weight of style by
	sizes       []size    // of the scales, the smallest first
	fitted      Fit       // of the largest scale
	prices      []float64 // of each scale: the places that an evaluation goes through
	work        float64   // places times evaluations, in all
}

// plan makes the plan of a recipe. An error says why it cannot be painted.
func (g *ground) plan(r engine.Recipe, styleFactor float64) (*plan, error) {
	net, err := network(g.be, g.weights, &r)
	if err != nil {
		return nil, err
	}
	return g.planWith(r, net, styleFactor)
}

func (g *ground) planWith(r engine.Recipe, net *vgg.Network, styleFactor float64) (*plan, error) {
	p := &plan{ground: g, recipe: r, net: net, styleFactor: styleFactor}
	p.sizes = pyramid(&p.recipe, g.need.Content.X, g.need.Content.Y)
	p.fitted = p.fit(p.last())
	var err error
	if p.shares, err = r.StyleShares(len(g.need.Styles)); err != nil {
		return nil, err
	}
	for i, s := range p.sizes {
		p.prices = append(p.prices, p.price(s))
		p.work += p.cost(i)
	}
	return p, nil
}

// with is the plan of another recipe, which differs in what may be steered. An error says
// why it cannot be gone on with.
func (p *plan) with(r engine.Recipe) (*plan, error) {
	net := p.net
	if !slices.Equal(taps(&r), taps(&p.recipe)) {
		var err error
		if net, err = network(p.ground.be, p.ground.weights, &r); err != nil {
			return nil, err
		}
	}
	next, err := p.ground.planWith(r, net, p.styleFactor)
	if err == nil && next.fitted.beyond(p.ground.memory) {
		return nil, engine.Errorf(engine.TooLarge, "This needs %s of memory; the limit is %s.", FormatBytes(next.fitted.Bytes), FormatBytes(p.ground.memory))
	}
	return next, err
}

// calibrated is the plan with another factor for style.
func (p *plan) calibrated(styleFactor float64) *plan {
	next := *p
	next.styleFactor = styleFactor
	return &next
}

// need is what the memory of the plan follows from.
func (p *plan) need() *Need {
	n := p.ground.need
	n.Recipe = &p.recipe
	return &n
}

func (p *plan) last() size { return p.sizes[len(p.sizes)-1] }

// fit is how size s fits into memory.
func (p *plan) fit(s size) Fit { return p.need().fit(s, p.ground.memory) }

// price is how many places an evaluation at size s goes through.
func (p *plan) price(s size) float64 {
	l := p.need().layOut(s)
	return l.price(p.fit(s).most)
}

// cost is what all evaluations of scale i cost.
func (p *plan) cost(i int) float64 { return p.prices[i] * float64(p.recipe.IterationsAt(i)) }

// worked is what the evaluations up to a mark cost.
func (p *plan) worked(m mark) float64 {
	worked := p.prices[m.scale] * float64(m.iteration)
	for i := range m.scale {
		worked += p.cost(i)
	}
	return worked
}

// pyramid returns the sizes to paint at, smallest first, each about twice the one
// before. By itself it goes down to about 64 pixels.
func pyramid(r *engine.Recipe, w, h int) []size {
	const smallest = 64
	scales := r.Scales
	if scales == 0 {
		for scales = 1; r.Size>>scales >= smallest; scales++ {
		}
	}
	var sizes []size
	for i := scales - 1; i >= 0; i-- {
		if longer := r.Size >> i; longer >= 16 || i == 0 {
			sizes = append(sizes, fitted(w, h, longer))
		}
	}
	return sizes
}
