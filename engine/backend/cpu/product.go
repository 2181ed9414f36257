package cpu

const (
	// depthBlock is how many steps of a product are summed at once: 16 channels of
	// nine taps. Short sums round less: with 576 steps, which are as fast, L-BFGS
	// strays further from PyTorch's trace (README.md).
	depthBlock = 144
	// tileGroup is how many tiles share one pass over the left matrix, whose panels
	// are read from the second cache.
	tileGroup = 8
)

// A product is a matrix product left [height,depth] times right [depth,places],
// whose right side is packed and whose result is taken away tile by tile.
type product struct {
	height, depth int
	left          []float32 // panels [ceil(height/rows)][depth][rows], see packLeft
	tiles         int       // number of tiles that the places are cut into

	// fill packs steps from..to of the given tile into dst [to-from, columns].
	fill func(s *scratch, dst []float32, tile, from, to int)
	// take is given each finished row of each tile, x [columns].
	take func(s *scratch, row, tile int, x []float32)
}

// multiply computes p, tile groups in parallel.
func (b *Backend) multiply(p *product) {
	b.parallel((p.tiles+tileGroup-1)/tileGroup, func(thread, group int) {
		first := group * tileGroup
		b.group(&b.scratch[thread], p, first, min(tileGroup, p.tiles-first))
	})
}

// group computes n tiles from first on.
func (b *Backend) group(s *scratch, p *product, first, n int) {
	columns := b.kernel.columns
	size := rows * columns
	bands := (p.height + rows - 1) / rows
	s.tiles = grow(s.tiles, bands*n*size)
	clear(s.tiles)
	s.panels = grow(s.panels, n*depthBlock*columns)
	for from := 0; from < p.depth; from += depthBlock {
		depth := min(depthBlock, p.depth-from)
		for t := range n {
			p.fill(s, s.panels[t*depthBlock*columns:][:depth*columns], first+t, from, from+depth)
		}
		for band := range bands {
			left := p.left[(band*p.depth+from)*rows:][:depth*rows]
			for t := range n {
				b.kernel.tile(s.tiles[(band*n+t)*size:][:size], left, s.panels[t*depthBlock*columns:][:depth*columns], depth)
			}
		}
	}
	for row := range p.height {
		for t := range n {
			p.take(s, row, first+t, s.tiles[(row/rows*n+t)*size+row%rows*columns:][:columns])
		}
	}
}

// packLeft packs a matrix [height,depth] into panels of rows rows, the last filled
// with zeros.
func packLeft(dst []float32, height, depth int, at func(row, k int) float32) []float32 {
	bands := (height + rows - 1) / rows
	dst = grow(dst, bands*depth*rows)
	for band := range bands {
		for k := range depth {
			for r := range rows {
				v := float32(0)
				if row := band*rows + r; row < height {
					v = at(row, k)
				}
				dst[(band*depth+k)*rows+r] = v
			}
		}
	}
	return dst
}
