package cpu

import "trappedinart/engine/backend"

// gramBlock is how many places go into one product of float32 before it is added to
// the sums in float64.
const gramBlock = 256

// A run is a stretch of places that follow each other in memory.
type run struct{ at, n int }

// windowRuns returns the places of w as runs: one if w has the map's width, and
// otherwise one for each row.
func windowRuns(w backend.Window, s backend.Shape) []run {
	if w.Area() == 0 {
		return nil
	}
	if w.X0 == 0 && w.X1 == s.W {
		return []run{{w.Y0 * s.W, w.Area()}}
	}
	runs := make([]run, 0, w.Y1-w.Y0)
	for y := w.Y0; y < w.Y1; y++ {
		runs = append(runs, run{y*s.W + w.X0, w.X1 - w.X0})
	}
	return runs
}

func (b *Backend) AddGram(s backend.Sums, f backend.Buffer, w backend.Window, mask backend.Buffer) {
	backend.CheckGram(s.Len(), f.Shape(), w, mask)
	from, g := f.(*buffer), s.(*sums).d
	var weight []float32
	if mask != nil {
		weight = mask.(*buffer).d
	}
	var block []run // at most gramBlock places
	left := gramBlock
	for _, r := range windowRuns(w, from.shape) {
		for r.n > 0 {
			n := min(r.n, left)
			block = append(block, run{r.at, n})
			r.at, r.n, left = r.at+n, r.n-n, left-n
			if left == 0 {
				b.gramBlock(g, from, block, weight)
				block, left = block[:0], gramBlock
			}
		}
	}
	if len(block) > 0 {
		b.gramBlock(g, from, block, weight)
	}
	mirror(g, from.shape.C)
}

// gramBlock adds the products of the block's places to the upper triangle of g,
// and parts of it to the lower.
func (b *Backend) gramBlock(g []float64, f *buffer, block []run, weight []float32) {
	channels, columns := f.shape.C, b.kernel.columns
	bands, tiles := (channels+rows-1)/rows, (channels+columns-1)/columns
	depth := 0
	for _, r := range block {
		depth += r.n
	}
	left, right := grow(b.chunks[0], bands*depth*rows), grow(b.chunks[1], tiles*depth*columns)
	b.chunks = [2][]float32{left, right}
	b.parallel(tiles*columns, func(_, c int) {
		to := right[c/columns*depth*columns+c%columns:]
		toLeft := left[min(c/rows, bands-1)*depth*rows+c%rows:]
		k := 0
		for _, r := range block {
			for p := r.at; p < r.at+r.n; p++ {
				v := float32(0)
				if c < channels {
					v = f.d[c*f.places()+p]
				}
				to[k*columns] = v
				if weight != nil {
					v *= weight[p]
				}
				if c < bands*rows {
					toLeft[k*rows] = v
				}
				k++
			}
		}
	})
	b.parallel(bands, func(thread, band int) {
		b.scratch[thread].tiles = grow(b.scratch[thread].tiles, rows*columns)
		x := b.scratch[thread].tiles
		for tile := band * rows / columns; tile < tiles; tile++ {
			clear(x)
			b.kernel.tile(x, left[band*depth*rows:][:depth*rows], right[tile*depth*columns:][:depth*columns], depth)
			for i := band * rows; i < min((band+1)*rows, channels); i++ {
				for j := tile * columns; j < min((tile+1)*columns, channels); j++ {
					g[i*channels+j] += float64(x[i%rows*columns+j%columns])
				}
			}
		}
	})
}

// mirror copies the upper triangle of g [n,n] to the lower.
func mirror(g []float64, n int) {
	for i := range n {
		for j := range i {
			g[i*n+j] = g[j*n+i]
		}
	}
}

func (b *Backend) GramGrad(df, f backend.Buffer, d backend.Sums, scale float64, w backend.Window, mask backend.Buffer) {
	backend.CheckGram(d.Len(), f.Shape(), w, mask)
	backend.CheckSame(f.Shape(), df)
	to, from, g := df.(*buffer), f.(*buffer), d.(*sums).d
	runs := windowRuns(w, from.shape)
	if len(runs) == 0 {
		return
	}
	channels, columns, side := from.shape.C, b.kernel.columns, margin(from.shape.W)
	perRun := (runs[0].n + columns - 1) / columns
	at := func(tile int) run {
		r := runs[tile/perRun]
		skip := tile % perRun * columns
		return run{r.at + skip, min(columns, r.n-skip)}
	}
	here := []tap{{keep: allColumns}} // the place itself
	b.chunks[0] = packLeft(b.chunks[0], channels, channels, func(i, j int) float32 { return float32(scale * g[i*channels+j]) })
	b.multiply(&product{
		height: channels, depth: channels, left: b.chunks[0], tiles: len(runs) * perRun,
		fill: func(_ *scratch, dst []float32, tile, first, end int) {
			b.kernel.pack(dst, from.all, side+first*from.places()+at(tile).at, from.places(), end-first, here)
		},
		take: func(_ *scratch, row, tile int, x []float32) {
			r := at(tile)
			out := to.channel(row)[r.at:][:r.n]
			if mask == nil {
				for j := range out {
					out[j] += x[j]
				}
				return
			}
			weight := mask.(*buffer).d[r.at:][:r.n]
			for j := range out {
				out[j] += weight[j] * x[j]
			}
		},
	})
}
