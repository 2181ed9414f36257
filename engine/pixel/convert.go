//go:build !js || pictures

package pixel

import (
	"image"
	"image/color"
	"image/draw"
)

// nrgba returns a picture as the decoders give it in 8 bits with straight alpha,
// its corner at 0, 0. It may share the memory of img.
func nrgba(img image.Image) *image.NRGBA {
	b := img.Bounds()
	rect := image.Rect(0, 0, b.Dx(), b.Dy())
	switch src := img.(type) {
	case *image.NRGBA:
		return &image.NRGBA{Pix: src.Pix[src.PixOffset(b.Min.X, b.Min.Y):], Stride: src.Stride, Rect: rect}
	case *image.NRGBA64, *image.RGBA64:
		deep := nrgba64(src)
		return &image.NRGBA{Pix: narrow(deep.Pix), Stride: deep.Stride / 2, Rect: rect}
	case *image.Gray16:
		img = &image.Gray{Pix: narrow(src.Pix), Stride: src.Stride / 2, Rect: src.Rect}
	case *image.RGBA:
		if !src.Opaque() { // TIFF with associated alpha
			dst := image.NewNRGBA(rect)
			for y := range rect.Dy() {
				for x := range rect.Dx() {
					dst.SetNRGBA(x, y, color.NRGBAModel.Convert(src.RGBAAt(b.Min.X+x, b.Min.Y+y)).(color.NRGBA))
				}
			}
			return dst
		}
	case *image.Paletted:
		return unpaletted(src)
	}
	// All that is left is opaque, and then RGBA and NRGBA are the same; draw is
	// only fast on the first.
	dst := image.NewRGBA(rect)
	draw.Draw(dst, rect, img, b.Min, draw.Src)
	return &image.NRGBA{Pix: dst.Pix, Stride: dst.Stride, Rect: rect}
}

// nrgba64 returns a picture of 16 bits with straight alpha, its corner at 0, 0, and nil
// for one of 8 bits or without colours.
func nrgba64(img image.Image) *image.NRGBA64 {
	b := img.Bounds()
	rect := image.Rect(0, 0, b.Dx(), b.Dy())
	switch src := img.(type) {
	case *image.NRGBA64:
		return &image.NRGBA64{Pix: src.Pix[src.PixOffset(b.Min.X, b.Min.Y):], Stride: src.Stride, Rect: rect}
	case *image.RGBA64:
		if src.Opaque() {
			return &image.NRGBA64{Pix: src.Pix[src.PixOffset(b.Min.X, b.Min.Y):], Stride: src.Stride, Rect: rect}
		}
		dst := image.NewNRGBA64(rect) // TIFF with associated alpha
		for y := range rect.Dy() {
			for x := range rect.Dx() {
				dst.SetNRGBA64(x, y, color.NRGBA64Model.Convert(src.RGBA64At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA64))
			}
		}
		return dst
	}
	return nil
}

// narrow rounds 16-bit numbers, high byte first, to 8 bits.
func narrow(pix []uint8) []uint8 {
	n := make([]uint8, len(pix)/2)
	for i := range n {
		n[i] = down(uint32(pix[2*i])<<8 | uint32(pix[2*i+1]))
	}
	return n
}

func unpaletted(src *image.Paletted) *image.NRGBA {
	var palette [256]color.NRGBA
	for i, c := range src.Palette {
		palette[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
	b := src.Bounds()
	dst := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := palette[src.ColorIndexAt(b.Min.X+x, b.Min.Y+y)]
			copy(dst.Pix[dst.PixOffset(x, y):], []uint8{c.R, c.G, c.B, c.A})
		}
	}
	return dst
}
