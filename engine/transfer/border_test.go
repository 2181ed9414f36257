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
	got := bordered(planes, s, 1)
	// The first channel is 0 1 2 / 3 4 5.
	want := []float32{
		4, 3, 4, 5, 4,
		1, 0, 1, 2, 1,
		4, 3, 4, 5, 4,
		1, 0, 1, 2, 1,
	}
	if !slices.Equal(got[:len(want)], want) {
		t.Errorf("got %v, want %v", got[:len(want)], want)
	}
	for _, border := range []int{0, 1} {
		if back := cut(bordered(planes, s, border), s, border); !slices.Equal(back, planes) {
			t.Errorf("border %d: cut gives %v", border, back)
		}
	}
	if b := borderAt(s, 12); b != 1 {
		t.Errorf("a picture of 3 x 2 has a border of %d", b)
	}
}
