package transfer

import (
	"slices"
	"testing"

	"trappedinart/engine/backend"
)

func TestBorder(t *testing.T) {
	s := size{3, 2}
	planes := make([]float32, 3*3*2)
	for i := range planes {
		planes[i] = float32(i)
	}
	got := bordered(planes, s, 1) // 16 x 16
	// The first channel is 0 1 2 / 3 4 5, from column 1 and row 1 on.
	for y, want := range map[int][]float32{
		0:  {4, 3, 4, 5, 4, 3, 4, 5, 4, 3, 4, 5, 4, 3, 4, 5},
		1:  {1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2},
		15: {1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2},
	} {
		if row := got[16*y:][:16]; !slices.Equal(row, want) {
			t.Errorf("row %d is %v, want %v", y, row, want)
		}
	}
	for _, border := range []int{0, 1} {
		if back := cut(bordered(planes, s, border), s, border); !slices.Equal(back, planes) {
			t.Errorf("border %d: cut gives %v", border, back)
		}
	}
	for _, c := range []struct {
		s      size
		border int
		want   size
	}{{size{75, 50}, 0, size{75, 50}}, {size{75, 50}, 12, size{112, 80}}, {size{72, 40}, 12, size{96, 64}}} {
		if got := c.s.withBorder(c.border); got != c.want {
			t.Errorf("%v with a border of %d is %v, want %v", c.s, c.border, got, c.want)
		}
	}
	if b := borderAt(s, 12); b != 1 {
		t.Errorf("a picture of 3 x 2 has a border of %d", b)
	}
}

// The places that count are those of the picture at every layer, to half a place, that do not see
// beyond the border.
func TestInside(t *testing.T) {
	s := size{75, 50} // 112 x 80 with its border
	for _, c := range []struct {
		copy, poolings int
		of             backend.Shape
		want           backend.Window
	}{
		{0, 0, backend.Shape{C: 3, H: 80, W: 112}, backend.Window{X0: 12, Y0: 12, X1: 87, Y1: 62}},
		{1, 0, backend.Shape{C: 3, H: 40, W: 56}, backend.Window{X0: 6, Y0: 6, X1: 44, Y1: 31}},
		{0, 1, backend.Shape{C: 3, H: 40, W: 56}, backend.Window{X0: 6, Y0: 6, X1: 44, Y1: 31}},
		{0, 2, backend.Shape{C: 3, H: 20, W: 28}, backend.Window{X0: 3, Y0: 3, X1: 22, Y1: 16}},
		// relu2_1 of a copy of a quarter sees 20 pixels around its own, 8 more than the border has.
		{2, 1, backend.Shape{C: 3, H: 10, W: 14}, backend.Window{X0: 3, Y0: 3, X1: 10, Y1: 7}},
		// relu3_1 would see 48, and a quarter of each side is the most that is left out.
		{2, 2, backend.Shape{C: 3, H: 5, W: 7}, backend.Window{X0: 2, Y0: 2, X1: 4, Y1: 3}},
		{2, 4, backend.Shape{C: 3, H: 1, W: 1}, backend.Window{X0: 0, Y0: 0, X1: 1, Y1: 1}},
	} {
		if got := s.inside(12, c.copy, c.poolings, c.of); got != c.want {
			t.Errorf("on copy %d after %d poolings %v, want %v", c.copy, c.poolings, got, c.want)
		}
	}
	for side := 1; side < 300; side++ { // always somewhere on the map
		small := size{side, side}
		for copy := range 3 {
			for poolings := range 5 {
				n := max(1, small.withBorder(12).w>>(copy+poolings))
				of := backend.Shape{C: 3, H: n, W: n}
				if got := small.inside(12, copy, poolings, of); got.Area() < 1 || !got.In(of) {
					t.Fatalf("of %d pixels, on copy %d after %d poolings, %v", side, copy, poolings, got)
				}
			}
		}
	}
	of := backend.Shape{C: 3, H: 12, W: 18}
	if got := s.inside(0, 0, 2, of); got != of.Whole() {
		t.Errorf("without a border %v", got)
	}
}
