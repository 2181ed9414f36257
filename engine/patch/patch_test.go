//go:build !js

package patch_test

import (
	"context"
	"image"
	"image/color"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine/patch"
)

func measure(t *testing.T, picture, painting *image.NRGBA) *patch.Measures {
	t.Helper()
	m, err := patch.Measure(context.Background(), picture, painting)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// drawn returns a picture of w x h.
func drawn(w, h int, at func(x, y, c int) int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(at(x, y, 0)), uint8(at(x, y, 1)), uint8(at(x, y, 2)), 255})
		}
	}
	return img
}

// noise returns independent whole numbers from -n to n, the same for one seed.
func noise(seed uint64, n int) func(x, y, c int) int {
	return func(x, y, c int) int {
		return rand.New(rand.NewPCG(seed, uint64(x<<32|y<<2|c))).IntN(2*n+1) - n
	}
}

func flat(int, int, int) int { return 100 }

// strokes are waves with noise.
func strokes(seed uint64, long float64) func(x, y, c int) int {
	grain := noise(seed, 12)
	return func(x, y, c int) int {
		u, v := float64(x)/long, float64(y)/long
		return 128 + grain(x, y, c) + int(50*math.Sin(2*u+v+float64(c)+float64(seed))+30*math.Cos(3*v-u))
	}
}

func TestOfItself(t *testing.T) {
	for _, size := range [][2]int{{50, 40}, {230, 200}} { // all patches, and 40,000 of them
		painting := drawn(size[0], size[1], strokes(1, 5))
		m := measure(t, painting, painting)
		if len(m.Distances) != 6 || math.Abs(m.Excess) > 1e-9 {
			t.Errorf("%v: %+v", size, m)
		}
		for name, d := range m.Distances {
			if d != 0 {
				t.Errorf("%v: a painting is %v from itself in %s", size, d, name)
			}
		}
		other := measure(t, drawn(size[0], size[1], strokes(2, 9)), painting)
		for name, d := range other.Distances {
			if !(d > 0.05) {
				t.Errorf("%v: another picture is %v from the painting in %s", size, d, name)
			}
		}
	}
}

// With c times the contrast the distance is |c-1|, and the power c^2.
func TestContrast(t *testing.T) {
	level := noise(3, 15)
	of := func(c int) *image.NRGBA {
		return drawn(80, 60, func(x, y, k int) int { return 128 + c*level(x, y, k) })
	}
	for _, c := range []int{1, 2, 6, 8} {
		m := measure(t, of(c), of(4))
		want := math.Abs(float64(c)/4 - 1)
		for _, name := range []string{"5x5", "9x9"} {
			if d := m.Distances[name]; !(math.Abs(d-want) <= 1e-5) {
				t.Errorf("%d/4 of the contrast: %s is %v, want %v", c, name, d, want)
			}
		}
		if want := 2 * math.Log2(float64(c)/4); !(math.Abs(m.Excess-want) <= 0.01) {
			t.Errorf("%d/4 of the contrast: the excess is %v, want %v", c, m.Excess, want)
		}
	}
	level = strokes(1, 5)
	for name, d := range measure(t, drawn(80, 60, flat), drawn(80, 60, level)).Distances {
		if !(math.Abs(d-1) <= 1e-6) {
			t.Errorf("a flat picture is %v from the painting in %s, want 1", d, name)
		}
	}
	brighter := measure(t, drawn(80, 60, func(x, y, k int) int { return level(x, y, k) + 10 }), drawn(80, 60, level))
	if d := brighter.Distances["9x9"]; !(d <= 1e-6) || math.Abs(brighter.Excess) > 1e-6 {
		t.Errorf("brightness alone is a distance of %v and an excess of %v", d, brighter.Excess)
	}
}

// The arrangement of patches does not count.
func TestArrangement(t *testing.T) {
	cell := noise(4, 60)
	// 160 x 128 patches of 9 x 9: each of the cell's 16 x 16 as often as the others.
	of := func(dx, dy int) *image.NRGBA {
		return drawn(168, 136, func(x, y, c int) int { return 128 + cell((x+dx)%16, (y+dy)%16, c) })
	}
	m := measure(t, of(3, 5), of(0, 0))
	if d := m.Distances["9x9"]; !(d <= 1e-6) {
		t.Errorf("shifted by a part of its period it is %v from itself", d)
	}
	if d := m.Distances["5x5"]; !(d <= 0.03) || math.Abs(m.Excess) > 0.2 {
		t.Errorf("shifted by a part of its period it is %v from itself in 5x5, with an excess of %v", d, m.Excess)
	}
	// Noise that is mirrored is as good as other noise; 40,000 of 49,000 patches.
	grain := noise(5, 60)
	picture := drawn(260, 200, func(x, y, c int) int { return 128 + grain(x, y, c) })
	mirrored := drawn(260, 200, func(x, y, c int) int { return 128 + grain(259-x, y, c) })
	m = measure(t, mirrored, picture)
	if d := m.Distances["9x9"]; !(d <= 0.02) || math.Abs(m.Excess) > 0.1 {
		t.Errorf("mirrored noise is %v from itself, with an excess of %v", d, m.Excess)
	}
}

// A grid of single green pixels is the direction of the excess, whatever else there is.
func TestExcess(t *testing.T) {
	grain := noise(6, 10)
	grid := func(x, y, c int) int { return (c % 2) * (1 - 2*((x+y)%2)) } // green, 1 and -1
	of := func(strength int) *image.NRGBA {
		return drawn(120, 90, func(x, y, c int) int { return 128 + grain(x, y, c) + strength*grid(x, y, c) })
	}
	m := measure(t, of(16), of(4))
	power := func(strength float64) float64 { return (21*21-1)/12. + 9*strength*strength + 0.5 }
	if want := math.Log2(power(16) / power(4)); !(math.Abs(m.Excess-want) <= 0.05) {
		t.Errorf("the excess is %v, want %v", m.Excess, want)
	}
	along := 0.
	for y := range 3 {
		for x := range 3 {
			along += m.Direction[1][y][x] * float64(grid(x, y, 1)) / 3
		}
	}
	if !(math.Abs(along) > 0.995) {
		t.Errorf("the direction %v has %v of the grid's", m.Direction, along)
	}
	if m := measure(t, of(4), of(16)); !(m.Excess < 0.1) {
		t.Errorf("less of the grid is an excess of %v", m.Excess)
	}
}

// Over a flat painting the excess is that of the place in a patch that varies most.
func TestExcessOverNothing(t *testing.T) {
	level := strokes(1, 2)
	var most float64
	for c := range 3 {
		for dy := range 3 {
			for dx := range 3 {
				sum, squares := 0., 0.
				for y := range 3 {
					for x := range 4 {
						v := float64(level(x+dx, y+dy, c))
						sum, squares = sum+v, squares+v*v
					}
				}
				most = max(most, squares/12-sum*sum/144)
			}
		}
	}
	m := measure(t, drawn(6, 5, level), drawn(6, 5, flat))
	if want := math.Log2(most/0.5 + 1); !(math.Abs(m.Excess-want) <= 1e-6) {
		t.Errorf("the excess is %v, want %v", m.Excess, want)
	}
}

// The painting is brought to the picture's size.
func TestPaintingOfAnotherSize(t *testing.T) {
	smooth := func(long float64) func(x, y, c int) int {
		return func(x, y, c int) int {
			return 128 + int(60*math.Sin((float64(x)+0.5)/long)+50*math.Cos((float64(y)+0.5)/long+float64(c)))
		}
	}
	m := measure(t, drawn(120, 90, smooth(6)), drawn(360, 270, smooth(18)))
	if d := m.Distances["9x9"]; !(d < 0.03) {
		t.Errorf("three times as large the painting is %v from itself", d)
	}
	if d := measure(t, drawn(90, 120, smooth(6)), drawn(360, 240, smooth(18))).Distances["9x9"]; !(d < 0.1) {
		t.Errorf("with another shape the painting is %v from itself", d)
	}
}

// Sizes too small for a patch are left out, and so are distances from a flat painting.
func TestLeftOut(t *testing.T) {
	for _, c := range []struct {
		w, h   int
		want   string
		excess bool
	}{
		{1, 1, "", false}, {2, 9, "", false}, {3, 3, "", false}, {4, 30, "", true}, {5, 5, "5x5", true}, {8, 9, "5x5", true},
		{9, 9, "5x5 5x5/2 9x9", true}, {17, 17, "5x5 5x5/2 9x9 9x9/2", true}, {18, 18, "5x5 5x5/2 5x5/4 9x9 9x9/2", true},
		{34, 60, "5x5 5x5/2 5x5/4 9x9 9x9/2 9x9/4", true},
	} {
		picture := drawn(c.w, c.h, strokes(1, 2))
		m := measure(t, picture, drawn(c.w, c.h, strokes(2, 4)))
		if got := strings.Join(slices.Sorted(maps.Keys(m.Distances)), " "); got != c.want || (m.Excess != 0) != c.excess {
			t.Errorf("%d x %d: got %q, want %q; an excess of %v", c.w, c.h, got, c.want, m.Excess)
		}
		if m := measure(t, picture, drawn(c.w, c.h, flat)); len(m.Distances) != 0 {
			t.Errorf("%d x %d: it is %v from a flat painting", c.w, c.h, m.Distances)
		}
	}
	if m := measure(t, drawn(100, 80, strokes(1, 5)), drawn(1000, 7, strokes(2, 9))); len(m.Distances) != 0 {
		t.Errorf("a painting of one row is measured: %v", m.Distances)
	}
}

// Nothing depends on processors, and nothing on the time.
func TestTheSameEveryTime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	picture, painting := drawn(100, 80, strokes(1, 5)), drawn(90, 80, strokes(2, 9))
	want := measure(t, picture, painting)
	for _, processors := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(processors)
		if got := measure(t, picture, painting); !reflect.DeepEqual(got, want) {
			t.Errorf("with %d processors it is %+v, with one %+v", processors, got, want)
		}
	}
}

func TestMeasureEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	picture := drawn(60, 40, strokes(1, 5))
	if m, err := patch.Measure(ctx, picture, picture); err != context.Canceled {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestSortFloats(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 2, 3, 1000} {
		got := make([]float32, n)
		for i := range got {
			got[i] = float32(random.NormFloat64() * math.Pow(10, float64(random.IntN(20)-10)))
			if random.IntN(9) == 0 {
				got[i] = 0
			}
		}
		want := slices.Clone(got)
		slices.Sort(want)
		patch.SortFloats(got, make([]uint32, 2*n))
		if !slices.Equal(got, want) {
			t.Errorf("%d numbers are not in order", n)
		}
	}
}
