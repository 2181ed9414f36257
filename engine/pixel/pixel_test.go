package pixel_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/pixel"
)

// picture makes a w x h picture by a function of places.
func picture(w, h int, at func(x, y int) color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, at(x, y))
		}
	}
	return img
}

func grey(v uint8) color.NRGBA { return color.NRGBA{v, v, v, 255} }

func random(w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(1, 2))
	return picture(w, h, func(int, int) color.NRGBA {
		v := r.Uint32()
		return color.NRGBA{uint8(v), uint8(v >> 8), uint8(v >> 16), 255}
	})
}

func near(t *testing.T, what string, got, want float32, tolerance float64) {
	t.Helper()
	if d := math.Abs(float64(got) - float64(want)); !(d <= tolerance) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, tolerance)
	}
}

func TestPlanesAtOwnSizeAreThePicture(t *testing.T) {
	img := random(7, 5)
	part := img.SubImage(image.Rect(2, 1, 6, 4)).(*image.NRGBA)
	for _, img := range []*image.NRGBA{img, part} {
		b := img.Bounds()
		w, h := b.Dx(), b.Dy()
		planes := pixel.Planes(img, w, h)
		for i := range w * h {
			c := img.NRGBAAt(b.Min.X+i%w, b.Min.Y+i/w)
			for ch, want := range []uint8{c.R, c.G, c.B} {
				if got := planes[ch*w*h+i]; got != float32(want) {
					t.Fatalf("%v: channel %d of place %d is %v, want %d", b, ch, i, got, want)
				}
			}
		}
		back := pixel.Image(planes, w, h)
		for i := range w * h {
			if got, want := back.NRGBAAt(i%w, i/w), img.NRGBAAt(b.Min.X+i%w, b.Min.Y+i/w); got != want {
				t.Fatalf("%v: place %d comes back as %v, want %v", b, i, got, want)
			}
		}
	}
}

func TestTransparencyShowsWhite(t *testing.T) {
	tests := []struct {
		pixel color.NRGBA
		want  [3]float32
	}{
		{color.NRGBA{10, 20, 30, 255}, [3]float32{10, 20, 30}},
		{color.NRGBA{10, 20, 30, 0}, [3]float32{255, 255, 255}},
		{color.NRGBA{0, 255, 100, 128}, [3]float32{127, 255, 177}},
		{color.NRGBA{0, 0, 0, 1}, [3]float32{254, 254, 254}},
	}
	for _, test := range tests {
		img := picture(4, 4, func(int, int) color.NRGBA { return test.pixel })
		for _, side := range []int{4, 2, 9} {
			planes := pixel.Planes(img, side, side)
			for ch, want := range test.want {
				near(t, "the channel", planes[ch*side*side], want, 0.03)
			}
		}
	}
}

// A transparent place must not lend its hidden colour to its neighbours.
func TestTransparencyDoesNotBleed(t *testing.T) {
	img := picture(16, 16, func(x, y int) color.NRGBA {
		if x < 8 {
			return color.NRGBA{255, 0, 0, 0}
		}
		return color.NRGBA{255, 255, 255, 255}
	})
	for i, v := range pixel.Planes(img, 5, 5) {
		near(t, "a value", v, 255, 1e-4)
		if t.Failed() {
			t.Fatalf("at %d", i)
		}
	}
}

func TestResamplingIsInLinearLight(t *testing.T) {
	board := picture(32, 32, func(x, y int) color.NRGBA { return grey(uint8((x + y) % 2 * 255)) })
	// Half the light of white: 255 * (1.055 * 0.5^(1/2.4) - 0.055).
	const half = 187.516
	for _, side := range []int{16, 11, 8} {
		for name, planes := range map[string][]float32{
			"Planes": pixel.Planes(board, side, side),
			"Resize": pixel.Resize(pixel.Planes(board, 32, 32), 32, 32, side, side),
		} {
			for i, v := range planes {
				x, y := i%side, i/side%side
				if min(x, y) < 3 || max(x, y) > side-4 {
					continue // where the kernel is cut off a checkerboard is not even
				}
				near(t, name, v, half, 0.1)
			}
		}
	}
}

func TestResamplingDoesNotShift(t *testing.T) {
	const w, h = 60, 44
	blob := picture(w, h, func(x, y int) color.NRGBA {
		dx, dy := (float64(x)+0.5)/w-0.5, (float64(y)+0.5)/h-0.5
		return grey(uint8(255 * math.Exp(-40*(dx*dx+dy*dy))))
	})
	for _, size := range [][2]int{{w, h}, {30, 22}, {29, 21}, {17, 13}, {120, 88}, {77, 61}} {
		w2, h2 := size[0], size[1]
		for name, planes := range map[string][]float32{
			"Planes": pixel.Planes(blob, w2, h2),
			"Resize": pixel.Resize(pixel.Planes(blob, w, h), w, h, w2, h2),
		} {
			var sum, cx, cy float64
			for i, v := range planes[:w2*h2] {
				sum += float64(v)
				cx += float64(v) * (float64(i%w2) + 0.5)
				cy += float64(v) * (float64(i/w2) + 0.5)
			}
			near(t, name+"'s centre, of the width,", float32(cx/sum/float64(w2)), 0.5, 1e-3)
			near(t, name+"'s centre, of the height,", float32(cy/sum/float64(h2)), 0.5, 1e-3)
		}
	}
}

// Every level of an even picture survives resampling.
func TestResizeKeepsLevels(t *testing.T) {
	var worst, worstMid float64
	for v := 0.0; v <= 255; v += 0.25 {
		planes := make([]float32, 3*3*2)
		for i := range planes {
			planes[i] = float32(v)
		}
		for _, got := range pixel.Resize(planes, 3, 2, 5, 7) {
			d := math.Abs(float64(got) - v)
			if !(d <= 1) {
				t.Fatalf("level %v comes out as %v", v, got)
			}
			worst = max(worst, d)
			if v >= 64 {
				worstMid = max(worstMid, d)
			}
		}
	}
	if worst > 0.001 || worstMid > 0.001 {
		t.Errorf("off by %.4f at most and by %.4f from level 64 upwards, want 0.001", worst, worstMid)
	}
	t.Logf("off by %.4f at most, by %.4f from level 64 upwards", worst, worstMid)
}

func TestResizeHoldsValues(t *testing.T) {
	nan := float32(math.NaN())
	for _, side := range []int{1, 3} {
		got := pixel.Resize([]float32{-5, 300, nan}, 1, 1, side, side)
		for ch, want := range []float32{0, 255, 0} {
			near(t, "the value", got[ch*side*side], want, 0)
		}
	}
	// The kernel goes beyond an edge's values; grey levels must not.
	edge := pixel.Planes(picture(8, 8, func(x, y int) color.NRGBA { return grey(uint8(x / 4 * 255)) }), 31, 31)
	for i, v := range edge {
		if !(v >= 0 && v <= 255) {
			t.Fatalf("value %d is %v", i, v)
		}
	}
}

func TestImageRounds(t *testing.T) {
	inf := float32(math.Inf(1))
	tests := []struct {
		v    float32
		want uint8
	}{
		{0, 0}, {0.49, 0}, {0.5, 1}, {127.5, 128}, {254.4, 254}, {254.6, 255}, {255, 255},
		{-1, 0}, {256, 255}, {1e30, 255}, {inf, 255}, {-inf, 0}, {float32(math.NaN()), 0},
	}
	for _, test := range tests {
		got := pixel.Image([]float32{test.v, 7, test.v}, 1, 1).NRGBAAt(0, 0)
		if want := (color.NRGBA{test.want, 7, test.want, 255}); got != want {
			t.Errorf("%v becomes %v, want %v", test.v, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	tests := []struct{ w, h, longer, wantW, wantH int }{
		{400, 300, 200, 200, 150},
		{300, 400, 200, 150, 200},
		{400, 300, 800, 800, 600},
		{500, 500, 64, 64, 64},
		{1000, 3, 100, 100, 1},
		{3, 100000, 16, 1, 16},
		{1, 1, 8192, 8192, 8192},
		{3, 2, 5, 5, 3},  // 3.33
		{4, 2, 5, 5, 3},  // 2.5
		{16, 9, 1, 1, 1}, // 0.56
		{16, 9, 0, 1, 1},
	}
	for _, test := range tests {
		if w, h := pixel.Fit(test.w, test.h, test.longer); w != test.wantW || h != test.wantH {
			t.Errorf("Fit(%d, %d, %d) = %d, %d, want %d, %d", test.w, test.h, test.longer, w, h, test.wantW, test.wantH)
		}
	}
}

func TestWrongSizesPanic(t *testing.T) {
	planes := make([]float32, 12)
	tests := map[string]func(){
		"Planes to nothing":   func() { pixel.Planes(random(2, 2), 0, 1) },
		"Planes of nothing":   func() { pixel.Planes(image.NewNRGBA(image.Rectangle{}), 1, 1) },
		"Image of less":       func() { pixel.Image(planes, 2, 3) },
		"Resize of more":      func() { pixel.Resize(planes, 2, 1, 4, 4) },
		"Resize to a minus":   func() { pixel.Resize(planes, 2, 2, 4, -4) },
		"Fit of nothing":      func() { pixel.Fit(0, 0, 4) },
		"Image of minus twos": func() { pixel.Image(planes, -2, -2) },
	}
	for name, f := range tests {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkPlanes(b *testing.B) {
	photo := random(4000, 3000)
	for b.Loop() {
		pixel.Planes(photo, 512, 384)
	}
}

func BenchmarkResize(b *testing.B) {
	planes := pixel.Planes(random(256, 192), 256, 192)
	for b.Loop() {
		pixel.Resize(planes, 256, 192, 512, 384)
	}
}
