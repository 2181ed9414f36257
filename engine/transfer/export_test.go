package transfer

import "image"

// SeamRatio is PixelMeasures.SeamRatio of a picture.
func SeamRatio(img *image.NRGBA) float64 {
	p := asItIs(img, 0)
	return measurePixels(p, p).SeamRatio
}
