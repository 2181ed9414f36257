package pixel_test

import (
	"image/color"
	"math"
	"testing"

	"trappedinart/engine/pixel"
)

func TestMask(t *testing.T) {
	img := picture(4, 2, func(x, y int) color.NRGBA {
		return []color.NRGBA{{0, 0, 0, 255}, {255, 255, 255, 255}, {255, 255, 255, 0}, {128, 128, 128, 255}}[x]
	})
	for i, v := range pixel.Mask(img, 4, 2) {
		near(t, "the mask", v, []float32{0, 1, 0, 128. / 255}[i%4], 1e-4)
	}
	// Half the size: the mean, weighted by a tent that reaches to the neighbours.
	half := picture(64, 64, func(x, y int) color.NRGBA { return grey(uint8(255 * (x / 32))) })
	small := pixel.Mask(half, 8, 8)
	sum := float32(0)
	for i, v := range small {
		sum += v / 64
		if x := i % 8; x < 3 && v != 0 || x > 4 && v != 1 {
			t.Errorf("column %d is %v", x, v)
		}
	}
	near(t, "the mean", sum, 0.5, 1e-3)
}

func TestFeather(t *testing.T) {
	const w, h = 60, 40
	mask := make([]float32, w*h)
	for i := range mask {
		if i%w >= w/2 {
			mask[i] = 1
		}
	}
	for i, v := range pixel.Feather(mask, w, h, 0.4) {
		if v != mask[i] {
			t.Fatal("a radius of nothing changes the mask")
		}
	}
	soft := pixel.Feather(mask, w, h, 8)
	for y := range h {
		row := soft[y*w:][:w]
		for x := range w - 1 {
			if row[x] > row[x+1]+1e-6 {
				t.Fatalf("the soft edge is not even at %d: %v, %v", x, row[x], row[x+1])
			}
		}
		if row[w/2-14] != 0 || math.Abs(float64(row[w/2+14]-1)) > 1e-5 || !(row[w/2-4] > 0.05 && row[w/2-4] < 0.45) {
			t.Fatalf("the soft edge is %v", row)
		}
	}
}
