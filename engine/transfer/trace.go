package transfer

import (
	"context"
	"image"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// Trace runs a recipe on pictures as they are, none of them resized, and returns the loss
// of every evaluation, to be held against another program's. Beside an error it returns
// those there were. The recipe's size and style scale do not matter.
func Trace(ctx context.Context, be backend.Backend, w *vgg.Weights, r engine.Recipe, content, style *image.NRGBA, report func(engine.Progress)) ([]float64, error) {
	longer := func(img *image.NRGBA) int { return max(img.Rect.Dx(), img.Rect.Dy()) }
	r.Size, r.Scales, r.StyleScales = longer(content), 1, nil
	r.StyleScale = float64(longer(style)) / float64(longer(content))
	pictures := map[string]*image.NRGBA{"content": content, "style": style}
	runner := &Runner{
		Backend: be,
		Weights: func(context.Context, string) (*vgg.Weights, error) { return w, nil },
		Decode:  func(_ context.Context, f engine.File) (*image.NRGBA, error) { return pictures[f.Name], nil },
	}
	file := func(name string) engine.File { return engine.File{Name: name, Data: []byte(name)} } // which nobody reads
	var losses []float64
	_, err := runner.Run(ctx, engine.Request{Recipe: r, Content: file("content"), Styles: []engine.File{file("style")}}, func(p engine.Progress) {
		if p.Stage == engine.Painting && p.Iteration == len(losses)+1 {
			losses = append(losses, float64(p.Loss))
		}
		if report != nil {
			report(p)
		}
	})
	return losses, err
}
