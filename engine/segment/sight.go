package segment

import "math"

// Cell is how many pixels a cell of a Sight is wide and high.
const Cell = 4

// A Sight is what is seen around each place of a picture besides its colour, of which
// differences count: the texture.
type Sight struct {
	W, H, C int       // cells across and down, the last ones perhaps of fewer pixels; numbers of each
	Values  []float32 // [H, W, C]
}

// Found by trying, on the scenes of package sight's tests.
const (
	// kernel is how near two cells must be to be of one kind, in units of the deviation
	// of all cells.
	kernel = 0.7
	// surest is the most that a Sight says, in units of a logit.
	surest = 3
	// Colours under Inside that are so much more frequent there than elsewhere, as the
	// logit that they have in the mean, begin to do without what is seen, and do without:
	// it is 0.1 at most where textures have the same colours, and above 0.85 in pictures
	// where colours suffice.
	vague   = 0.25
	telling = 0.75
	// So many cells of each kind stand for all.
	few    = 200
	enough = 600
)

// persuade changes the priors that colours give by what is seen, as far as colours do not
// say themselves what is inside.
func (s *Sight) persuade(prior []float64, seeds []uint8, w int) {
	sum, n := 0.0, 0.0
	for i, p := range prior {
		if seeds[i] == Inside {
			sum += logit(p)
			n++
		}
	}
	if n == 0 {
		return // nothing is inside
	}
	say := min(1, (telling-sum/n)/(telling-vague))
	if say <= 0 {
		return
	}
	seen := s.logits(seeds, w)
	for i, p := range prior {
		z := logit(p) + say*s.at(seen, i%w, i/w)
		prior[i] = 1 / (1 + math.Exp(-z))
	}
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// logits returns of each cell how much more like those under Inside it is than like those
// elsewhere, by the densities of both around it (Parzen, Annals of Mathematical Statistics
// 33(3), 1962, with Gaussians).
func (s *Sight) logits(seeds []uint8, w int) []float64 {
	n := s.W * s.H
	under := make([]bool, n)
	for i, seed := range seeds {
		if seed == Inside {
			under[i/w/Cell*s.W+i%w/Cell] = true
		}
	}
	var inside, elsewhere []int
	for i, u := range under {
		if u {
			inside = append(inside, i)
		} else {
			elsewhere = append(elsewhere, i)
		}
	}
	inside, elsewhere = s.some(inside, few), s.some(elsewhere, enough)
	scale := 1 / (2 * kernel * kernel * max(s.variance(), 1e-12))
	density := func(cell int, of []int) float64 {
		sum, v := 0.0, s.Values[cell*s.C:][:s.C]
		for _, k := range of {
			d := float32(0)
			for c, u := range s.Values[k*s.C:][:s.C] {
				d += (v[c] - u) * (v[c] - u)
			}
			sum += math.Exp(-scale * float64(d))
		}
		return sum/float64(max(len(of), 1)) + 1e-4
	}
	out := make([]float64, n)
	for i := range out {
		z := math.Log(density(i, inside) / density(i, elsewhere))
		out[i] = min(surest, max(-surest, z))
	}
	return out
}

// some returns about so many of the cells, spread over all columns.
func (s *Sight) some(cells []int, most int) []int {
	step := max(1, len(cells)/most)
	for step > 1 && s.W%step == 0 {
		step++
	}
	var out []int
	for k := 0; k < len(cells); k += step {
		out = append(out, cells[k])
	}
	return out
}

// variance is that of the cells, over all numbers.
func (s *Sight) variance() float64 {
	sum, squares := make([]float64, s.C), 0.0
	for i, v := range s.Values {
		sum[i%s.C] += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(max(1, s.W*s.H))
	total := squares / n
	for _, v := range sum {
		total -= v / n * v / n
	}
	return total
}

// at returns the value [H, W] at a pixel, between its neighbours linearly.
func (s *Sight) at(values []float64, x, y int) float64 {
	along := func(i, most int) (at, next int, share float64) {
		f := min(float64(most-1), max(0, (float64(i)+0.5)/Cell-0.5))
		at = int(f)
		return at, min(at+1, most-1), f - float64(at)
	}
	x0, x1, right := along(x, s.W)
	y0, y1, down := along(y, s.H)
	v := func(y int) float64 { return values[y*s.W+x0]*(1-right) + values[y*s.W+x1]*right }
	return v(y0)*(1-down) + v(y1)*down
}
