package pixel

import (
	"image"

	"trappedinart/engine/pixel/label"
)

// CopyAlpha gives a painting the alpha of the photograph that it was made of, resampled
// to its size. The painting is of the photograph over white, so it looks cut out in
// front of other colours. A photograph without alpha changes nothing, nor
// does one of which nothing is to be seen: nobody would see the painting.
//
// deep is the same painting in 16 bits, or nil. The corners of both are at 0, 0.
func CopyAlpha(painting *image.NRGBA, deep *image.NRGBA64, photograph *image.NRGBA) {
	if photograph.Opaque() || label.Invisible(photograph) {
		return
	}
	alpha := scaledAlpha(photograph, painting.Rect.Dx(), painting.Rect.Dy())
	for y := range painting.Rect.Dy() {
		for x := range painting.Rect.Dx() {
			a := uint16(min(max(alpha[y*painting.Rect.Dx()+x], 0), 1)*65535 + 0.5)
			painting.Pix[painting.PixOffset(x, y)+3] = uint8((uint32(a)*255 + 32767) / 65535)
			if deep != nil {
				i := deep.PixOffset(x, y)
				deep.Pix[i+6], deep.Pix[i+7] = uint8(a>>8), uint8(a)
			}
		}
	}
}

// scaledAlpha resamples the share of each place that is covered, 0 to 1: that is light's
// share already, and so not encoded.
func scaledAlpha(img *image.NRGBA, w, h int) []float32 {
	wide, high := img.Rect.Dx(), img.Rect.Dy()
	at := func(x, y int) float32 { return float32(img.Pix[y*img.Stride+4*x+3]) / 255 }
	if wide != w || high != h {
		return resampled(1, wide, high, w, h, func(y int, light []float32) {
			for x := range wide {
				light[4*x] = at(x, y)
			}
		})
	}
	same := make([]float32, w*h)
	for i := range same {
		same[i] = at(i%w, i/w)
	}
	return same
}
