package transfer

import (
	"math"
	"slices"

	"trappedinart/engine/pixel"
)

// PixelMeasures are what pixels say by themselves.
type PixelMeasures struct {
	// Clipped is the share of values that are 0 or 255.
	Clipped float64 `json:"clipped"`
	// BorderRatio is the mean difference of neighbours' luma in the outer 8 pixels, over
	// that inside: a frame is well above or below 1.
	BorderRatio float64 `json:"border_ratio"`
	// SeamRatio is the largest mean difference across a line between two rows or two
	// columns, over the median of all such lines: a seam is a line that stands out.
	SeamRatio float64 `json:"seam_ratio"`
	// HighFrequency is the mean square of what the filter 1 2 1 in both directions takes
	// from the luma, over the same of the style.
	HighFrequency float64 `json:"high_frequency"`
}

func measurePixels(x, style picture) PixelMeasures {
	var m PixelMeasures
	for _, v := range x.planes {
		if v <= 0 || v >= 255 {
			m.Clipped += 1 / float64(len(x.planes))
		}
	}
	luma := pixel.Luminance(x.planes)[:x.w*x.h]
	m.BorderRatio = borderRatio(luma, x.size)
	m.SeamRatio = seamRatio(luma, x.size)
	if of := highFrequency(pixel.Luminance(style.planes)[:style.w*style.h], style.size); of > 0 {
		m.HighFrequency = highFrequency(luma, x.size) / of
	}
	return m
}

func borderRatio(luma []float32, s size) float64 {
	const frame = 8
	var sum, n [2]float64 // inside and in the frame
	for y := range s.h - 1 {
		for x := range s.w - 1 {
			v := float64(luma[y*s.w+x])
			d := math.Abs(float64(luma[y*s.w+x+1])-v) + math.Abs(float64(luma[(y+1)*s.w+x])-v)
			where := 0
			if min(x, y, s.w-2-x, s.h-2-y) < frame {
				where = 1
			}
			sum[where] += d
			n[where]++
		}
	}
	if sum[0] == 0 || n[1] == 0 {
		return 1
	}
	return (sum[1] / n[1]) / (sum[0] / n[0])
}

func seamRatio(luma []float32, s size) float64 {
	worst := 1.
	for _, lines := range [][]float64{across(luma, s.w, s.h, 1, s.w), across(luma, s.h, s.w, s.w, 1)} {
		if len(lines) == 0 {
			continue
		}
		sorted := slices.Sorted(slices.Values(lines))
		if median := sorted[len(sorted)/2]; median > 0 {
			worst = max(worst, sorted[len(sorted)-1]/median)
		}
	}
	return worst
}

// across returns for each of the n-1 lines the mean difference across it, along m places.
func across(luma []float32, n, m, step, along int) []float64 {
	lines := make([]float64, max(0, n-1))
	for i := range lines {
		for k := range m {
			at := i*step + k*along
			lines[i] += math.Abs(float64(luma[at+step])-float64(luma[at])) / float64(m)
		}
	}
	return lines
}

func highFrequency(luma []float32, s size) float64 {
	at := func(y, x int) float64 {
		return float64(luma[min(max(y, 0), s.h-1)*s.w+min(max(x, 0), s.w-1)])
	}
	sum := 0.
	for y := range s.h {
		for x := range s.w {
			smooth := 0.
			for v := -1; v <= 1; v++ {
				for u := -1; u <= 1; u++ {
					smooth += float64((2-v*v)*(2-u*u)) / 16 * at(y+v, x+u)
				}
			}
			d := at(y, x) - smooth
			sum += d * d
		}
	}
	return sum / float64(s.w*s.h)
}
