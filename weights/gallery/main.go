//go:build !js

// Command gallery paints six pairs of pictures with the small network and with VGG-19,
// measures both with VGG-19, and puts them on one sheet: content, small, VGG-19.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"log"
	"os"
	"path/filepath"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/weights"
	"trappedinart/weights/judge"
)

var pairs = [][2]string{
	{"golden_gate", "starry_night"}, {"golden_gate", "shipwreck"},
	{"hoovertowernight", "the_scream"}, {"hoovertowernight", "starry_night"},
	{"tubingen", "shipwreck"}, {"tubingen", "the_scream"},
}

// columns of the sheet.
var columns = [3]string{"content", "small", "VGG-19"}

func main() {
	log.SetFlags(0)
	g := &gallery{be: cpu.New(0), store: &weights.Store{}}
	flag.StringVar(&g.small, "network", "small", "the name or file of the small network")
	flag.StringVar(&g.large, "vgg19", "", "the file of a VGG-19, to relu3_2 at least")
	flag.StringVar(&g.images, "images", "", "the directory of the pictures")
	flag.StringVar(&g.out, "out", "", "the directory to write to")
	flag.IntVar(&g.size, "size", 256, "longer side, in pixels")
	flag.BoolVar(&g.keep, "keep", false, "take VGG-19's pictures of the last time from the directory")
	flag.Parse()
	if err := g.run(context.Background()); err != nil {
		log.Fatal("gallery: ", err)
	}
}

type gallery struct {
	small, large, images, out string
	size                      int
	keep                      bool
	be                        *cpu.Backend
	store                     *weights.Store
}

func (g *gallery) run(ctx context.Context) error {
	seeing, err := g.store.Load(ctx, g.large)
	if err != nil {
		return err
	}
	j := &judge.Judge{Backend: g.be, Weights: seeing}
	if err := os.MkdirAll(g.out, 0o700); err != nil {
		return err
	}
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
	return write(filepath.Join(g.out, "gallery.png"), sheet(rows))
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
	small, err := g.paint(ctx, g.small, files)
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(g.out, fmt.Sprintf("%s-%s-%d-vgg19.png", pair[0], pair[1], g.size))
	if g.keep {
		if _, large, err := read(ctx, path); err == nil {
			return []*image.NRGBA{judge.Fitted(pictures[0], g.size), small, large}, pictures[1], nil
		}
	}
	large, err := g.paint(ctx, g.large, files)
	if err == nil {
		err = write(path, large)
	}
	return []*image.NRGBA{judge.Fitted(pictures[0], g.size), small, large}, pictures[1], err
}

func read(ctx context.Context, path string) (engine.File, *image.NRGBA, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return engine.File{}, nil, err
	}
	file := engine.File{Name: path, Data: data}
	img, err := pixel.Decode(ctx, file)
	return file, img, err
}

func (g *gallery) paint(ctx context.Context, network string, files [2]engine.File) (*image.NRGBA, error) {
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		return nil, err
	}
	r.Size, r.Weights = g.size, network
	runner := &transfer.Runner{Backend: g.be, Decode: pixel.Decode,
		Weights: g.store.Load}
	result, err := runner.Run(ctx, engine.Request{Recipe: r, Content: files[0], Styles: files[1:]}, nil)
	if err != nil {
		return nil, err
	}
	return result.Picture, nil
}

// sheet puts rows of pictures below each other.
func sheet(rows [][]*image.NRGBA) *image.NRGBA {
	const gap = 8
	width, height := 0, gap
	for _, row := range rows {
		w := gap
		for _, p := range row {
			w += p.Bounds().Dx() + gap
		}
		width = max(width, w)
		height += row[0].Bounds().Dy() + gap
	}
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	y := gap
	for _, row := range rows {
		x := gap
		for _, p := range row {
			draw.Draw(to, p.Bounds().Add(image.Pt(x, y)), p, image.Point{}, draw.Src)
			x += p.Bounds().Dx() + gap
		}
		y += row[0].Bounds().Dy() + gap
	}
	return to
}

func write(path string, img *image.NRGBA) error {
	var b bytes.Buffer
	if err := pixel.Encode(&b, img, pixel.PNG); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}
