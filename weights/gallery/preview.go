//go:build !js

package main

import (
	"context"
	"fmt"
	"image"
	"path/filepath"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/weights/judge"
)

// preview is the sheet of previews beside the pictures twice as large that they stand for,
// brought to their size: with strokes that grow with the picture, as style scale 1 has them,
// and with strokes of as many pixels as the preview's. Distances are from the preview.
func (g *gallery) preview(ctx context.Context, j *judge.Judge) error {
	var rows [][]*image.NRGBA
	fmt.Println("distances of the large picture from its preview: style at relu1_1, relu2_1, relu3_1, content; the same with strokes of as many pixels")
	for _, p := range g.pairs {
		files, pictures, err := g.open(ctx, p)
		if err != nil {
			return err
		}
		small := g.painterly(g.small[0])
		large, strokes := small, small
		large.Size, strokes.Size = 2*small.Size, 2*small.Size
		strokes.StyleScale = 0.5
		row := []*image.NRGBA{judge.Fitted(pictures[0], g.size)}
		for _, r := range []engine.Recipe{small, large, strokes} {
			img, err := g.paint(ctx, engine.Request{Recipe: r, Content: files[0], Styles: files[1:]})
			if err != nil {
				return err
			}
			if len(row) > 1 { // a large one, brought to the preview's size
				b := row[1].Bounds()
				img = pixel.Image(pixel.Planes(img, b.Dx(), b.Dy()), b.Dx(), b.Dy())
			}
			row = append(row, img)
		}
		var d [2]judge.Distances
		for i := range d {
			if d[i], err = j.Measure(ctx, row[1], row[1], row[2+i]); err != nil {
				return err
			}
		}
		fmt.Printf("%-32s %v   %v\n", p, d[0], d[1])
		rows = append(rows, row)
	}
	return write(filepath.Join(g.out, "preview.png"), sheet(rows))
}
