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
	// Of each: forward with the losses, and back to the picture. A back end that need
	// not have finished when it returns is waited for at the end alone.
	Forward, Backward []float64
	Flops             float64 // of the convolutions of one evaluation, both ways
	Allocs            float64 // of one evaluation, on average
}

// Time evaluates the loss and its gradient n times, at pictures of noise of side x
// side with the recipe's layers, after one evaluation that does not count.
func Time(ctx context.Context, be backend.Backend, w *vgg.Weights, r engine.Recipe, side, n int) (*Timing, error) {
	layers := taps(&r)
	// Now, as the weights need not stay:
	t := &Timing{Flops: w.Flops(side, side, layers), Seconds: make([]float64, 0, n), Forward: make([]float64, 0, n), Backward: make([]float64, 0, n)}
	net, err := vgg.New(be, w, layers)
	if err != nil {
		return nil, err
	}
	s := size{side, side}
	sc := noiseScene(be, net, &r, s)
	o, err := newObjective(ctx, sc)
	if err != nil {
		return nil, err
	}
	defer o.release()
	x := sc.load(newPicture(noise(3, s), s, 0))
	g := be.New(x.Shape())
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
			took := time.Since(start)
			t.Seconds = append(t.Seconds, took.Seconds())
			t.Forward = append(t.Forward, o.forward.Seconds())
			t.Backward = append(t.Backward, (took - o.forward).Seconds())
		}
	}
	runtime.ReadMemStats(&after)
	t.Allocs = float64(after.Mallocs-before.Mallocs) / float64(n)
	return t, nil
}

// Median returns the median of the seconds.
func Median(seconds []float64) float64 {
	return slices.Sorted(slices.Values(seconds))[len(seconds)/2]
}

// TimedRecipe returns the layers that a network is timed with: of "vgg19" those of the
// published notebook with average pooling, of "small" those of the page.
func TimedRecipe(network string) (engine.Recipe, error) {
	switch network {
	case "vgg19":
		r, err := engine.Preset(engine.GatysNotebook)
		r.Pooling = engine.PoolAverage
		return r, err
	case engine.SmallNetwork:
		r, err := engine.Preset(engine.Painterly)
		r.Copies = 0
		return r, err
	}
	return engine.Recipe{}, engine.Errorf(engine.InvalidRecipe, "There is no network %q to time. Choose vgg19 or small.", network)
}

// Flops returns how many multiplications and additions the convolutions of all evaluations
// of a run take, with the border and the smaller copies, whose result has w x h pixels.
func Flops(net *vgg.Weights, r *engine.Recipe, w, h int) float64 {
	content, style := layerNames(r.ContentLayers), styleTaps(r)
	sum := 0.
	for i, s := range pyramid(r, w, h) {
		whole := s.withBorder(borderAt(s, r.Border))
		flops := net.Flops(whole.h, whole.w, slices.Concat(content, style))
		for k := range copies(r, whole) {
			smaller := whole.halved(k + 1)
			flops += net.Flops(smaller.h, smaller.w, style)
		}
		sum += flops * float64(r.IterationsAt(i))
	}
	return sum
}
