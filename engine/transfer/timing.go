package transfer

import (
	"context"
	"runtime"
	"slices"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A Timing is what iterations of the optimisation cost.
type Timing struct {
	Seconds []float64 // of each evaluation of the loss and its gradient
	Flops   float64   // of the convolutions of one evaluation, both ways
	Allocs  float64   // of one evaluation, on average
}

// Time evaluates the loss and its gradient n times, at pictures of noise of side x
// side with the recipe's layers, after one evaluation that does not count.
func Time(ctx context.Context, be backend.Backend, w *vgg.Weights, r engine.Recipe, side, n int) (*Timing, error) {
	layers := layerNames(slices.Concat(r.ContentLayers, r.StyleLayers))
	net, err := vgg.New(be, w, layers)
	if err != nil {
		return nil, err
	}
	s := size{side, side}
	sc := &scene{
		be: be, net: net, recipe: &r, shares: []float64{1},
		content: picture{s, noise(1, s)},
		styles:  []picture{{s, noise(2, s)}},
	}
	o, err := newObjective(ctx, sc)
	if err != nil {
		return nil, err
	}
	defer o.release()
	x := sc.load(picture{s, noise(3, s)})
	g := be.New(x.Shape())
	t := &Timing{Flops: w.Flops(side, side, layers)}
	var before, after runtime.MemStats
	for i := range n + 1 {
		if i == 1 {
			runtime.ReadMemStats(&before)
		}
		start := time.Now()
		if _, err := o.evaluate(ctx, x, g); err != nil {
			return nil, err
		}
		if i > 0 {
			t.Seconds = append(t.Seconds, time.Since(start).Seconds())
		}
	}
	runtime.ReadMemStats(&after)
	t.Allocs = float64(after.Mallocs-before.Mallocs) / float64(n)
	return t, nil
}
