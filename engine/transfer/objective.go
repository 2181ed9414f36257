package transfer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/loss"
	"trappedinart/engine/optim"
	"trappedinart/engine/vgg"
)

// An objective is the whole loss at one size: terms at the taps of the network, for
// the picture itself and for smaller copies of it, and what pixels are asked for themselves.
type objective struct {
	be      backend.Backend
	views   []*view
	pixels  []pixelTerm
	allowed *projection // nil if all pictures are
	parts   parts
	detail  []Part        // as of the last evaluation
	forward time.Duration // of the last evaluation: the way forward, with the losses

	// along is what an optimiser wants to be read with the loss, or nil.
	along *optim.Along

	// Working memory, so that an evaluation takes none.
	asked []asked
	pairs []backend.Pair
	dots  []float64
}

// asked is a term whose value is read, the part of the loss it belongs to, what its
// target's square sum is, and how much it counts among Gram matrices, if it is one's.
type asked struct {
	term           loss.Term
	kind           string
	square, weight float64
}

// A view is the picture as the network sees it at one of its sizes.
type view struct {
	x, dx backend.Buffer // nil in the first view, which is given its picture
	*cutter
	dpart backend.Buffer // of a picture in blocks: the gradient of the part that is shown
	terms []boundTerm
	// Of patches: the photograph's second moments, and the metrics of the terms.
	power   backend.Sums
	metrics []backend.Sums
	// Of the regions; the terms look through them.
	guides []*guide
	// The methods accumulate and addGradient, bound once.
	look func(tap string, f backend.Buffer)
	back func(tap string, df, f backend.Buffer)
}

// A boundTerm is a term at a tap.
type boundTerm struct {
	loss.Term
	kind      string // part of the loss it counts to
	name, tap string
	weight    float64
	share     float64 // of the picture that it looks at, times the network's scale
	size      backend.Shape
	window    backend.Window       // of the tap: the places that count
	norm      backend.Pair         // its product is the square sum of the target
	square    float64              // that
	set       func(factor float64) // gives the term its factor
}

// A pixelTerm looks at the picture itself.
type pixelTerm struct {
	loss.Term
	name string
}

// parts are the sums of the loss by kind.
type parts struct{ content, style, pixels float64 }

func (p parts) sum() float64 { return p.content + p.style + p.pixels }

const (
	contentPart = "content"
	stylePart   = "style"
	pixelPart   = "pixels"

	momentsName   = "moments" // of terms that are part of style
	patchesName   = "spectrum"
	variationName = "variation" // of those of pixels
	excessName    = "range"
)

// newObjective measures the targets and makes everything that an evaluation of
// pictures of the content's size needs.
func newObjective(ctx context.Context, sc *scene) (*objective, error) {
	o := &objective{be: sc.be}
	done := false
	defer func() {
		if !done {
			o.release()
		}
	}()
	s := sc.content.size
	shape := backend.Shape{C: 3, H: s.h, W: s.w}
	for k := range 1 + copies(sc.recipe, s) {
		v := &view{}
		v.look, v.back = v.accumulate, v.addGradient
		o.views = append(o.views, v)
		if k > 0 {
			v.x, v.dx = sc.be.New(shape), sc.be.New(shape)
		}
		if err := sc.fillView(ctx, v, k, shape); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		shape.H, shape.W = (shape.H+1)/2, (shape.W+1)/2
	}
	if err := o.scaleTerms(ctx, sc.recipe, sc.styleFactor); err != nil {
		return nil, err
	}
	if v := variationOf(sc.recipe, s); v.Factor > 0 {
		o.pixels = append(o.pixels, pixelTerm{loss.NewVariation(sc.be, v), variationName})
	}
	if factor := excessFactor(sc.recipe, s); factor > 0 {
		o.pixels = append(o.pixels, pixelTerm{loss.NewExcess(sc.be, limits(sc.net), factor), excessName})
	}
	o.allowed = newProjection(sc.be, backend.Shape{C: 3, H: s.h, W: s.w}, onlyLuminance(sc.recipe), sc.kept)
	o.name()
	done = true
	return o, nil
}

// scaleTerms gives every term its factor.
func (o *objective) scaleTerms(ctx context.Context, r *engine.Recipe, styleFactor float64) error {
	var norms []backend.Pair
	for _, v := range o.views {
		for _, t := range v.terms {
			norms = append(norms, t.norm)
		}
	}
	squares := make([]float64, len(norms))
	if err := o.be.Dots(ctx, squares, norms); err != nil {
		return err
	}
	sum := map[string]float64{}
	for _, l := range r.ContentLayers {
		sum[contentPart] += l.Weight
	}
	for _, l := range r.StyleLayers {
		sum[stylePart] += l.Weight * float64(len(o.views))
	}
	i := 0
	for _, v := range o.views {
		for k := range v.terms {
			t := &v.terms[k]
			t.square = squares[i]
			if t.tap == vgg.Patches { // in their metric, that of a unit matrix
				t.square = float64(t.size.C)
			}
			switch r.LossScaling {
			case engine.GatysNotebook:
				t.set(meanFactor(r, t, 1000))
			case engine.NeuralStyle:
				t.set(meanFactor(r, t, 1))
			default:
				t.set(calibratedFactor(r, t, sum[t.kind], styleFactor))
			}
			i++
		}
	}
	return nil
}

// meanFactor is the scaling of two programs, which take the mean over the elements. The
// notebook that Gatys published with his PyTorch code multiplies that by 1 for content and
// by 1000/C^2 for style, whose Gram matrices are divided by H*W. The Gram matrices of
// neural-style are divided by C*H*W, which is 1/C^2 for style.
func meanFactor(r *engine.Recipe, t *boundTerm, style float64) float64 {
	if t.kind == contentPart {
		return r.ContentWeight * t.weight / float64(t.size.Len())
	}
	square := float64(t.size.C * t.size.C)
	return r.StyleWeight * t.weight * t.share * style / square / square
}

// calibratedFactor divides every term by the square sum of its target, and weighs
// content and style by the strength, so that both a pure photograph and a pure
// texture are at its ends. In the middle content counts contentShare of style, and
// styleFactor is what calibration found.
func calibratedFactor(r *engine.Recipe, t *boundTerm, sum, styleFactor float64) float64 {
	if t.square == 0 || sum == 0 {
		return 0
	}
	s := r.Strength / 100
	if t.kind == contentPart {
		return r.ContentWeight * t.weight * t.share / sum * contentShare * (1 - s) * (1 - s) / t.square
	}
	return r.StyleWeight * t.weight * t.share / sum * s * s * styleFactor / t.square
}

// contentShare is what content counts beside style at strength 50.
const contentShare = 0.02

// evaluate overwrites g with the gradient at x and returns the loss.
func (o *objective) evaluate(ctx context.Context, x, g backend.Buffer) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	o.views[0].x, o.views[0].dx = x, g
	began := time.Now()
	for k, v := range o.views {
		if k > 0 {
			o.be.Reduce(v.x, o.views[k-1].x)
		}
		v.forward()
	}
	o.forward = time.Since(began)
	for k := len(o.views) - 1; k >= 0; k-- {
		v := o.views[k]
		v.backward()
		if k+1 < len(o.views) {
			o.be.ReduceBack(v.dx, o.views[k+1].dx)
		}
	}
	for _, t := range o.pixels {
		t.Reset()
		t.Accumulate(x, x.Shape().Whole())
		t.Complete()
		t.Gradient(g, x, x.Shape().Whole())
	}
	o.allowed.apply(g)
	return o.values(ctx)
}

// accumulate gives the terms of a tap their statistics, on the way forward.
func (v *view) accumulate(tap string, f backend.Buffer) {
	for i := range v.terms {
		if t := &v.terms[i]; t.tap == tap {
			if w := v.window(tap, t.window); w.Area() > 0 {
				t.Accumulate(f, w)
			}
		}
	}
}

// addGradient adds the gradients of a tap, on the way back.
func (v *view) addGradient(tap string, df, f backend.Buffer) {
	for i := range v.terms {
		if t := &v.terms[i]; t.tap == tap {
			if w := v.window(tap, t.window); w.Area() > 0 {
				t.Gradient(df, f, w)
			}
		}
	}
}

// name lists the terms whose values are read, once all are there.
func (o *objective) name() {
	ask := func(t loss.Term, kind, name string, square, weight float64) {
		o.asked = append(o.asked, asked{t, kind, square, weight})
		o.detail = append(o.detail, Part{Name: name})
	}
	for k, v := range o.views {
		for _, t := range v.terms {
			name := t.name + ":" + t.tap
			if k > 0 {
				name += fmt.Sprintf("/%d", 1<<k) // on the copy 2, 4, ... times smaller
			}
			weight := 0.
			if t.name == stylePart {
				weight = t.weight * t.share
			}
			ask(t.Term, t.kind, name, t.square, weight)
		}
	}
	for _, t := range o.pixels {
		ask(t.Term, pixelPart, t.name, 0, 0)
	}
}

// values reads the value of every term, all at once, and returns their sum.
func (o *objective) values(ctx context.Context) (float64, error) {
	o.pairs = o.pairs[:0]
	for i, a := range o.asked {
		pair, factor := a.term.Value()
		o.pairs, o.detail[i].Value = append(o.pairs, pair), factor // for now
	}
	o.pairs = o.along.Append(o.pairs)
	o.dots = slices.Grow(o.dots[:0], len(o.pairs))[:len(o.pairs)]
	o.parts = parts{}
	if err := o.be.Dots(ctx, o.dots, o.pairs); err != nil {
		return 0, err
	}
	o.along.Take(o.dots[len(o.asked):])
	for i, a := range o.asked {
		value := o.detail[i].Value * o.dots[i]
		o.detail[i].Value = value
		switch a.kind {
		case contentPart:
			o.parts.content += value
		case stylePart:
			o.parts.style += value
		default:
			o.parts.pixels += value
		}
	}
	return o.parts.sum(), nil
}

// relative returns, as of the last evaluation, each term but those of pixels without its
// factor, divided by its target's square sum.
func (o *objective) relative() []Part {
	var list []Part
	for i, a := range o.asked {
		if a.square > 0 {
			list = append(list, Part{o.detail[i].Name, o.dots[i] / a.square})
		}
	}
	return list
}

// release gives all memory back.
func (o *objective) release() {
	for k, v := range o.views {
		for _, t := range v.terms {
			t.Release()
		}
		v.cutter.release()
		if v.dpart != nil {
			o.be.Release(v.dpart)
		}
		for _, g := range v.guides {
			g.release()
		}
		if v.power != nil {
			o.be.Release(v.power)
		}
		for _, m := range v.metrics {
			o.be.Release(m)
		}
		if k > 0 {
			o.be.Release(v.x)
			o.be.Release(v.dx)
		}
	}
	for _, t := range o.pixels {
		t.Release()
	}
	o.allowed.release()
}
