package transfer

import (
	"context"
	"fmt"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/loss"
	"trappedinart/engine/vgg"
)

// An objective is the whole loss at one size: terms at the taps of the network, for
// the picture itself and for smaller copies of it, and the variation of the picture.
type objective struct {
	be        backend.Backend
	views     []*view
	variation *loss.Variation // nil if it has no weight
	allowed   *projection     // nil if all pictures are
	parts     parts
	detail    []Part        // as of the last evaluation
	forward   time.Duration // of the last evaluation: the way forward, with the losses

	// Working memory, so that an evaluation takes none.
	asked []asked
	pairs []backend.Pair
	dots  []float64
}

// asked is a term whose value is read, the part of the loss it belongs to, and what its
// target's square sum is.
type asked struct {
	term   loss.Term
	kind   string
	square float64
}

// A view is the picture as the network sees it at one of its sizes.
type view struct {
	x, dx backend.Buffer // nil in the first view, which is given its picture
	plan  *vgg.Plan
	terms []boundTerm
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
	norm      backend.Pair         // its product is the square sum of the target
	square    float64              // that
	set       func(factor float64) // gives the term its factor
}

// parts are the sums of the loss by kind.
type parts struct{ content, style, variation float64 }

func (p parts) sum() float64 { return p.content + p.style + p.variation }

const (
	contentPart   = "content"
	stylePart     = "style"
	variationPart = "variation"

	momentsName = "moments" // of terms that are part of style
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
	if err := o.scaleTerms(ctx, sc.recipe); err != nil {
		return nil, err
	}
	if strength := sc.recipe.Smoothness / 100; strength > 0 {
		// Full smoothness weighs a mean squared step of 10 grey levels like a
		// relative style loss of 0.15.
		mean := 1 / float64(shape.C*s.w*s.h) / (255 * 255)
		o.variation = loss.NewVariation(sc.be, 100*strength*strength*mean)
	}
	o.allowed = newProjection(sc.be, backend.Shape{C: 3, H: s.h, W: s.w}, onlyLuminance(sc.recipe), sc.kept)
	o.name()
	done = true
	return o, nil
}

// scaleTerms gives every term its factor.
func (o *objective) scaleTerms(ctx context.Context, r *engine.Recipe) error {
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
			if r.LossScaling == engine.GatysNotebook {
				t.set(gatysFactor(r, t))
			} else {
				t.set(calibratedFactor(r, t, t.square, sum[t.kind]))
			}
			i++
		}
	}
	return nil
}

// gatysFactor is the scaling of the notebook that Gatys published with his PyTorch
// code: a mean over the elements, times 1 for content and 1000/C^2 for style.
func gatysFactor(r *engine.Recipe, t *boundTerm) float64 {
	if t.kind == contentPart {
		return r.ContentWeight * t.weight / float64(t.size.Len())
	}
	square := float64(t.size.C * t.size.C)
	return r.StyleWeight * t.weight * t.share * 1000 / square / square
}

// calibratedFactor divides every term by the square sum of its target, and weighs
// content and style by the strength, so that both a pure photograph and a pure
// texture are at its ends. In the middle content counts 0.01.
func calibratedFactor(r *engine.Recipe, t *boundTerm, square, sum float64) float64 {
	if square == 0 || sum == 0 {
		return 0
	}
	s := r.Strength / 100
	if t.kind == contentPart {
		return r.ContentWeight * t.weight * t.share / sum * 0.01 * (1 - s) * (1 - s) / square
	}
	return r.StyleWeight * t.weight * t.share / sum * s * s / square
}

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
		v.plan.Forward(v.x, v.look)
	}
	o.forward = time.Since(began)
	for k := len(o.views) - 1; k >= 0; k-- {
		v := o.views[k]
		v.plan.Backward(v.dx, v.back)
		if k+1 < len(o.views) {
			o.be.ReduceBack(v.dx, o.views[k+1].dx)
		}
	}
	if v := o.variation; v != nil {
		v.Reset()
		v.Accumulate(x, x.Shape().Whole())
		v.Complete()
		v.Gradient(g, x, x.Shape().Whole())
	}
	o.allowed.apply(g)
	return o.values(ctx)
}

// accumulate completes the terms of a tap, on the way forward.
func (v *view) accumulate(tap string, f backend.Buffer) {
	for i := range v.terms {
		if t := &v.terms[i]; t.tap == tap {
			t.Reset()
			t.Accumulate(f, f.Shape().Whole())
			t.Complete()
		}
	}
}

// addGradient adds the gradients of a tap, on the way back.
func (v *view) addGradient(tap string, df, f backend.Buffer) {
	for i := range v.terms {
		if t := &v.terms[i]; t.tap == tap {
			t.Gradient(df, f, f.Shape().Whole())
		}
	}
}

// name lists the terms whose values are read, once all are there.
func (o *objective) name() {
	ask := func(t loss.Term, kind, name string, square float64) {
		o.asked = append(o.asked, asked{t, kind, square})
		o.detail = append(o.detail, Part{Name: name})
	}
	for k, v := range o.views {
		for _, t := range v.terms {
			name := t.name + ":" + t.tap
			if k > 0 {
				name += fmt.Sprintf("/%d", 1<<k) // on the copy 2, 4, ... times smaller
			}
			ask(t.Term, t.kind, name, t.square)
		}
	}
	if o.variation != nil {
		ask(o.variation, variationPart, variationPart, 0)
	}
	o.pairs, o.dots = make([]backend.Pair, len(o.asked)), make([]float64, len(o.asked))
}

// values reads the value of every term, all at once, and returns their sum.
func (o *objective) values(ctx context.Context) (float64, error) {
	for i, a := range o.asked {
		o.pairs[i], o.detail[i].Value = a.term.Value() // the factor, for now
	}
	o.parts = parts{}
	if err := o.be.Dots(ctx, o.dots, o.pairs); err != nil {
		return 0, err
	}
	for i, a := range o.asked {
		value := o.detail[i].Value * o.dots[i]
		o.detail[i].Value = value
		switch a.kind {
		case contentPart:
			o.parts.content += value
		case stylePart:
			o.parts.style += value
		default:
			o.parts.variation += value
		}
	}
	return o.parts.sum(), nil
}

// relative returns, as of the last evaluation, each term but the variation without its
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
		if v.plan != nil {
			v.plan.Release()
		}
		for _, g := range v.guides {
			g.release()
		}
		if k > 0 {
			o.be.Release(v.x)
			o.be.Release(v.dx)
		}
	}
	if o.variation != nil {
		o.variation.Release()
	}
	o.allowed.release()
}
