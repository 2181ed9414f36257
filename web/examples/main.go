// Command examples draws the pictures that the page opens with, a photograph to paint
// and paintings to learn from, and the program's icons. They are the project's own,
// drawn by this program and by nobody else:
//
//	go run ./web/examples bin/site
//	go run ./web/examples bin/site owl night
package main

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/image/draw"
)

// Pictures are drawn on a canvas of so many units, and saved with so many pixels.
const (
	width, height = 640, 480
	saved, thumb  = 1024, 96
)

var pictures = []struct {
	name string
	draw func(*canvas)
}{
	{"fruit", fruit},
	{"owl", owl},
	{"valley", valley},
	{"harbour", harbour},
	{"night", night},
	{"meadow", meadow},
	{"dusk", dusk},
	{"glass", glass},
	{"mosaic", mosaic},
	{"marbling", marbling},
	{"points", points},
	{"waves", waves},
	{"wash", wash},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "examples:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("name the folder to draw into, and pictures if not all are to be drawn")
	}
	folder := filepath.Join(args[0], "examples")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, p := range pictures {
		if len(args) > 1 && !slices.Contains(args[1:], p.name) {
			continue
		}
		c := newCanvas(width, height, float64(saved)/width)
		p.draw(c)
		for suffix, side := range map[string]int{"": saved, "-small": thumb} {
			if err := save(filepath.Join(folder, p.name+suffix+".jpg"), smaller(c.image(), side)); err != nil {
				return err
			}
		}
	}
	for _, side := range []int{192, 512} {
		c := newCanvas(side, side, 1)
		icon(c)
		if err := save(filepath.Join(args[0], fmt.Sprintf("icon-%d.png", side)), c.image()); err != nil {
			return err
		}
	}
	return nil
}

func smaller(img image.Image, side int) image.Image {
	out := image.NewNRGBA(image.Rect(0, 0, side, side*height/width))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

func save(path string, img image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if filepath.Ext(path) == ".png" {
		err = png.Encode(f, img)
	} else {
		err = jpeg.Encode(f, img, &jpeg.Options{Quality: 70})
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
