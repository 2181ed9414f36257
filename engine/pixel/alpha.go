package pixel

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// CopyAlpha gives a painting the alpha of the photograph that it was made of, resampled
// to its size. What was painted is the photograph over white, and so it shows in
// front of other colours as if cut out. A photograph without alpha changes nothing.
//
// deep is the same painting in 16 bits, or nil. The corners of both are at 0, 0.
func CopyAlpha(painting *image.NRGBA, deep *image.NRGBA64, photograph *image.NRGBA) {
	if photograph.Opaque() {
		return
	}
	alpha := scaledAlpha(photograph, painting.Rect.Dx(), painting.Rect.Dy())
	for y := range painting.Rect.Dy() {
		for x := range painting.Rect.Dx() {
			a := alpha.Gray16At(x, y).Y
			painting.Pix[painting.PixOffset(x, y)+3] = uint8((uint32(a)*255 + 32767) / 65535)
			if deep != nil {
				i := deep.PixOffset(x, y)
				deep.Pix[i+6], deep.Pix[i+7] = uint8(a>>8), uint8(a)
			}
		}
	}
}

// scaledAlpha resamples the share of each place that is covered: that is light's
// share already, and so not encoded.
func scaledAlpha(img *image.NRGBA, w, h int) *image.Gray16 {
	dst := image.NewGray16(image.Rect(0, 0, w, h))
	cover := cover{img}
	if img.Rect.Dx() == w && img.Rect.Dy() == h {
		for y := range h {
			for x := range w {
				c := cover.RGBA64At(img.Rect.Min.X+x, img.Rect.Min.Y+y)
				dst.SetGray16(x, y, color.Gray16{Y: c.R})
			}
		}
		return dst
	}
	whole := image.NewRGBA64(dst.Rect)
	kernel.Scale(whole, whole.Rect, cover, img.Rect, draw.Src, nil)
	for i := range w * h {
		copy(dst.Pix[2*i:][:2], whole.Pix[8*i:])
	}
	return dst
}

// cover is the alpha of a picture as an opaque grey one.
type cover struct{ *image.NRGBA }

func (c cover) RGBA64At(x, y int) color.RGBA64 {
	a := uint16(c.Pix[c.PixOffset(x, y)+3]) * 257
	return color.RGBA64{R: a, G: a, B: a, A: 0xffff}
}
