package transfer

import (
	"slices"
	"testing"
)

func TestBorder(t *testing.T) {
	s := size{3, 2}
	planes := make([]float32, 3*3*2)
	for i := range planes {
		planes[i] = float32(i)
	}
	got := bordered(planes, s, 1) // 16 x 16
	// The first channel is 0 1 2 / 3 4 5, from column 6 and row 7 on.
	for y, want := range map[int][]float32{
		7:  {2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1},
		8:  {5, 4, 3, 4, 5, 4, 3, 4, 5, 4, 3, 4, 5, 4, 3, 4},
		9:  {2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1},
		15: {2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1},
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
