package transfer

import (
	"image"
	"math"
	"testing"

	"trappedinart/engine/pixel"
)

// A large picture is read once for all sizes below half of middle, and comes out as it does
// from the file, but for a twentieth of a level in the mean; others come from the file.
func TestLargePicturesAreReadOnce(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 1700, 1300))
	for i := range img.Pix {
		x, y := float64(i/4%1700), float64(i/4/1700)
		img.Pix[i] = uint8(128 + 60*math.Sin(x/31+float64(i%4))*math.Cos(y/23) + 60*math.Sin(x*y/90000))
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	o := &originals{content: img, middles: map[*image.NRGBA][]float32{}}
	for _, s := range []size{{512, 391}, {256, 196}, {64, 49}, {1024, 783}, {700, 535}} {
		got, want := o.planes(img, s), pixel.Planes(img, s.w, s.h)
		sum, worst := 0.0, 0.0
		for i := range want {
			d := math.Abs(float64(got[i] - want[i]))
			sum, worst = sum+d, max(worst, d)
		}
		most := 0.05
		if s.w > middle/2 {
			most = 0
		}
		if mean := sum / float64(len(want)); mean > most {
			t.Errorf("at %v it is off by %.3f in the mean, %.2f at most", s, mean, worst)
		}
	}
	if len(o.middles) != 1 {
		t.Errorf("there are %d pictures of middle size", len(o.middles))
	}
	first := &o.photograph(size{64, 49})[0]
	o.photograph(size{128, 98})
	if &o.photograph(size{64, 49})[0] != first {
		t.Error("of two sizes in turn one is made anew")
	}
}
