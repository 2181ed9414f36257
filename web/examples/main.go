// Command examples draws the pictures that the page opens with, a photograph to paint
// and paintings to learn from, and the program's icons. They are the project's own,
// drawn by this program and by nobody else:
//
//	go run ./web/examples bin/site
package main

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"
)

// Pictures are drawn on a canvas of this size, and saved smaller, as the page loads them.
const (
	width, height = 640, 480
	saved, thumb  = 448, 96
)

var pictures = []struct {
	name string
	draw func(*canvas)
}{
	{"valley", valley},
	{"strokes", strokes},
	{"glass", glass},
	{"hatching", hatching},
	{"mosaic", mosaic},
	{"marbling", marbling},
	{"points", points},
	{"waves", waves},
	{"wash", wash},
	{"deco", deco},
	{"harbour", harbour},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "examples:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name the folder to draw into")
	}
	folder := filepath.Join(args[0], "examples")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, p := range pictures {
		c := newCanvas(width, height)
		p.draw(c)
		for suffix, side := range map[string]int{"": saved, "-small": thumb} {
			if err := save(filepath.Join(folder, p.name+suffix+".jpg"), smaller(c.image(), side)); err != nil {
				return err
			}
		}
	}
	for _, side := range []int{192, 512} {
		c := newCanvas(side, side)
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
		err = jpeg.Encode(f, img, &jpeg.Options{Quality: 66})
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
