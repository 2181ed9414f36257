// Package pixel stands between picture files and the planes of numbers that the
// rest of the engine works on.
//
// Planes are []float32 of shape [3,H,W], red, green, blue, in grey levels: the
// sRGB-encoded values of a picture file, 0 to 255. Sizes are changed in linear
// light, where an average of pixels is what an eye at a distance sees.
//
// Reading and writing files (Decode, Encode) is left out of the WebAssembly
// build: there the browser decodes.
package pixel

import (
	"image"
)

// The limits of a picture file, checked before memory is taken for it.
const (
	MaxPixels    = 64 << 20 // width times height
	MaxFileBytes = 64 << 20
)

const channels = 3

// Planes returns the picture resampled to w x h. Transparent pixels are shown over
// white first. At the picture's own size an opaque picture's values come out
// unchanged.
func Planes(img *image.NRGBA, w, h int) []float32 {
	b := img.Bounds()
	mustBeSize(b.Dx(), b.Dy())
	mustBeSize(w, h)
	if w != b.Dx() || h != b.Dy() {
		return reduced(img, w, h)
	}
	planes := make([]float32, channels*w*h)
	red, green, blue := split(planes)
	for y := range h {
		row := img.Pix[y*img.Stride:][:4*w]
		for x := range w {
			r, g, b := shown(row[4*x:])
			i := y*w + x
			red[i], green[i], blue[i] = float32(r), float32(g), float32(b)
		}
	}
	return planes
}

// Image returns the planes as an opaque picture of 8 bits: rounded, held to 0..255,
// with 0 for not-a-number.
func Image(planes []float32, w, h int) *image.NRGBA {
	mustFit(planes, w, h)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	red, green, blue := split(planes)
	for i := range red {
		p := img.Pix[4*i:][:4]
		p[0], p[1], p[2], p[3] = level(red[i]), level(green[i]), level(blue[i]), 255
	}
	return img
}

// Image64 is Image in 16 bits, which keep what a run knows between two levels of 8.
func Image64(planes []float32, w, h int) *image.NRGBA64 {
	mustFit(planes, w, h)
	img := image.NewNRGBA64(image.Rect(0, 0, w, h))
	red, green, blue := split(planes)
	for i := range red {
		p := img.Pix[8*i:][:8]
		for c, v := range [...]float32{red[i], green[i], blue[i]} {
			wide := uint16(hold(v)*257 + 0.5)
			p[2*c], p[2*c+1] = uint8(wide>>8), uint8(wide)
		}
		p[6], p[7] = 0xff, 0xff
	}
	return img
}

// level rounds v to a grey level.
func level(v float32) uint8 {
	switch {
	case v >= 255:
		return 255
	case v > 0:
		return uint8(v + 0.5)
	}
	return 0 // NaN comes here too
}

// Fit returns the size that has the given longer side and the proportions of w x h,
// rounded, neither side less than 1.
func Fit(w, h, longer int) (int, int) {
	mustBeSize(w, h)
	longer = max(longer, 1)
	shorter := func(a, b int) int { return max((2*a*longer+b)/(2*b), 1) }
	if w >= h {
		return longer, shorter(h, w)
	}
	return shorter(w, h), longer
}

// shown returns the colour of the pixel p (red, green, blue, alpha) over white. It
// is mixed in encoded values, as browsers and other viewers do, so that a picture
// looks here as it does there.
func shown(p []uint8) (r, g, b uint8) {
	p = p[:4]
	if p[3] == 255 {
		return p[0], p[1], p[2]
	}
	a := uint32(p[3])
	over := func(c uint8) uint8 { return uint8((uint32(c)*a + 255*(255-a) + 127) / 255) }
	return over(p[0]), over(p[1]), over(p[2])
}

// split returns the three planes.
func split(planes []float32) (red, green, blue []float32) {
	n := len(planes) / channels
	return planes[:n], planes[n : 2*n], planes[2*n:]
}

func mustBeSize(w, h int) {
	if w < 1 || h < 1 {
		panic("pixel: width and height must be at least 1")
	}
}

func mustFit(planes []float32, w, h int) {
	mustBeSize(w, h)
	if len(planes) != channels*w*h {
		panic("pixel: planes are not 3 x height x width")
	}
}
