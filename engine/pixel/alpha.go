package pixel

import (
	"context"
	"fmt"
	"image"

	"trappedinart/engine"
)

// CopyAlpha gives a painting the alpha of the photograph that it was made of, resampled
// to its size. What was painted is the photograph over white, and so it shows in
// front of other colours as if cut out. A photograph without alpha changes nothing, nor
// does one of which nothing is to be seen: nobody would see the painting.
//
// deep is the same painting in 16 bits, or nil. The corners of both are at 0, 0.
func CopyAlpha(painting *image.NRGBA, deep *image.NRGBA64, photograph *image.NRGBA) {
	if photograph.Opaque() || invisible(photograph) {
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

// NoteInvisible says in the notes of ctx if nothing of the picture is to be seen.
func NoteInvisible(ctx context.Context, f engine.File, img *image.NRGBA) {
	if invisible(img) {
		engine.Note(ctx, fmt.Sprintf("%q is transparent all over; it is painted as white.", f.Name))
	}
}

func invisible(img *image.NRGBA) bool {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for i := 3; i < len(row); i += 4 {
			if row[i] != 0 {
				return false
			}
		}
	}
	return true
}

// scaledAlpha resamples the share of each place that is covered, 0 to 1: that is light's
// share already, and so not encoded.
func scaledAlpha(img *image.NRGBA, w, h int) []float32 {
	wide, high := img.Rect.Dx(), img.Rect.Dy()
	row := func(y int, to []float32) {
		for x := range to {
			to[x] = float32(img.Pix[y*img.Stride+4*x+3]) / 255
		}
	}
	if wide != w || high != h {
		return resampled(1, wide, high, w, h, row)
	}
	same := make([]float32, w*h)
	for y := range h {
		row(y, same[y*w:][:w])
	}
	return same
}
