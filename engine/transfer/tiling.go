package transfer

import (
	"sort"

	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A tiling cuts a picture into blocks: each counts the places of its window, and is looked
// at as a part of the picture that has a halo around the window, so that what counts comes
// out as in the whole. All parts have one size, so that one plan serves them: those at an
// edge have the larger windows.
type tiling struct {
	whole, parts size
	blocks       []block
}

type block struct{ window, part backend.Window }

// tile cuts a picture of size s into the fewest blocks whose parts have most places at
// the most, or as near to that as is worth it. 0 leaves it whole.
func tile(s size, taps []string, most int) tiling {
	across, down := sides(s, taps)
	nx, ny := across.most(), down.most()
	if most == 0 || s.w*s.h <= most {
		nx, ny = 1, 1
	}
	best, least := nx*ny, across.part(nx)*down.part(ny)
	for i := 1; i <= across.most(); i++ {
		// More parts are shorter, so the first number that does is the fewest.
		k := 1 + sort.Search(down.most(), func(k int) bool { return across.part(i)*down.part(k+1) <= most })
		if k > down.most() || i*k > best {
			continue
		}
		if places := across.part(i) * down.part(k); i*k < best || places < least {
			nx, ny, best, least = i, k, i*k, places
		}
	}
	return newTiling(s, taps, nx, ny)
}

// newTiling cuts a picture in nx blocks across and ny down.
func newTiling(s size, taps []string, nx, ny int) tiling {
	across, down := sides(s, taps)
	t := tiling{whole: s, parts: size{across.part(nx), down.part(ny)}}
	for k := range ny {
		y0, y1, top, bottom := down.block(ny, k)
		for i := range nx {
			x0, x1, left, right := across.block(nx, i)
			t.blocks = append(t.blocks, block{
				window: backend.Window{X0: x0, Y0: y0, X1: x1, Y1: y1},
				part:   backend.Window{X0: left, Y0: top, X1: right, Y1: bottom},
			})
		}
	}
	return t
}

func sides(s size, taps []string) (across, down side) {
	halo, step := vgg.Halo(taps)
	return side{s.w, step, halo / step}, side{s.h, step, halo / step}
}

// places is how many places an evaluation goes forward and back through, the halo as often
// as it is looked at: of blocks, all but the last go forward twice.
func (t *tiling) places() float64 {
	n := float64(len(t.blocks))
	return (3*n - 1) / 2 * float64(t.parts.w*t.parts.h)
}

// A side of a picture is cut on a grid; what is less than a step of it is at the end of
// every part, of which only the last counts it.
type side struct {
	length, step int
	halo         int // steps
}

// part returns how long each of n parts is.
func (s side) part(n int) int {
	return s.steps(n)*s.step + s.length%s.step
}

// steps is the least so that n parts less their halos between them are the whole.
func (s side) steps(n int) int {
	return (s.length/s.step + 2*s.halo*(n-1) + n - 1) / n
}

// most is how many parts are worth it: with windows as wide as both halos, and no parts
// that are small beside the picture's own vectors.
func (s side) most() int {
	const smallest = 128
	part := max(4*s.halo, smallest/s.step)
	return max(1, (s.length/s.step-2*s.halo)/(part-2*s.halo))
}

// block returns where the window and the part of block i of n begin and end.
func (s side) block(n, i int) (from, to, first, last int) {
	if n == 1 {
		return 0, s.length, 0, s.length
	}
	steps := s.steps(n)
	start := func(i int) int { return i * (s.length/s.step - steps) / (n - 1) }
	between := func(i int) int { // blocks i-1 and i, in the middle of what both could count
		return (start(i) + start(i-1) + steps) / 2
	}
	to, first = s.length, start(i)*s.step
	if i > 0 {
		from = between(i) * s.step
	}
	if i < n-1 {
		to = between(i+1) * s.step
	}
	return from, to, first, first + s.part(n)
}
