package segment

// bins is how many shades of each channel the histograms of colours tell apart.
const bins = 12

// priors returns how likely each place is inside, by its colour alone: how often the colour
// is under Inside and how often elsewhere, in a histogram of each (Boykov and Jolly, ICCV
// 2001, section 3, with shares in place of their logarithms).
func priors(colours [][3]float64, seeds []uint8) []float64 {
	inside, elsewhere := make([]float64, bins*bins*bins), make([]float64, bins*bins*bins)
	for i, c := range colours {
		if seeds[i] == Inside {
			inside[bin(c)]++
		} else {
			elsewhere[bin(c)]++
		}
	}
	smooth(inside)
	smooth(elsewhere)
	prior := make([]float64, len(colours))
	for i, c := range colours {
		a, b := inside[bin(c)], elsewhere[bin(c)]
		prior[i] = a / (a + b)
	}
	return prior
}

func bin(c [3]float64) int {
	at := 0
	for _, v := range c {
		at = at*bins + int(v*(bins-1)/255+0.5)
	}
	return at
}

// smooth spreads each bin over its neighbours, as few places are under a scribble, and
// makes shares of the counts. No share is 0.
func smooth(counts []float64) {
	for _, step := range []int{1, bins, bins * bins} {
		before := append([]float64(nil), counts...)
		for i := range counts {
			at := i / step % bins
			sum := 2 * before[i]
			if at > 0 {
				sum += before[i-step]
			}
			if at < bins-1 {
				sum += before[i+step]
			}
			counts[i] = sum / 4
		}
	}
	sum := 0.0
	for _, v := range counts {
		sum += v
	}
	for i, v := range counts {
		counts[i] = v/max(sum, 1) + 1e-5
	}
}
