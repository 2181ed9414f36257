package pixel

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// Mask returns how white the picture is at w x h, 0 to 1, transparent pixels counting as
// black. Unlike colours, masks are resampled as the numbers they are.
func Mask(img *image.NRGBA, w, h int) []float32 {
	b := img.Bounds()
	mustBeSize(b.Dx(), b.Dy())
	mustBeSize(w, h)
	src := image.NewGray16(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			p := img.Pix[img.PixOffset(b.Min.X+x, b.Min.Y+y):][:4]
			white := (luma[0]*float64(p[0]) + luma[1]*float64(p[1]) + luma[2]*float64(p[2])) * float64(p[3]) / (255 * 255)
			src.SetGray16(x, y, color.Gray16{Y: uint16(white*65535 + 0.5)})
		}
	}
	dst := src
	if w != b.Dx() || h != b.Dy() {
		dst = image.NewGray16(image.Rect(0, 0, w, h))
		draw.BiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	}
	mask := make([]float32, w*h)
	for i := range mask {
		mask[i] = float32(dst.Gray16At(i%w, i/w).Y) / 65535
	}
	return mask
}

// Feather returns the mask [h,w] softened over about radius pixels on both sides of its
// edges: three averages over windows, which together are near a Gaussian.
func Feather(mask []float32, w, h int, radius float64) []float32 {
	half := int(math.Round(radius / 2))
	out := mask
	for range 3 {
		if half > 0 {
			out = averaged(out, w, h, half, 1, w)
			out = averaged(out, h, w, half, w, 1)
		}
	}
	return out
}

// averaged returns the averages over 2*half+1 values along rows of n, step apart; lines
// are where the rows begin. The edge's value goes on beyond it.
func averaged(values []float32, n, rows, half, step, line int) []float32 {
	out := make([]float32, len(values))
	for r := range rows {
		at := func(i int) float64 { return float64(values[r*line+min(max(i, 0), n-1)*step]) }
		sum := 0.0
		for i := -half; i <= half; i++ {
			sum += at(i)
		}
		for i := range n {
			out[r*line+i*step] = float32(min(max(sum/float64(2*half+1), 0), 1))
			sum += at(i+half+1) - at(i-half)
		}
	}
	return out
}
