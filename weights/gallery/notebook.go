//go:build !js

package main

import (
	"context"
	"fmt"
	"image"
	"path/filepath"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
	"trappedinart/weights/judge"
)

// notebook is the sheet of the notebook's pictures, after 500 evaluations with the layers of
// a VGG-19 to relu3_2, beside ours, by the same network: photograph, notebook, painterly,
// and below each pair a piece of both three times as large.
func (g *gallery) notebook(ctx context.Context, j *judge.Judge) error {
	theirs, err := engine.Preset(engine.GatysNotebook)
	if err != nil {
		return err
	}
	ours := g.painterly(g.large)
	theirs.Size, theirs.Weights = g.size, g.large
	theirs.ContentLayers, theirs.StyleLayers = ours.ContentLayers, ours.StyleLayers
	var rows [][]*image.NRGBA
	better := 0
	fmt.Println("multi-scale style distance, relative content distance at relu3_2: notebook, painterly, ratios; share of the arithmetic")
	for _, p := range g.pairs {
		files, pictures, err := g.open(ctx, p)
		if err != nil {
			return err
		}
		photograph, style := pictures[0], pictures[1]
		path := g.picture(p, "notebook")
		_, before, err := read(ctx, path)
		if !g.keep || err != nil {
			if before, err = g.paint(ctx, engine.Request{Recipe: theirs, Content: files[0], Styles: files[1:]}); err != nil {
				return err
			}
			if err := write(path, before); err != nil {
				return err
			}
		}
		after, err := g.paint(ctx, engine.Request{Recipe: ours, Content: files[0], Styles: files[1:]})
		if err != nil {
			return err
		}
		var m [2]*transfer.Measures
		for i, img := range []*image.NRGBA{before, after} {
			if m[i], err = g.measure(ctx, j, photograph, style, img); err != nil {
				return err
			}
		}
		b := after.Bounds()
		price := transfer.Flops(j.Weights, &ours, b.Dx(), b.Dy()) / transfer.Flops(j.Weights, &theirs, b.Dx(), b.Dy())
		of := func(m *transfer.Measures) (s, c float64) { return m.MultiScaleStyle, m.Content[judge.ContentLayer] }
		s0, c0 := of(m[0])
		s1, c1 := of(m[1])
		if s1 <= s0/2 && c1 <= c0 && price <= 1./8 {
			better++
		}
		fmt.Printf("%-32s %.5f %.3f   %.5f %.3f   %.2f %.2f   1/%.1f\n", p, s0, c0, s1, c1, s1/s0, c1/c0, 1/price)
		piece := image.Rect(b.Dx()/2, b.Dy()/8, b.Dx()/2+b.Dx()/3, b.Dy()/8+b.Dy()/3)
		rows = append(rows,
			[]*image.NRGBA{judge.Fitted(photograph, g.size), before, after},
			[]*image.NRGBA{part(judge.Fitted(photograph, g.size), piece, 3), part(before, piece, 3), part(after, piece, 3)})
	}
	fmt.Printf("at most half the style distance at no greater content distance, in at most an eighth of the arithmetic: %d of %d pairs\n", better, len(g.pairs))
	return write(filepath.Join(g.out, "notebook.png"), sheet(rows))
}
