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
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

var pairs = [][2]string{
	{"golden_gate", "starry_night"}, {"golden_gate", "shipwreck"},
	{"hoovertowernight", "the_scream"}, {"hoovertowernight", "starry_night"},
	{"tubingen", "shipwreck"}, {"tubingen", "the_scream"},
}

func main() {
	log.SetFlags(0)
	var (
		small = flag.String("network", "small", "the name or file of the small network")
		large = flag.String("vgg19", "", "the file of a VGG-19, to relu3_2 at least")
		dir   = flag.String("images", "", "the directory of the pictures")
		out   = flag.String("out", "", "the directory to write to")
		size  = flag.Int("size", 256, "longer side, in pixels")
		keep  = flag.Bool("keep", false, "take VGG-19's pictures of the last time from the directory")
	)
	flag.Parse()
	if err := run(*small, *large, *dir, *out, *size, *keep); err != nil {
		log.Fatal("gallery: ", err)
	}
}

func run(small, large, dir, out string, size int, keep bool) error {
	ctx := context.Background()
	g := &gallery{dir: dir, be: cpu.New(0), store: &weights.Store{}}
	var err error
	if g.judge, err = g.store.Load(ctx, large); err != nil {
		return err
	}
	if g.recipe, err = engine.Preset(engine.Painterly); err != nil {
		return err
	}
	g.recipe.Size = size
	if err := os.MkdirAll(out, 0o700); err != nil {
		return err
	}
	var all [3]distances
	var rows [][]*image.NRGBA
	fmt.Println("relative style distance at relu1_1, relu2_1, relu3_1 and relative content distance at relu3_2, by VGG-19")
	for _, pair := range pairs {
		content, err := g.file(pair[0])
		if err != nil {
			return err
		}
		style, err := g.file(pair[1])
		if err != nil {
			return err
		}
		row := []*image.NRGBA{nil, nil, nil}
		b := content.img.Bounds()
		w, h := pixel.Fit(b.Dx(), b.Dy(), size)
		row[0] = pixel.Image(pixel.Planes(content.img, w, h), w, h)
		if row[1], err = g.paint(ctx, small, content, style); err != nil {
			return err
		}
		kept := filepath.Join(out, fmt.Sprintf("%s-%s-%d-vgg19.png", pair[0], pair[1], size))
		if data, readErr := os.ReadFile(kept); keep && readErr == nil {
			row[2], err = pixel.Decode(ctx, engine.File{Name: kept, Data: data})
		} else if row[2], err = g.paint(ctx, large, content, style); err == nil {
			err = write(kept, row[2])
		}
		if err != nil {
			return err
		}
		fmt.Println(strings.Join(pair[:], ", "))
		for i, name := range []string{"content", "small", "VGG-19"} {
			d, err := g.measure(ctx, row[0], style.img, row[i])
			if err != nil {
				return err
			}
			all[i].add(d)
			fmt.Printf("  %-8s %v\n", name, d)
		}
		rows = append(rows, row)
	}
	fmt.Println("mean of all")
	for i, name := range []string{"content", "small", "VGG-19"} {
		for k := range all[i] {
			all[i][k] /= float64(len(pairs))
		}
		fmt.Printf("  %-8s %v\n", name, all[i])
	}
	mean := 0.
	fmt.Print("share that small closes of the gap that VGG-19 closes:")
	for k, layer := range styleLayers {
		share := (all[0][k] - all[1][k]) / (all[0][k] - all[2][k])
		mean += share / float64(len(styleLayers))
		fmt.Printf(" %s %.2f %%,", layer, 100*share)
	}
	fmt.Printf(" mean %.2f %%; content distance %.3f of VGG-19's\n", 100*mean, all[1][3]/all[2][3])
	return write(filepath.Join(out, "gallery.png"), sheet(rows))
}

var styleLayers = []string{"relu1_1", "relu2_1", "relu3_1"}

// distances at the style layers, and at the content layer.
type distances [4]float64

func (d *distances) add(o distances) {
	for i, v := range o {
		d[i] += v
	}
}

func (d distances) String() string {
	return fmt.Sprintf("%.5f %.5f %.5f   %.4f", d[0], d[1], d[2], d[3])
}

type gallery struct {
	dir    string
	be     *cpu.Backend
	store  *weights.Store
	judge  *vgg.Weights
	recipe engine.Recipe
}

type picture struct {
	engine.File
	img *image.NRGBA
}

func (g *gallery) file(name string) (picture, error) {
	path := filepath.Join(g.dir, name+".jpg")
	data, err := os.ReadFile(path)
	if err != nil {
		return picture{}, err
	}
	p := picture{File: engine.File{Name: path, Data: data}}
	p.img, err = pixel.Decode(context.Background(), p.File)
	return p, err
}

func (g *gallery) paint(ctx context.Context, network string, content, style picture) (*image.NRGBA, error) {
	r := g.recipe
	r.Weights = network
	runner := &transfer.Runner{Backend: g.be, Weights: g.store.Load, Decode: pixel.Decode}
	result, err := runner.Run(ctx, engine.Request{Recipe: r, Content: content.File, Styles: []engine.File{style.File}}, nil)
	if err != nil {
		return nil, err
	}
	return result.Picture, nil
}

// measure compares a picture with its content and with the style at the same size.
func (g *gallery) measure(ctx context.Context, content, style, x *image.NRGBA) (distances, error) {
	var d distances
	r := g.recipe
	r.Copies, r.Smoothness, r.Strength = 0, 0, 50
	b := style.Bounds()
	w, h := pixel.Fit(b.Dx(), b.Dy(), r.Size)
	scaled := pixel.Image(pixel.Planes(style, w, h), w, h)
	e, err := transfer.Evaluate(ctx, g.be, g.judge, r, content, []*image.NRGBA{scaled}, x)
	if err != nil {
		return d, err
	}
	// Calibrated losses are relative distances, times these factors at strength 50.
	const half = 0.25
	for _, p := range e.Parts {
		for k, layer := range styleLayers {
			if p.Name == "style:"+layer {
				d[k] = p.Value * float64(len(styleLayers)) / half
			}
		}
		if p.Name == "content:relu3_2" {
			d[3] = p.Value / (0.01 * half)
		}
	}
	return d, nil
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
