package webgpu

import "fmt"

// A tile is what a workgroup of 64 makes of a product of matrices (panels.wgsl): 8*to
// outputs of 8*tp places, kq vectors of four of the sum at a time.
type tile struct {
	to, tp, kq int
	asked      string
}

// tiles, the most outputs first. All keep within 16 KB of shared memory and 64 invocations
// of about 110 registers each: 64 accumulators, 32 factors, and a few.
//
//	64 x 64   8.9 KB  a number of shared memory is used 32 times, the most of the three
//	32 x 128 11.3 KB  for 32 or 96 outputs, where half of a 64 would be zeros
//	16 x 256  9.7 KB  for 16, the small network's first layers; half as deep, or its
//	                  places would take 18 KB
var tiles = []tile{newTile(8, 8, 4), newTile(4, 16, 4), newTile(2, 32, 2)}

func newTile(to, tp, kq int) tile {
	a, b := 8*to*kq, 9*tp*kq
	return tile{to, tp, kq, fmt.Sprintf("TO=%d TP=%d KQ=%d PL=%d AN=%d AL=%d BN=%d", to, tp, kq, tp/8, a, (a+63)/64, b)}
}

// tileFor returns the tile that wastes the least on so many outputs.
func tileFor(outputs int) tile {
	best := tiles[0]
	for _, t := range tiles[1:] {
		if t.padded(outputs) < best.padded(outputs) {
			best = t
		}
	}
	return best
}

func (t tile) padded(outputs int) int { return roundUp(outputs, 8*t.to) }
func (t tile) places() int            { return 8 * t.tp }

// grid is workgroups for so many tiles of places.
func (t tile) grid(tiles, outputs int) workgroups {
	g := spread(tiles)
	return workgroups{g.x, t.padded(outputs) / (8 * t.to), g.y}
}

const (
	// gramTile is the side of gram.wgsl's tiles.
	gramTile = 64
	// gramGroups is how many workgroups of 64 a product of Gram matrices is cut into: enough
	// for the 132 processors of an H100 to have two each, and for a small GPU no harm, as
	// gramLeast keeps parts long.
	gramGroups = 256
	// gramLeast is the fewest places of a part: 64*64 sums are then written for 128 products
	// that each took, 1 % of its time.
	gramLeast = 128
	// narrowest is the most outputs that narrow.wgsl makes.
	narrowest = 4
	// transforms is the most bytes that Winograd's transforms take at a time, of each kind:
	// more is gone through in bands.
	transforms = 64 << 20
)
