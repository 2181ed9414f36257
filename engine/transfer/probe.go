package transfer

import (
	"context"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// probeSide is the side of the picture that is evaluated before a run.
const probeSide = 96

// noiseScene is a scene of noise at size s, by which is measured how long an evaluation
// takes.
func noiseScene(be backend.Backend, net *vgg.Network, r *engine.Recipe, s size) *scene {
	return &scene{
		be: be, net: net, recipe: r, styleFactor: 1, regions: plain([]float64{1}), of: [][]float32{nil},
		content: newPicture(noise(1, s), s, 0), styles: []picture{newPicture(noise(2, s), s, 0)},
	}
}

// probe measures how long a place takes, in seconds: an evaluation at a small size, with
// the layers of the recipe, and the optimiser's work on vectors, which grows with the
// picture too.
func (p *plan) probe(ctx context.Context) (float64, error) {
	be, s := p.ground.be, size{probeSide, probeSide}
	o, err := newObjective(ctx, noiseScene(be, p.net, &p.recipe, s))
	if err != nil {
		return 0, err
	}
	defer o.release()
	x := be.New(backend.Shape{C: 3, H: s.h, W: s.w})
	g := be.New(x.Shape())
	defer be.Release(x)
	defer be.Release(g)
	const enough = 80 * time.Millisecond             // that what else the machine does weighs little
	if _, err := o.evaluate(ctx, x, g); err != nil { // it makes room
		return 0, err
	}
	began, n := time.Now(), 0.
	for ; n == 0 || time.Since(began) < enough; n++ {
		if _, err := o.evaluate(ctx, x, g); err != nil {
			return 0, err
		}
	}
	took := time.Since(began).Seconds() / n
	places := 0.
	for _, v := range o.views {
		places += v.places()
	}
	vectors, err := p.probeVectors(ctx)
	return (took + vectors*s.places()) / places, err
}

// probeVectors measures how long the optimiser's work on vectors takes for a place.
func (p *plan) probeVectors(ctx context.Context) (float64, error) {
	be, whole := p.ground.be, p.last()
	shape := backend.Shape{C: 3, H: min(whole.h, 512), W: min(whole.w, 512)} // more than caches hold
	x, y := be.New(shape), be.New(shape)
	defer be.Release(x)
	defer be.Release(y)
	pairs := make([]backend.Pair, 5)
	for i := range pairs {
		pairs[i] = backend.Pair{A: x, B: y}
	}
	var took time.Duration
	for range 2 {
		began := time.Now()
		if err := be.Dots(ctx, make([]float64, len(pairs)), pairs); err != nil {
			return 0, err
		}
		be.Combine(x, 1, x, 1, y) // a direction is the sum of all pairs' vectors
		be.Combine(x, 1, x, 1, y)
		took = time.Since(began)
	}
	remembered := float64(p.recipe.History)
	if p.recipe.Optimizer == engine.Adam {
		remembered = 1
	}
	return took.Seconds() * remembered / float64(shape.H*shape.W), nil
}
