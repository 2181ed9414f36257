package ref

import (
	"math"

	"trappedinart/engine/backend"
)

// weight is what a place counts.
func weight(mask backend.Buffer, y, x int) float64 {
	if mask == nil {
		return 1
	}
	return mask.(*buffer).at(0, y, x)
}

func (Backend) AddMoments(s backend.Sums, f backend.Buffer, w backend.Window, mask backend.Buffer) {
	backend.CheckMoments(f.Shape(), w, mask, s)
	from, to, channels := f.(*buffer), s.(*sums).d, f.Shape().C
	for c := range channels {
		eachPlace(w, func(y, x int) {
			v, m := from.at(c, y, x), weight(mask, y, x)
			to[c] += m * v
			to[channels+c] += m * v * v
		})
	}
}

func (Backend) Spread(dst, s backend.Sums, area float64) {
	backend.CheckSpread(dst, s)
	to, from := Elements(dst), Elements(s)
	channels := len(from) / 2
	for c := range channels {
		mean := from[c] / area
		variance := max(0, from[channels+c]/area-mean*mean)
		to[c], to[channels+c] = mean, math.Sqrt(variance+backend.LeastVariance)
	}
}

func (Backend) MomentsGrad(df, f backend.Buffer, d, m backend.Sums, scale float64, w backend.Window, mask backend.Buffer) {
	backend.CheckMoments(f.Shape(), w, mask, d, m)
	backend.CheckSame(f.Shape(), df)
	to, from, channels := df.(*buffer), f.(*buffer), f.Shape().C
	diff, spread := Elements(d), Elements(m)
	for c := range channels {
		eachPlace(w, func(y, x int) {
			slope := diff[c] + diff[channels+c]*(from.at(c, y, x)-spread[c])/spread[channels+c]
			to.d[to.index(c, y, x)] += scale * weight(mask, y, x) * slope
		})
	}
}
