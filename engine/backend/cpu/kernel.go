package cpu

import "math"

const (
	// rows of a tile. Panels of the left matrix hold rows elements for each step.
	rows = 4
	// maxColumns is the most columns that a kernel's tile has; their numbers are
	// divisors of it and multiples of 8.
	maxColumns = 16
)

// A kernel is the innermost code, as functions on whole panels. The functions of
// every kernel do what portable's do: those are the definition.
type kernel struct {
	isa     string
	columns int

	// tile adds a product of packed panels to c [rows,columns]. The product is
	// summed by itself first, which halves the rounding of long sums.
	//
	//	c[i*columns+j] += sum_k a[k*rows+i] * b[k*columns+j], k < depth
	tile func(c, a, b []float32, depth int)

	// pack gathers columns places of each of the channels, seen through each tap.
	//
	//	dst[(c*len(taps)+t)*columns+j] = src[from+c*plane+taps[t].offset+j] if taps[t].keep[j], else 0
	pack func(dst, src []float32, from, plane, channels int, taps []tap)

	// relu overwrites dst [columns] with max(0, x+bias), and returns which are
	// positive, the first in the lowest bit. A NaN stays.
	relu func(dst, x []float32, bias float32) uint32
}

// A tap is one of the nine neighbours of a place: where it lies, and for each
// column of a tile whether it is inside the feature map (all bits set) or not (0).
type tap struct {
	offset int
	keep   [maxColumns]uint32
}

// allColumns keeps every column of a tile.
var allColumns = func() (keep [maxColumns]uint32) {
	for j := range keep {
		keep[j] = ^uint32(0)
	}
	return keep
}()

// portable is plain Go, for processors without a kernel of their own, and what the
// others are tested against.
var portable = kernel{
	isa:     "go",
	columns: 8,
	tile:    func(c, a, b []float32, depth int) { tileGo(c, a, b, depth, 8) },
	pack: func(dst, src []float32, from, plane, channels int, taps []tap) {
		packGo(dst, src, from, plane, channels, taps, 8)
	},
	relu: func(dst, x []float32, bias float32) uint32 { return reluGo(dst, x, bias, 8) },
}

func tileGo(c, a, b []float32, depth, columns int) {
	// Two columns by four rows at a time: as many sums as registers hold.
	for j := 0; j < columns; j += 2 {
		var c00, c01, c10, c11, c20, c21, c30, c31 float32
		for k := range depth {
			x := a[k*rows : k*rows+rows : k*rows+rows]
			y := b[k*columns+j : k*columns+j+2 : k*columns+j+2]
			y0, y1 := y[0], y[1]
			c00 += x[0] * y0
			c01 += x[0] * y1
			c10 += x[1] * y0
			c11 += x[1] * y1
			c20 += x[2] * y0
			c21 += x[2] * y1
			c30 += x[3] * y0
			c31 += x[3] * y1
		}
		c[j] += c00
		c[j+1] += c01
		c[columns+j] += c10
		c[columns+j+1] += c11
		c[2*columns+j] += c20
		c[2*columns+j+1] += c21
		c[3*columns+j] += c30
		c[3*columns+j+1] += c31
	}
}

func packGo(dst, src []float32, from, plane, channels int, taps []tap, columns int) {
	for c := range channels {
		for t := range taps {
			s := src[from+c*plane+taps[t].offset:][:columns]
			d := dst[(c*len(taps)+t)*columns:][:columns]
			for j, keep := range taps[t].keep[:columns] {
				d[j] = math.Float32frombits(math.Float32bits(s[j]) & keep)
			}
		}
	}
}

func reluGo(dst, x []float32, bias float32, columns int) uint32 {
	var positive uint32
	for j := range columns {
		v := x[j] + bias
		if v <= 0 {
			v = 0
		} else {
			positive |= 1 << j
		}
		dst[j] = v
	}
	return positive
}

// bestKernel returns the kernel that New takes.
func bestKernel() kernel { return kernels()[0] }
