package transfer

import (
	"context"
	"math"

	"trappedinart/engine"
)

// One strength is to mean the same for every style, size and network: about the same
// relative style distance, sum (G-A)^2 / sum A^2. How much weight a style needs for that
// is not known beforehand. So it is measured at the end of each scale, where iterations
// cost next to nothing beside the last, and once more in the midst of the last.

const (
	// usualDistance is the relative style distance that strength 50 is to reach by the middle of
	// the last scale; its end has about 0.4 times that, in a file.
	usualDistance = 0.0045
	// balance is by which power of content's weight over style's the distance grows:
	// measured at 512 px, strengths 25 and 40, two styles: 0.89 and 0.98.
	balance = 0.9
	// mostCalibration is by how much a style's weight is raised or lowered, at most: so
	// that a style which cannot come near does not drive the photograph out.
	mostCalibration = 3
	// Distances of scales smaller than these say nothing yet, or are as many times as
	// large at the smaller of the two.
	leastSide, fullSide, atLeastSide = 96, 256, 1.6
	// growth is by which power of its length the style's weight grows in a run that is longer than
	// usual. Otherwise the photograph's distance alone would fall, to 0.73 of the usual in 6.3 times
	// the iterations at 512 px. With it the photograph's stays and the style's falls.
	growth = 0.45
	// calibrationIterations is after how many iterations they do.
	calibrationIterations = 10
)

// usual is the recipe whose runs are as long as usual.
var usual, _ = engine.Preset(engine.Painterly)

// wantedDistance is the relative style distance that a recipe asks for at size s, as a network
// sees it whose distances must be multiplied by scale.
func wantedDistance(r *engine.Recipe, s size, scale float64) float64 {
	strength := r.Strength / 100
	weights := r.ContentWeight / r.StyleWeight * (1 - strength) * (1 - strength) / (strength * strength)
	wanted := usualDistance / scale * math.Pow(weights, balance)
	if max(s.w, s.h) < fullSide {
		wanted *= atLeastSide
	}
	return wanted
}

// calibrates says whether the recipe leaves the balance of style and content to strength.
func calibrates(r *engine.Recipe) bool {
	return r.LossScaling == engine.Calibrated && !withoutContent(r) && r.Strength > 0 && r.StyleWeight > 0
}

// calibrated returns the plan whose weight of style follows from how far that came in so
// many iterations, and says whether it differs much.
func (st *stage) calibrated(iterations int) (next *plan, much bool) {
	p := st.j.plan
	if !calibrates(&p.recipe) || max(st.w, st.h) < leastSide || iterations < calibrationIterations {
		return p, false
	}
	scale := st.j.pace.at.scale
	longer := math.Pow(max(1, float64(p.recipe.IterationsAt(scale))/float64(usual.IterationsAt(scale))), growth)
	by := math.Pow(st.objective.styleDistance()/wantedDistance(&p.recipe, st.size, p.net.Scales.Style), 1/balance)
	next = p.calibrated(min(max(p.styleFactor*by, 1./mostCalibration), mostCalibration) * longer)
	const enough = 1.1
	return next, next.styleFactor > p.styleFactor*enough || next.styleFactor < p.styleFactor/enough
}

// recalibrate does so at the end of a scale of so many iterations, and in the midst of the
// last. Of a run that is longer than usual it does so where the usual one would: later the
// distance is smaller, and a weight that follows from that would trade style for content. If the
// scale is not over then, it goes on from the picture as it is.
func (st *stage) recalibrate(ctx context.Context, iterations int) error {
	n, last := st.j.pace.at.iteration, st.size == st.j.plan.last()
	at := min(iterations, usual.IterationsAt(st.j.pace.at.scale))
	if last {
		if n == at {
			next, _ := st.calibrated(n)
			st.j.outcome.styleFactor = next.styleFactor // for a larger painting
		}
		at /= 2
	}
	if n != at {
		return nil
	}
	next, much := st.calibrated(n)
	if n == iterations {
		st.j.plan = next
		return nil
	}
	if !much {
		return nil
	}
	px, err := st.pixels()
	if err != nil {
		return err
	}
	for i, v := range px { // as between scales
		px[i] = min(max(v, 0), 255)
	}
	return st.again(ctx, next, px)
}

// styleDistance returns the mean relative style distance of the last evaluation, over the
// layers by their weights and over the picture and its copies.
func (o *objective) styleDistance() float64 {
	sum, weights := 0., 0.
	for i, a := range o.asked {
		if a.weight > 0 && a.square > 0 {
			sum += a.weight * o.dots[i] / a.square
			weights += a.weight
		}
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}
