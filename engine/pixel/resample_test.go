package pixel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Vectors add up in the same order as the loops, to the same bits.
func TestRowsInVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []float32 {
		values := make([]float32, n)
		for i := range values {
			values[i] = r.Float32()
		}
		return values
	}
	for _, widths := range [][2]int{{1, 5}, {7, 3}, {200, 61}, {61, 200}} {
		from, f := random(4*widths[0]), newFilter(widths[0], widths[1])
		got, want := make([]float32, 4*widths[1]), make([]float32, 4*widths[1])
		narrowed(got, f, from)
		narrowedGo(want, f, from)
		if !slices.Equal(got, want) {
			t.Errorf("%d places to %d: the sums are not the loop's", widths[0], widths[1])
		}
		row := random(widths[1])
		got, want = slices.Clone(row), slices.Clone(row)
		addRow(got, 0.3, row)
		addRowGo(want, 0.3, row)
		if !slices.Equal(got, want) {
			t.Errorf("a row of %d: the sums are not the loop's", widths[1])
		}
	}
}
