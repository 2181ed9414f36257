package pixel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/pixel"
)

// coloured returns n pixels whose colours are spread along three directions.
func coloured(seed uint64, n int, mean, spread [3]float64) []float32 {
	random := rand.New(rand.NewPCG(seed, 1))
	planes := make([]float32, 3*n)
	for i := range n {
		a, b, c := spread[0]*random.NormFloat64(), spread[1]*random.NormFloat64(), spread[2]*random.NormFloat64()
		planes[i] = float32(mean[0] + a + b + 0.3*c)
		planes[n+i] = float32(mean[1] + a - 0.5*b + c)
		planes[2*n+i] = float32(mean[2] + a - 0.5*b - c)
	}
	return planes
}

// moments returns the means, and the upper triangle of the covariance.
func moments(planes []float32) []float64 {
	n := len(planes) / 3
	m := make([]float64, 9)
	for c := range 3 {
		for i := range n {
			m[c] += float64(planes[c*n+i]) / float64(n)
		}
	}
	at := 3
	for c := range 3 {
		for k := range c + 1 {
			for i := range n {
				m[at] += (float64(planes[c*n+i]) - m[c]) * (float64(planes[k*n+i]) - m[k]) / float64(n)
			}
			at++
		}
	}
	return m
}

func TestMatchColours(t *testing.T) {
	const n = 4000
	from := coloured(1, n, [3]float64{90, 120, 60}, [3]float64{30, 20, 15})
	to := coloured(2, n, [3]float64{160, 100, 130}, [3]float64{40, 10, 25})
	want := moments(to)
	for _, by := range []pixel.ColourMatch{pixel.MatchCholesky, pixel.MatchPCA, pixel.MatchSymmetric} {
		got := moments(pixel.MatchColours(from, pixel.ColoursOf(to), by, 1))
		for k := range want {
			// Covariances differ by what is added for grey pictures.
			if !(math.Abs(got[k]-want[k]) <= 0.03*math.Abs(want[k])+12) || k < 3 && math.Abs(got[k]-want[k]) > 0.01 {
				t.Errorf("method %d: moment %d is %v, want %v", by, k, got[k], want[k])
			}
		}
		half := moments(pixel.MatchColours(from, pixel.ColoursOf(to), by, 0.5))
		none := pixel.MatchColours(from, pixel.ColoursOf(to), by, 0)
		for k := range 3 {
			if middle := (moments(from)[k] + want[k]) / 2; math.Abs(half[k]-middle) > 0.01 {
				t.Errorf("method %d: half the way the mean is %v, want %v", by, half[k], middle)
			}
		}
		for i := range none {
			if none[i] != from[i] {
				t.Fatalf("method %d: a share of 0 changes the picture", by)
			}
		}
		// A picture matched to itself stays.
		for i, v := range pixel.MatchColours(from, pixel.ColoursOf(from), by, 1) {
			if math.Abs(float64(v-from[i])) > 1e-3 {
				t.Fatalf("method %d: matched to itself, %v becomes %v", by, from[i], v)
			}
		}
	}
}

// Grey and flat pictures are matched without noise, infinities or NaN.
func TestMatchGrey(t *testing.T) {
	const n = 1000
	colour := coloured(1, n, [3]float64{90, 120, 60}, [3]float64{30, 20, 15})
	grey := pixel.Luminance(colour)
	flat := make([]float32, 3*n)
	for i := range flat {
		flat[i] = 77
	}
	for _, by := range []pixel.ColourMatch{pixel.MatchCholesky, pixel.MatchPCA, pixel.MatchSymmetric} {
		for name, pair := range map[string][2][]float32{
			"grey to colour": {grey, colour}, "colour to grey": {colour, grey}, "grey to grey": {grey, grey},
			"flat to colour": {flat, colour}, "colour to flat": {colour, flat},
		} {
			got := pixel.MatchColours(pair[0], pixel.ColoursOf(pair[1]), by, 1)
			for _, v := range got {
				if !(v > -200 && v < 455) {
					t.Fatalf("method %d, %s: a level of %v", by, name, v)
				}
			}
			if name == "colour to grey" {
				for i := range n {
					if spread := max(got[i], got[n+i], got[2*n+i]) - min(got[i], got[n+i], got[2*n+i]); spread > 16 {
						t.Fatalf("method %d, %s: channels are %v apart", by, name, spread)
					}
				}
			}
		}
	}
	for _, v := range pixel.MatchLuminance(flat, colour) {
		if !(v > 0 && v < 255) {
			t.Fatalf("the luma of a flat picture becomes %v", v)
		}
	}
}

func TestLuminance(t *testing.T) {
	const n = 2000
	from := coloured(1, n, [3]float64{90, 120, 60}, [3]float64{30, 20, 15})
	to := coloured(2, n, [3]float64{160, 100, 130}, [3]float64{40, 10, 25})
	matched, want := moments(pixel.MatchLuminance(from, to)), moments(pixel.Luminance(to))
	if math.Abs(matched[0]-want[0]) > 0.01 || math.Abs(math.Sqrt(matched[3])-math.Sqrt(want[3])) > 1 {
		t.Errorf("luma has mean %v and variance %v, want %v and %v", matched[0], matched[3], want[0], want[3])
	}
	// The result has one picture's luma, and the other's differences from luma.
	kept := pixel.KeepChroma(from, to, 1)
	lumaOf := func(p []float32, i int) float64 { return float64(pixel.Luminance(p)[i]) }
	for _, i := range []int{0, 17, n - 1} {
		if got, want := lumaOf(kept, i), lumaOf(from, i); math.Abs(got-want) > 1e-3 {
			t.Errorf("the luma is %v, want %v", got, want)
		}
		got := float64(kept[i] - kept[n+i])
		if want := float64(to[i] - to[n+i]); math.Abs(got-want) > 1e-3 {
			t.Errorf("red and green are %v apart, want %v", got, want)
		}
	}
	for i, v := range pixel.KeepChroma(from, to, 0) {
		if v != from[i] {
			t.Fatal("a share of 0 changes the picture")
		}
	}
}
