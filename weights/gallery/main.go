//go:build !js

// Command gallery paints pictures, measures them with VGG-19, and puts them on a sheet.
//
//	networks  six pairs with the small network and with VGG-19
//	controls  one pair with every preset and the main controls
//	notebook  six pairs as Gatys' notebook paints them and as we do
//	preview   six previews and the large pictures that they stand for
package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"log"
	"os"

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

func main() {
	log.SetFlags(0)
	g := &gallery{be: cpu.New(0), store: &weights.Store{}}
	flag.StringVar(&g.show, "sheet", "networks", "networks, controls, notebook or preview")
	flag.StringVar(&g.small, "network", "small", "the name or file of the small network")
	flag.StringVar(&g.large, "vgg19", "", "the file of a VGG-19, to relu3_2 at least")
	flag.StringVar(&g.images, "images", "", "the directory of the pictures")
	flag.StringVar(&g.out, "out", "", "the directory to write to")
	flag.IntVar(&g.size, "size", 256, "longer side, in pixels")
	flag.BoolVar(&g.keep, "keep", false, "take VGG-19's or the notebook's pictures of the last time from the directory")
	flag.Parse()
	if err := g.run(context.Background()); err != nil {
		log.Fatal("gallery: ", err)
	}
}

type gallery struct {
	show, small, large string
	images, out        string
	size               int
	keep               bool
	be                 *cpu.Backend
	store              *weights.Store
}

func (g *gallery) run(ctx context.Context) error {
	seeing, err := g.store.Load(ctx, g.large)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(g.out, 0o700); err != nil {
		return err
	}
	j := &judge.Judge{Backend: g.be, Weights: seeing}
	switch g.show {
	case "networks":
		return g.networks(ctx, j)
	case "controls":
		return g.controls(ctx, j)
	case "notebook":
		return g.notebook(ctx, j)
	case "preview":
		return g.preview(ctx, j)
	}
	return fmt.Errorf("there is no sheet %q; choose networks, controls, notebook or preview", g.show)
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

// painterly is the default recipe with that network, at the size of the sheet.
func (g *gallery) painterly(network string) engine.Recipe {
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		panic(err) // is there always
	}
	r.Size, r.Weights = g.size, network
	return r
}

// paint runs a request.
func (g *gallery) paint(ctx context.Context, req engine.Request) (*image.NRGBA, error) {
	runner := &transfer.Runner{Backend: g.be, Decode: pixel.Decode, Weights: g.store.Load}
	result, err := runner.Run(ctx, req, nil)
	if err != nil {
		return nil, err
	}
	return result.Picture, nil
}

// measure looks at a picture with VGG-19, to relu3_2, by maximum pooling as the notebook's
// loss has it.
func (g *gallery) measure(ctx context.Context, j *judge.Judge, content, style, picture *image.NRGBA) (*transfer.Measures, error) {
	r := g.painterly(g.large)
	r.Pooling, r.Border, r.Moments = engine.PoolMax, 0, 0
	b := picture.Bounds()
	longer := max(b.Dx(), b.Dy())
	return transfer.Measure(ctx, g.be, j.Weights, r, judge.Fitted(content, longer), []*image.NRGBA{judge.Fitted(style, longer)}, picture)
}
