package segment

import (
	"context"
	"errors"
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// scene is a picture of two noisy colours, with a soft edge: inside where in says so.
func scene(w, h int, noise float64, in func(x, y float64) bool) *image.NRGBA {
	rnd := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	a, b := [3]float64{190, 90, 60}, [3]float64{80, 120, 150}
	for y := range h {
		for x := range w {
			share := 0.0
			for k := range 4 {
				if in(float64(x)+float64(k%2)*0.5+0.25, float64(y)+float64(k/2)*0.5+0.25) {
					share += 0.25
				}
			}
			for c := range 3 {
				v := b[c] + share*(a[c]-b[c]) + noise*rnd.NormFloat64()
				img.Pix[4*(y*w+x)+c] = uint8(min(255, max(0, v)))
			}
			img.Pix[4*(y*w+x)+3] = 255
		}
	}
	return img
}

func disc(cx, cy, r float64) func(x, y float64) bool {
	return func(x, y float64) bool { return math.Hypot(x-cx, y-cy) < r }
}

func grow(t *testing.T, img *image.NRGBA, seed func(x, y int) uint8) []uint8 {
	t.Helper()
	w, h := img.Rect.Dx(), img.Rect.Dy()
	seeds := make([]uint8, w*h)
	for i := range seeds {
		seeds[i] = seed(i%w, i/w)
	}
	out, err := Grow(t.Context(), img, seeds, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range seeds {
		if s == Inside && out[i] != 255 || s == Outside && out[i] != 0 {
			t.Fatalf("place %d was given as %d and came out as %d", i, s, out[i])
		}
	}
	return out
}

// overlap is what is in both, of what is in either.
func overlap(out []uint8, w int, want func(x, y float64) bool) float64 {
	both, either := 0.0, 0.0
	for i, v := range out {
		a, b := v > 127, want(float64(i%w)+0.5, float64(i/w)+0.5)
		if a && b {
			both++
		}
		if a || b {
			either++
		}
	}
	return both / either
}

// A short scribble grows to the border of the thing, and not to its twin.
func TestGrow(t *testing.T) {
	thing, twin := disc(50, 60, 28), disc(120, 40, 20)
	for _, noise := range []float64{0, 12, 25} {
		img := scene(160, 110, noise, func(x, y float64) bool { return thing(x, y) || twin(x, y) })
		out := grow(t, img, func(x, y int) uint8 {
			if y >= 58 && y < 62 && x >= 35 && x < 62 {
				return Inside
			}
			return Free
		})
		if got := overlap(out, 160, thing); !(got > 0.95) {
			t.Errorf("with noise %v it overlaps the thing by %.3f", noise, got)
		}
	}
}

// Where colours say nothing, walkers meet half way between the scribbles.
func TestHalfWay(t *testing.T) {
	img := scene(80, 40, 0, func(float64, float64) bool { return true })
	out := grow(t, img, func(x, _ int) uint8 {
		switch {
		case x < 10:
			return Inside
		case x >= 70:
			return Outside
		}
		return Free
	})
	left := func(x, _ float64) bool { return x < 40 }
	if got := overlap(out, 80, left); got < 0.75 {
		t.Errorf("it overlaps the left half by %.3f", got)
	}
}

// The equations are solved: as by elimination.
func TestSolve(t *testing.T) {
	const w, h = 7, 5
	img := scene(w, h, 40, disc(3, 3, 2))
	colours := make([][3]float64, w*h)
	for i := range colours {
		for c := range 3 {
			colours[i][c] = float64(img.Pix[4*i+c])
		}
	}
	seeds := make([]uint8, w*h)
	seeds[0], seeds[17], seeds[34] = Outside, Inside, Outside
	s := system(colours, seeds, priors(colours, seeds), w, h)
	// Columns of the matrix, by applying it to unit vectors; what seeds give goes right.
	n := w * h
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n+1)
	}
	y, unit := make([]float64, n), make([]float64, n)
	for j := range n {
		clear(unit)
		unit[j] = 1
		s.apply(y, unit)
		for i := range n {
			a[i][j] = y[i]
		}
	}
	for i := range n {
		if s.free[i] {
			a[i][n] = likeness * s.prior[i]
		} else {
			a[i][i], a[i][n] = 1, s.x[i]
		}
		for j := range n {
			if s.free[i] && s.free[j] && math.Abs(a[i][j]-a[j][i]) > 1e-12 {
				t.Fatalf("the matrix is not symmetric at %d, %d", i, j)
			}
		}
	}
	for k := range n { // the matrix dominates its diagonal: no pivots are needed
		for i := k + 1; i < n; i++ {
			f := a[i][k] / a[k][k]
			for j := k; j <= n; j++ {
				a[i][j] -= f * a[k][j]
			}
		}
	}
	want := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		v := a[i][n]
		for j := i + 1; j < n; j++ {
			v -= a[i][j] * want[j]
		}
		want[i] = v / a[i][i]
	}
	if err := s.solve(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if !(math.Abs(s.x[i]-want[i]) <= 1e-3) {
			t.Errorf("place %d has %.5f, by elimination %.5f", i, s.x[i], want[i])
		}
	}
}

// Nothing painted, everything painted, one pixel, one colour.
func TestEdges(t *testing.T) {
	img := scene(9, 6, 5, disc(4, 3, 2))
	for _, v := range grow(t, img, func(int, int) uint8 { return Free }) {
		if v != 0 {
			t.Fatal("something grew from nothing")
		}
	}
	grow(t, img, func(int, int) uint8 { return Inside })
	grow(t, img, func(x, _ int) uint8 { return Inside + uint8(x)%2 })
	grow(t, scene(1, 1, 0, disc(0, 0, 1)), func(int, int) uint8 { return Free })
	for i, v := range grow(t, image.NewNRGBA(image.Rect(0, 0, 12, 1)), func(x, _ int) uint8 {
		if x == 0 {
			return Inside
		}
		return Free
	}) {
		if v < 128 {
			t.Errorf("of one colour, place %d has %d", i, v)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Grow(ctx, img, make([]uint8, 54), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped, it says %v", err)
	}
}
