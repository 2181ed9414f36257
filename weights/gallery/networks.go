//go:build !js

package main

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"strings"

	"trappedinart/engine"
	"trappedinart/weights/judge"
)

// columns of the sheet.
var columns = [3]string{"content", "small", "VGG-19"}

// networks is the sheet of the small network beside VGG-19: content, small, VGG-19.
func (g *gallery) networks(ctx context.Context, j *judge.Judge) error {
	var all [len(columns)][]judge.Distances
	var rows [][]*image.NRGBA
	fmt.Println("relative style distance at relu1_1, relu2_1, relu3_1 and relative content distance at relu3_2, by VGG-19")
	for _, pair := range pairs {
		row, style, err := g.row(ctx, pair)
		if err != nil {
			return err
		}
		fmt.Println(strings.Join(pair[:], ", "))
		for i, name := range columns {
			d, err := j.Measure(ctx, row[0], style, row[i])
			if err != nil {
				return err
			}
			all[i] = append(all[i], d)
			fmt.Printf("  %-8s %v\n", name, d)
		}
		rows = append(rows, row)
	}
	fmt.Println("mean of all")
	var means [len(columns)]judge.Distances
	for i, name := range columns {
		means[i] = judge.Mean(all[i])
		fmt.Printf("  %-8s %v\n", name, means[i])
	}
	shares, mean := judge.Closed(means[0], means[1], means[2])
	fmt.Printf("share of the gap in style that VGG-19 closes that small closes: ")
	for k, layer := range judge.StyleLayers {
		fmt.Printf("%s %.2f %%, ", layer, 100*shares[k])
	}
	fmt.Printf("mean %.2f %%; content distance %.3f of VGG-19's\n", 100*mean, means[1].Content/means[2].Content)
	return write(filepath.Join(g.out, "networks.png"), sheet(rows))
}

// row returns the photograph, and what both networks make of it with the painting.
func (g *gallery) row(ctx context.Context, pair [2]string) (row []*image.NRGBA, style *image.NRGBA, err error) {
	var files [2]engine.File
	var pictures [2]*image.NRGBA
	for i, name := range pair {
		path := filepath.Join(g.images, name+".jpg")
		if files[i], pictures[i], err = read(ctx, path); err != nil {
			return nil, nil, err
		}
	}
	small, err := g.paint(ctx, engine.Request{Recipe: g.painterly(g.small), Content: files[0], Styles: files[1:]})
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(g.out, fmt.Sprintf("%s-%s-%d-vgg19.png", pair[0], pair[1], g.size))
	if g.keep {
		if _, large, err := read(ctx, path); err == nil {
			return []*image.NRGBA{judge.Fitted(pictures[0], g.size), small, large}, pictures[1], nil
		}
	}
	large, err := g.paint(ctx, engine.Request{Recipe: g.painterly(g.large), Content: files[0], Styles: files[1:]})
	if err == nil {
		err = write(path, large)
	}
	return []*image.NRGBA{judge.Fitted(pictures[0], g.size), small, large}, pictures[1], err
}
