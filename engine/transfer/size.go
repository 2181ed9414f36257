package transfer

import "trappedinart/engine/pixel"

// A size is a picture's width and height.
type size struct{ w, h int }

// fitted is the size of w x h brought to that longer side.
func fitted(w, h, longer int) size {
	w, h = pixel.Fit(w, h, longer)
	return size{w, h}
}

func (s size) places() float64 { return float64(s.w * s.h) }

// A canvas is planes [3,h,w], 0..255, of that size.
type canvas struct {
	size
	planes []float32
}

// resized brings a canvas to another size.
func (c canvas) resized(to size) canvas {
	return canvas{to, pixel.Resize(c.planes, c.w, c.h, to.w, to.h)}
}
