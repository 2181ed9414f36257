package transfer

import (
	"context"
	"image"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/pixel"
	"trappedinart/engine/vgg"
)

// An Evaluation is the loss of one picture, with its gradient.
type Evaluation struct {
	Loss  float64
	Parts []Part
	// Relative are the same distances, of style and content, relative to their targets:
	// sum (G-A)^2 / sum A^2 and sum (f-p)^2 / sum p^2, whatever the recipe weighs them by.
	Relative []Part
	// Gradient is with respect to the picture [3,H,W], red first, pixels 0..255.
	Gradient []float32
}

// A Part is the value of one term of the loss: content:relu3_2, style:relu1_1, and
// style:relu1_1/2 on the copy of half the size.
type Part struct {
	Name  string
	Value float64
}

// Evaluate computes the loss of the picture x by the recipe. Nothing is resized: x
// has the content's size, and styles are taken as they are.
func Evaluate(ctx context.Context, be backend.Backend, w *vgg.Weights, r engine.Recipe, content *image.NRGBA, styles []*image.NRGBA, x *image.NRGBA) (*Evaluation, error) {
	return evaluate(ctx, be, w, r, content, styles, x, 0)
}

// evaluate looks at pictures with a border, which the gradient has as well.
func evaluate(ctx context.Context, be backend.Backend, w *vgg.Weights, r engine.Recipe, content *image.NRGBA, styles []*image.NRGBA, x *image.NRGBA, border int) (*Evaluation, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if a, b := x.Bounds().Size(), content.Bounds().Size(); a != b {
		return nil, engine.Errorf(engine.InvalidPicture, "The picture is %d x %d and the photograph %d x %d. They must have the same size.", a.X, a.Y, b.X, b.Y)
	}
	sc := &scene{be: be, recipe: &r, content: asItIs(content, border), styleFactor: 1}
	for _, s := range styles {
		sc.styles = append(sc.styles, asItIs(s, border))
	}
	shares, err := r.StyleShares(len(styles))
	if err != nil {
		return nil, err
	}
	sc.regions, sc.of = plain(shares), make([][]float32, len(styles))
	if sc.net, err = network(be, w, &r); err != nil {
		return nil, err
	}
	o, err := newObjective(ctx, sc)
	if err != nil {
		return nil, err
	}
	defer o.release()
	at := sc.load(asItIs(x, border))
	g := be.New(at.Shape())
	e := &Evaluation{Gradient: make([]float32, g.Len())}
	if e.Loss, err = o.evaluate(ctx, at, g); err != nil {
		return nil, err
	}
	e.Parts, e.Relative = o.detail, o.relative()
	be.Combine(g, sc.net.White/255, g, 0, nil)
	return e, be.Read(ctx, e.Gradient, g)
}

func asItIs(img *image.NRGBA, border int) picture {
	s := size{img.Rect.Dx(), img.Rect.Dy()}
	return newPicture(pixel.Planes(img, s.w, s.h), s, borderAt(s, border))
}
