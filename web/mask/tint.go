package mask

import (
	"image"
	"image/color"
)

// colours are those that layers are shown in, as in the style sheet; the first is that
// of where the original stays.
var colours = []color.NRGBA{{0, 110, 255, 0}, {255, 40, 60, 0}, {250, 180, 0, 0}, {20, 170, 70, 0}, {200, 40, 220, 0}}

// Colour is the number of a layer's colour in the style sheet.
func Colour(at int) int {
	if at == Keep {
		return 0
	}
	return 1 + at%(len(colours)-1)
}

// Alphas of the layer that is painted, and of the others, faint.
const (
	shownAlpha = 160
	faintAlpha = 70
)

// Tinted returns a part of the layers for showing above the photograph.
func (l *Layers) Tinted(part image.Rectangle, shown int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	for at := Keep; at < len(l.styles); at++ {
		if m := l.Peek(at); m != nil {
			c := colours[Colour(at)]
			c.A = faintAlpha
			if at == shown {
				c.A = shownAlpha
			}
			m.tint(img, part, c)
		}
	}
	return img
}
