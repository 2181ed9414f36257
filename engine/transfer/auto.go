package transfer

import (
	"context"
	"slices"
	"sync"

	"trappedinart/engine"
)

// How a size is chosen for a recipe that leaves it to the device: see engine.SizeAuto.
const (
	bearable = 30 // seconds, unless the recipe has a time budget
	mostAuto = 4096
)

// autoSizes are those that are chosen from, beside the photograph's own.
var autoSizes = []int{512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, mostAuto}

// sizesFor are the sizes that may be chosen for a photograph, the smallest first: none is larger
// than it.
func sizesFor(longer int) []int {
	i, _ := slices.BinarySearch(autoSizes, longer)
	own := min(max(longer, 16), mostAuto)
	return append(slices.Clone(autoSizes[:i]), own)
}

// choose returns the plan at the largest size that is painted in bearable time and fits into
// memory, or at the smallest if none is; and how long a place takes, in seconds.
func (g *ground) choose(ctx context.Context, r engine.Recipe) (*plan, float64, error) {
	sizes := sizesFor(max(g.need.Content.X, g.need.Content.Y))
	r.Size = sizes[0]
	chosen, err := g.plan(r, 1)
	if err != nil || chosen.fitted.beyond(g.memory) {
		return chosen, 0, err
	}
	probed, err := g.probe(ctx, chosen)
	if err != nil {
		return nil, 0, err
	}
	most := engine.Seconds(bearable)
	if r.TimeBudget > 0 {
		most = engine.Seconds(r.TimeBudget)
	}
	pace := pace{probed: probed}
	for _, r.Size = range sizes[1:] {
		next, err := g.planWith(r, chosen.net, 1)
		if err != nil || next.fitted.beyond(g.memory) || pace.takes(next) > most {
			return chosen, probed, err
		}
		chosen = next
	}
	return chosen, probed, nil
}

// Probes are how fast this device was found to be, by what runs look at. Other work makes
// it seem slower and never faster, so the least time of several counts. The zero value has none.
type Probes struct {
	mu      sync.Mutex
	seconds map[string]float64 // for a place
}

// probe measures how long a place of a plan takes, in seconds.
func (g *ground) probe(ctx context.Context, p *plan) (float64, error) {
	took, err := p.probe(ctx)
	if err != nil || g.probes == nil {
		return took, err
	}
	g.probes.mu.Lock()
	defer g.probes.mu.Unlock()
	if g.probes.seconds == nil {
		g.probes.seconds = map[string]float64{}
	}
	like := p.likeness()
	if least, ok := g.probes.seconds[like]; ok {
		took = min(took, least)
	}
	g.probes.seconds[like] = took
	return took, nil
}

// likeness is alike for plans whose places take as long as each other's.
func (p *plan) likeness() string {
	r := engine.Recipe{
		Weights: p.recipe.Weights, ContentLayers: p.recipe.ContentLayers, StyleLayers: p.recipe.StyleLayers, Spectrum: p.recipe.Spectrum, Moments: p.recipe.Moments,
		Copies: p.recipe.Copies, Pooling: p.recipe.Pooling, Optimizer: p.recipe.Optimizer, History: p.recipe.History, LossScaling: p.recipe.LossScaling,
	}
	return string(r.JSON())
}

// Foresee says what a painting takes, by what is known before any of its pictures is read.
func (r *Runner) Foresee(ctx context.Context, o engine.Outline) (engine.Estimate, error) {
	if err := o.Check(); err != nil {
		return engine.Estimate{}, err
	}
	p, probed, err := r.plan(ctx, o.Recipe, Need{Content: o.Content, Styles: o.Styles, Masks: o.Masks, Checkpoints: o.Checkpoints})
	if err == nil && probed == 0 {
		probed, err = p.ground.probe(ctx, p)
	}
	pace := pace{probed: probed}
	if err == nil && o.Smaller > 0 {
		err = pace.skip(p, fitted(o.Content.X, o.Content.Y, o.Smaller), "The painting")
	}
	if err != nil {
		return engine.Estimate{}, engine.AsError(err)
	}
	return pace.estimate(p), nil
}
