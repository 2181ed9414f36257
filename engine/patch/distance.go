//go:build !js

package patch

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

const (
	directions = 256
	together   = 16 // directions that are multiplied at once, which bounds the memory
	mostPlaces = 40_000
	seed       = 1
	flat       = 0.01 // grey levels: what rounding leaves of a flat picture that is resampled is less
)

// distance compares patches of that side: see Measure. It is NaN if either picture has
// none, and if all of the painting's are flat.
func distance(ctx context.Context, picture, painting planes, side int) (float64, error) {
	n := min(mostPlaces, picture.patches(side), painting.patches(side))
	if n == 0 {
		return math.NaN(), nil
	}
	a, b := picture.drawn(side, n), painting.drawn(side, n)
	towards := drawnDirections(a.Rows)
	var sums [directions / together][2]float64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for k := range sums {
		group.Go(func() error {
			rows := blas32.General{Rows: together, Cols: a.Rows, Stride: a.Rows, Data: towards[k*together*a.Rows:]}
			sums[k][0], sums[k][1] = compare(rows, a, b)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	off, all := 0., 0.
	for _, s := range sums { // in one order, whoever was first
		off, all = off+s[0], all+s[1]
	}
	if all < flat*flat*directions*float64(n) {
		return math.NaN(), nil
	}
	return math.Sqrt(off / all), nil
}

// compare returns the sums of (a-b)^2 and b^2 of both pictures' sorted products with
// directions [m,3*side^2].
func compare(towards, a, b blas32.General) (off, all float64) {
	n := a.Cols
	products := func(of blas32.General) blas32.General {
		p := blas32.General{Rows: towards.Rows, Cols: n, Stride: n, Data: make([]float32, towards.Rows*n)}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, towards, of, 0, p)
		return p
	}
	pa, pb := products(a), products(b)
	spare := make([]uint32, 2*n)
	for k := range towards.Rows {
		ra, rb := pa.Data[k*n:][:n], pb.Data[k*n:][:n]
		sortFloats(ra, spare)
		sortFloats(rb, spare)
		for i, v := range rb {
			d := float64(ra[i]) - float64(v)
			off += d * d
			all += float64(v) * float64(v)
		}
	}
	return off, all
}

// drawn returns n patches less their means, one in each column: [3*side^2,n].
func (p planes) drawn(side, n int) blas32.General {
	places := p.places(side, n)
	offsets := p.offsets(side)
	m := blas32.General{Rows: len(offsets), Cols: n, Stride: n, Data: make([]float32, len(offsets)*n)}
	means := make([]float64, n)
	for _, o := range offsets {
		for i, at := range places {
			means[i] += float64(p.values[at+o])
		}
	}
	for k, o := range offsets {
		row := m.Data[k*n:][:n]
		for i, at := range places {
			row[i] = float32(float64(p.values[at+o]) - means[i]/float64(len(offsets)))
		}
	}
	return m
}

// places draws n of all patches, in their order (Knuth, The Art of Computer Programming,
// volume 2, 3.4.2, algorithm S), and returns where they begin.
func (p planes) places(side, n int) []int {
	random := rand.New(rand.NewPCG(seed, 0))
	places := make([]int, 0, n)
	wide, left := p.w-side+1, p.patches(side)
	for i := 0; len(places) < n; i++ {
		if random.IntN(left) < n-len(places) {
			places = append(places, i/wide*p.w+i%wide)
		}
		left--
	}
	return places
}

// drawnDirections returns random directions of norm 1: [directions,n].
func drawnDirections(n int) []float32 {
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	list := make([]float32, 0, directions*n)
	for range directions {
		d, square := make([]float64, n), 0.
		for i := range d {
			d[i] = random.NormFloat64()
			square += d[i] * d[i]
		}
		for _, v := range d {
			list = append(list, float32(v/math.Sqrt(square)))
		}
	}
	return list
}

// sortFloats sorts finite values, by their bits in three passes of 11 (Knuth, volume 3,
// 5.2.5): a tenth of the time of a sort that compares. spare has twice their length.
func sortFloats(values []float32, spare []uint32) {
	const radix = 1 << 11
	var counts [3][radix]uint32
	from, to := spare[:len(values)], spare[len(values):][:len(values)]
	for i, v := range values {
		// Bits order positive numbers as they are, and negative ones the other way round.
		u := math.Float32bits(v)
		u ^= uint32(int32(u)>>31) | 1<<31
		from[i] = u
		counts[0][u%radix]++
		counts[1][u>>11%radix]++
		counts[2][u>>22]++
	}
	for pass := range counts {
		count, sum := &counts[pass], uint32(0)
		for i, n := range count {
			count[i], sum = sum, sum+n
		}
		for _, u := range from {
			digit := u >> (11 * pass) % radix
			to[count[digit]] = u
			count[digit]++
		}
		from, to = to, from
	}
	for i, u := range from {
		u ^= ^uint32(int32(u)>>31) | 1<<31
		values[i] = math.Float32frombits(u)
	}
}
