package vgg_test

import (
	"testing"

	"trappedinart/engine/vgg"
)

func TestHalo(t *testing.T) {
	for _, c := range []struct {
		tap                  string
		halo, grid, poolings int
	}{
		{"relu1_1", 1, 1, 0}, {"relu1_2", 2, 1, 0}, {"relu2_1", 4, 2, 1}, {"relu3_1", 12, 4, 2}, {"relu3_2", 16, 4, 2},
		{"relu4_1", 32, 8, 3}, {"relu4_2", 40, 8, 3}, {"relu5_1", 80, 16, 4},
	} {
		if halo, grid := vgg.Halo([]string{"relu1_1", c.tap}); halo != c.halo || grid != c.grid {
			t.Errorf("%s: halo %d on a grid of %d, want %d on %d", c.tap, halo, grid, c.halo, c.grid)
		}
		if got := vgg.Poolings(c.tap); got != c.poolings {
			t.Errorf("%s stands behind %d poolings, want %d", c.tap, got, c.poolings)
		}
	}
}
