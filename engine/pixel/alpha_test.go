package pixel_test

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"testing"

	"trappedinart/engine/pixel"
)

func TestCopyAlpha(t *testing.T) {
	photograph := picture(64, 48, func(x, y int) color.NRGBA {
		if x >= 32 {
			return color.NRGBA{9, 9, 9, 64}
		}
		return color.NRGBA{9, 9, 9, uint8(5 * y)}
	})
	part := photograph.SubImage(image.Rect(16, 0, 64, 48)).(*image.NRGBA)
	for _, c := range []struct {
		photograph *image.NRGBA
		w, h       int
		edge       float64 // of the right part, in shares of the width
	}{{photograph, 64, 48, 0.5}, {photograph, 32, 24, 0.5}, {photograph, 100, 75, 0.5}, {part, 24, 24, 1. / 3}} {
		painting := random(c.w, c.h)
		before := bytes.Clone(painting.Pix)
		deep := image.NewNRGBA64(painting.Rect)
		pixel.CopyAlpha(painting, deep, c.photograph)
		for y := range c.h {
			for x := range c.w {
				i := painting.PixOffset(x, y)
				if !bytes.Equal(painting.Pix[i:][:3], before[i:][:3]) {
					t.Fatalf("%d x %d: the colour at %d, %d is another", c.w, c.h, x, y)
				}
				a, a16 := painting.Pix[i+3], deep.NRGBA64At(x, y).A
				if math.Abs(float64(a16)/257-float64(a)) > 0.5 {
					t.Fatalf("%d x %d: alpha %d and %d", c.w, c.h, a, a16)
				}
				at := (float64(x)+0.5)/float64(c.w) - c.edge
				switch {
				case at > 0.15:
					near(t, "the right part's alpha", float32(a), 64, 1)
				case at < -0.15 && y > 3 && y < c.h-4:
					near(t, "the left part's alpha", float32(a), float32(5*((float64(y)+0.5)*48/float64(c.h)-0.5)), 1)
				}
			}
		}
	}
}

func TestCopyAlphaOfOpaque(t *testing.T) {
	painting := random(9, 7)
	before := bytes.Clone(painting.Pix)
	pixel.CopyAlpha(painting, nil, random(20, 20))
	if !bytes.Equal(painting.Pix, before) {
		t.Error("an opaque photograph changes the painting")
	}
	pixel.CopyAlpha(painting, nil, picture(9, 7, func(int, int) color.NRGBA { return color.NRGBA{A: 3} }))
	if got := painting.NRGBAAt(4, 4).A; got != 3 {
		t.Errorf("alpha is %d, want 3", got)
	}
}

func TestImage64(t *testing.T) {
	planes := []float32{0, 127.5, 255, 300, -3, float32(math.NaN()), 1, 100.25, 254.999, 77, 78, 79}
	img := pixel.Image64(planes, 2, 2)
	for i := range 4 {
		got := img.NRGBA64At(i%2, i/2)
		for c, v := range []uint16{got.R, got.G, got.B} {
			p := float64(planes[4*c+i])
			if !(p > 0) {
				p = 0
			}
			if w := math.Floor(min(p, 255)*257 + 0.5); float64(v) != w {
				t.Errorf("%v becomes %d, want %v", planes[4*c+i], v, w)
			}
		}
		if got.A != 0xffff {
			t.Errorf("alpha is %d", got.A)
		}
	}
}

// A zone plate has waves from a whole picture long in its middle to two pixels at its
// sides. Details that a smaller picture cannot hold must be gone, and the rest stay.
func TestResamplingHasNoMoire(t *testing.T) {
	const n = 512
	planes := make([]float32, 3*n*n)
	at := func(r2 float64) float64 { return 0.5 + 0.5*math.Cos(math.Pi*r2/n) } // light
	for i := range n * n {
		x, y := float64(i%n)+0.5-n/2, float64(i/n)+0.5-n/2
		for c := range 3 {
			planes[c*n*n+i] = encodedLevel(at(x*x + y*y))
		}
	}
	for _, side := range []int{n / 2, n / 3} {
		f := float64(n) / float64(side)
		var left, off, lefts, offs float64
		for i, v := range pixel.Resize(planes, n, n, side, side)[:side*side] {
			x, y := (float64(i%side)+0.5)*f-n/2, (float64(i/side)+0.5)*f-n/2
			got, r := light(v), math.Hypot(x, y)
			switch {
			case f*max(math.Abs(x), math.Abs(y))/n > 0.6: // waves to a pixel of the new picture
				left, lefts = left+(got-0.5)*(got-0.5), lefts+1
			case f*r/n > 0.02 && f*r/n < 0.3:
				off, offs = off+math.Pow(got-at(r*r), 2), offs+1
			}
		}
		left, off = 255*math.Sqrt(left/lefts), 255*math.Sqrt(off/offs)
		t.Logf("%d to %d: %.2f is left of what it cannot hold, and the rest is off by %.2f", n, side, left, off)
		if !(left < 4) || !(off < 1.5) {
			t.Errorf("%d to %d: %.2f is left of what it cannot hold, and the rest is off by %.2f; want 4 and 1.5", n, side, left, off)
		}
	}
}

// encodedLevel and light are sRGB's functions, IEC 61966-2-1:1999, section 5.2.
func encodedLevel(v float64) float32 {
	if v <= 0.0031308 {
		return float32(255 * v * 12.92)
	}
	return float32(255 * (1.055*math.Pow(v, 1/2.4) - 0.055))
}

func light(level float32) float64 {
	v := float64(level) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
