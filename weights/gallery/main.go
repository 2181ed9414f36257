//go:build !js

// Command gallery paints pictures, measures them with VGG-19, and puts them on a sheet.
//
//	networks  six pairs with small networks and with VGG-19, and for each pair a sheet of
//	          pieces three times as large, with measures
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
	"path/filepath"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/weights"
	"trappedinart/weights/judge"
)

const sixPairs = "golden_gate:starry_night,golden_gate:shipwreck,hoovertowernight:the_scream,hoovertowernight:starry_night,tubingen:shipwreck,tubingen:the_scream"

func main() {
	log.SetFlags(0)
	g := &gallery{be: cpu.New(0), store: &weights.Store{}}
	var networks, list string
	flag.StringVar(&g.show, "sheet", "networks", "networks, controls, notebook or preview")
	flag.StringVar(&networks, "network", "small", "the names or files of small networks, with commas; other sheets than networks take the first")
	flag.StringVar(&g.large, "vgg19", "", "the file of a VGG-19, to relu3_2 at least")
	flag.StringVar(&g.images, "images", "", "the directory of the pictures")
	flag.StringVar(&list, "pairs", sixPairs, "photographs and paintings, a:b,c:d: .jpg files of that directory, or others by their file name or path")
	flag.StringVar(&g.out, "out", "", "the directory to write to")
	flag.IntVar(&g.size, "size", 256, "longer side, in pixels")
	flag.BoolVar(&g.keep, "keep", false, "take the pictures of the last time from the directory, but those of a network's file that has changed since")
	flag.Parse()
	g.small = strings.Split(networks, ",")
	var err error
	if g.pairs, err = parsePairs(list); err != nil {
		log.Fatal("gallery: ", err)
	}
	if err := g.run(context.Background()); err != nil {
		log.Fatal("gallery: ", err)
	}
}

type gallery struct {
	show, large string
	small       []string
	images, out string
	pairs       []pair
	size        int
	keep        bool
	be          *cpu.Backend
	store       *weights.Store
}

// A pair is a photograph and a painting, by the names of their files.
type pair [2]string

func parsePairs(list string) ([]pair, error) {
	var pairs []pair
	for _, word := range strings.Split(list, ",") {
		photograph, painting, ok := strings.Cut(word, ":")
		if !ok || photograph == "" || painting == "" {
			return nil, fmt.Errorf("%q is no pair; write photograph:painting, and commas between pairs", word)
		}
		pairs = append(pairs, pair{photograph, painting})
	}
	return pairs, nil
}

func (p pair) String() string { return bare(p[0]) + ", " + bare(p[1]) }

// bare is a file's name without directory and extension.
func bare(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}

// open reads both pictures of a pair.
func (g *gallery) open(ctx context.Context, p pair) (files [2]engine.File, pictures [2]*image.NRGBA, err error) {
	for i, name := range p {
		if filepath.Ext(name) == "" {
			name += ".jpg"
		}
		if filepath.Base(name) == name {
			name = filepath.Join(g.images, name)
		}
		if files[i], pictures[i], err = read(ctx, name); err != nil {
			return files, pictures, err
		}
	}
	return files, pictures, nil
}

// picture is the file of a pair's picture, by what it was painted with.
func (g *gallery) picture(p pair, with string) string {
	return filepath.Join(g.out, fmt.Sprintf("%s-%s-%d-%s.png", bare(p[0]), bare(p[1]), g.size, with))
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
	r.Pooling = engine.PoolMax
	b := picture.Bounds()
	longer := max(b.Dx(), b.Dy())
	return transfer.Measure(ctx, g.be, j.Weights, r, judge.Fitted(content, longer), []*image.NRGBA{judge.Fitted(style, longer)}, picture)
}
