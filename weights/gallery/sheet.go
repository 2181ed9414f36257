//go:build !js

package main

import (
	"bytes"
	"image"
	"image/draw"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"trappedinart/engine/pixel"
)

// A labelled picture has words below it.
type labelled struct {
	*image.NRGBA
	words []string
}

const lineHeight = 14

// labels returns a picture with its words below it.
func (l labelled) labels() *image.NRGBA {
	b := l.Bounds()
	to := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()+lineHeight*len(l.words)+4))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(to, b.Sub(b.Min), l.NRGBA, b.Min, draw.Src)
	for i, line := range l.words {
		d := font.Drawer{Dst: to, Src: image.Black, Face: basicfont.Face7x13, Dot: fixed.P(0, b.Dy()+lineHeight*(i+1)-2)}
		d.DrawString(line)
	}
	return to
}

// part returns a piece of a picture, each pixel that many times as large.
func part(img *image.NRGBA, r image.Rectangle, times int) *image.NRGBA {
	r = r.Intersect(img.Bounds())
	to := image.NewNRGBA(image.Rect(0, 0, r.Dx()*times, r.Dy()*times))
	for y := range r.Dy() * times {
		for x := range r.Dx() * times {
			to.SetNRGBA(x, y, img.NRGBAAt(r.Min.X+x/times, r.Min.Y+y/times))
		}
	}
	return to
}

// tallest is the height of a row.
func tallest(row []*image.NRGBA) int {
	h := 0
	for _, p := range row {
		h = max(h, p.Bounds().Dy())
	}
	return h
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
		height += tallest(row) + gap
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
		y += tallest(row) + gap
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
