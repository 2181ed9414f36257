package cpu

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
)

var isa = flag.String("isa", "", "the kernels that must be the best ones here")

// TestKernels holds every function of every kernel against its definition in plain
// Go, at sizes around every tile and vector, and sees that nothing beside the results
// is written.
func TestKernels(t *testing.T) {
	if best := kernels()[0].isa; *isa != "" && best != *isa {
		t.Errorf("the best kernels here are %s, want %s", best, *isa)
	}
	for _, k := range kernels() {
		t.Run(k.isa, func(t *testing.T) {
			h := &holder{t: t, random: rand.New(rand.NewPCG(5, 5))}
			for i := range k.panels {
				h.products(&k.panels[i])
			}
			h.transforms(k)
			h.rows(&k.vectors)
			h.sums(&k.vectors)
			h.limits(&k.runs)
			if !intact() {
				t.Error("a kernel writes behind its slices")
			}
		})
	}
}

type holder struct {
	t      *testing.T
	random *rand.Rand
}

// floats returns n floats that end where readable memory does, where the system has
// such a thing.
func (h *holder) floats(n int) []float32 {
	s := guarded[float32](n)
	for i := range s {
		s[i] = float32(h.random.NormFloat64())
	}
	return s
}

func (h *holder) bytes(n int) []uint8 {
	s := guarded[uint8](n)
	for i := range s {
		s[i] = uint8(h.random.Uint32())
	}
	return s
}

// compare calls both functions with copies of the same slice to overwrite, and compares
// all of it.
func (h *holder) compare(what string, dst []float32, got, want func(dst []float32)) {
	h.t.Helper()
	other := append([]float32(nil), dst...)
	want(other)
	got(dst)
	var diff, norm float64
	for i := range dst {
		d := float64(dst[i]) - float64(other[i])
		diff, norm = diff+d*d, norm+float64(other[i])*float64(other[i])
	}
	if !(math.Sqrt(diff) <= 2e-6*math.Sqrt(norm)) {
		h.t.Errorf("%s differs by %.3g", what, math.Sqrt(diff/norm))
	}
}

func (h *holder) products(p *panel) {
	for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 17, 23, 24, 25} {
		for _, depth := range []int{0, 1, 2, 3, 4, 7, 64} {
			for _, add := range []bool{false, true} {
				for _, steps := range [][2]int{{depth + 3, 1}, {1, 16}, {0, 1}} { // rows of the left side, its columns, one row for all
					cRow := p.columns + 5
					a := h.floats((rows-1)*steps[0] + max(0, depth-1)*steps[1] + 1)
					b := h.floats(depth * p.columns)
					c := h.floats((rows-1)*cRow + p.columns)
					h.compare(fmt.Sprintf("product of %d columns, %d rows, depth %d, left %v, add %v", p.columns, rows, depth, steps, add), c,
						func(c []float32) { p.product(c, cRow, a, steps[0], steps[1], b, rows, depth, add) },
						func(c []float32) {
							productGo(p.columns, c, cRow, a, steps[0], steps[1], b, rows, depth, add)
						})
				}
			}
		}
	}
}

func (h *holder) transforms(k *kernel) {
	for _, n := range []int{8, 16, 24, 64} {
		row, col, step := 7*n, n+8, n+16
		src, v := h.floats(5*(row+col)+n), h.floats(35*step+n)
		h.compare(fmt.Sprintf("input of %d channels", n), v,
			func(v []float32) { k.input(v, step, src, row, col, n) },
			func(v []float32) { inputGo(v, step, src, row, col, n) })
		m, bias := h.floats(35*step+n), h.floats(n)
		h.compare(fmt.Sprintf("output of %d channels", n), h.floats(3*(row+col)+n),
			func(dst []float32) { k.output(dst, row, col, m, step, n) },
			func(dst []float32) { outputGo(dst, row, col, m, step, n) })
		bits := h.bytes(3*(7*n/8+n/8+1) + n/8)
		other := append([]uint8(nil), bits...)
		h.compare(fmt.Sprintf("output and ReLU of %d channels", n), h.floats(3*(row+col)+n),
			func(dst []float32) { k.outputRelu(dst, row, col, m, step, n, bias, bits, 7*n/8, n/8+1) },
			func(dst []float32) { outputReluGo(dst, row, col, m, step, n, bias, other, 7*n/8, n/8+1) })
		h.sameBits("output and ReLU", bits, other)
		for _, depth := range []int{1, 2, 5} {
			uStep := n*depth + 16
			w := h.floats(9 * n * depth)
			h.compare(fmt.Sprintf("filter of %d columns, depth %d", n, depth), h.floats(35*uStep+n*depth),
				func(u []float32) { k.filter(u, uStep, w, n, depth) },
				func(u []float32) { filterGo(u, uStep, w, n, depth) })
			small := guarded[int8](n * depth)
			for i := range small {
				small[i] = int8(h.random.IntN(256) - 128)
			}
			scale := h.floats(n)
			h.compare(fmt.Sprintf("expand %d columns, %d rows", n, depth), h.floats(n*depth),
				func(dst []float32) { k.expand(dst, small, scale, n, depth) },
				func(dst []float32) { expandGo(dst, small, scale, n, depth) })
		}
	}
}

func (h *holder) sameBits(what string, got, want []uint8) {
	h.t.Helper()
	for i := range got {
		if got[i] != want[i] {
			h.t.Errorf("%s: byte %d of the bits is %08b, want %08b", what, i, got[i], want[i])
			return
		}
	}
}

func (h *holder) rows(k *vectors) {
	for _, n := range []int{8, 16, 40} {
		for _, places := range []int{1, 2, 3, 7} {
			what := fmt.Sprintf(" of %d places of %d channels", places, n)
			src, bias := h.floats((places-1)*(n+8)+n), h.floats(n)
			src[0], src[n-1] = float32(math.Copysign(0, -1)), float32(math.NaN())
			bits := h.bytes((places-1)*(n/8+1) + n/8)
			other := append([]uint8(nil), bits...)
			got, want := h.floats((places-1)*(n+16)+n), make([]float32, (places-1)*(n+16)+n)
			copy(want, got)
			k.relu(got, n+16, bits, n/8+1, src, n+8, bias, places, n)
			reluGo(want, n+16, other, n/8+1, src, n+8, bias, places, n)
			if got[n-1] == got[n-1] {
				h.t.Error("relu loses a NaN")
			}
			got[n-1], want[n-1] = 0, 0
			h.compare("relu"+what, got, func([]float32) {}, func(other []float32) { copy(other, want) })
			h.sameBits("relu", bits, other)

			all := h.bytes(places * n / 8)
			from := h.floats(places * n)
			h.compare("masked"+what, h.floats(places*n),
				func(dst []float32) { k.masked(dst, from, all) },
				func(dst []float32) { maskedGo(dst, from, all) })
			h.pools(k, places, n)
		}
	}
	for _, n := range []int{1, 3, 4, 7, 8, 9, 31, 64, 100} {
		x, y := h.floats(n), h.floats(n)
		for _, f := range [][2]float32{{0.5, -2}, {0, 3}, {3, 0}, {0, 0}} {
			h.compare(fmt.Sprintf("combine %d", n), h.floats(n),
				func(dst []float32) { k.combine(dst, f[0], x, f[1], y) },
				func(dst []float32) { combineGo(dst, f[0], x, f[1], y) })
		}
		h.compare(fmt.Sprintf("addScaled %d", n), h.floats(n),
			func(dst []float32) { k.addScaled(dst, 0.7, x, y) },
			func(dst []float32) { addScaledGo(dst, 0.7, x, y) })
	}
}

func (h *holder) pools(k *vectors, places, n int) {
	what := fmt.Sprintf(" of %d places of %d channels", places, n)
	above, below := h.floats(2*places*n), h.floats(2*places*n)
	for i := range above {
		if i%3 == 0 {
			above[i], below[i] = float32(i%5), float32(i%7) // ties
		}
	}
	h.compare("average"+what, h.floats(places*n),
		func(dst []float32) { k.average(dst, above, below, n) },
		func(dst []float32) { averageGo(dst, above, below, n) })
	bits, other := [2][]uint8{h.bytes(places * n / 8), h.bytes(places * n / 8)}, [2][]uint8{make([]uint8, places*n/8), make([]uint8, places*n/8)}
	h.compare("maximum"+what, h.floats(places*n),
		func(dst []float32) { k.maximum(dst, above, below, bits[0], bits[1], n) },
		func(dst []float32) { maximumGo(dst, above, below, other[0], other[1], n) })
	h.sameBits("maximum, lower", bits[0], other[0])
	h.sameBits("maximum, right", bits[1], other[1])
	d := h.floats(places * n)
	both := func(back func(above, below []float32)) func([]float32) {
		return func(dst []float32) { back(dst[:len(dst)/2], dst[len(dst)/2:]) }
	}
	h.compare("averageBack"+what, h.floats(4*places*n),
		both(func(a, b []float32) { k.averageBack(a, b, d, n) }), both(func(a, b []float32) { averageBackGo(a, b, d, n) }))
	h.compare("maximumBack"+what, h.floats(4*places*n),
		both(func(a, b []float32) { k.maximumBack(a, b, d, bits[0], bits[1], n) }), both(func(a, b []float32) { maximumBackGo(a, b, d, bits[0], bits[1], n) }))
}

// limits holds what is said of a picture's limits: beyond them on either side, within, and of a NaN.
func (h *holder) limits(r *runs) {
	limits := &backend.Limits{Middle: [3]float64{0.1, -0.2, 0.3}, Reach: 0.5}
	for _, places := range []int{0, 1, 2, 9} {
		x := h.floats(4 * places)
		for i := 3; i < len(x); i += 4 {
			x[i] = 0
		}
		got, want := []float64{-1}, []float64{-1}
		r.excessTo(got, x, limits)
		excessToGo(want, x, limits)
		if !(math.Abs(got[0]-want[0]) <= 1e-14*want[0]) {
			h.t.Errorf("excess of %d places is %v, want %v", places, got[0], want[0])
		}
		h.compare(fmt.Sprintf("addExcess of %d places", places), h.floats(4*places),
			func(dst []float32) { r.addExcess(dst, 0.7, x, limits) },
			func(dst []float32) { addExcessGo(dst, 0.7, x, limits) })
		if places > 0 {
			x[1] = float32(math.NaN())
			if r.excessTo(got, x, limits); got[0] == got[0] {
				h.t.Error("excess loses a NaN")
			}
		}
	}
}

func (h *holder) sums(k *vectors) {
	for _, n := range []int{0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100} {
		x, y := h.floats(n), h.floats(n)
		for _, c := range []struct {
			name      string
			got, want func(x, y []float32) float64
		}{{"dot", k.dot, dotGo}, {"squares", k.squares, squaresGo}} {
			got, want := c.got(x, y), c.want(x, y)
			if !(math.Abs(got-want) <= 1e-12*(1+math.Abs(want))) {
				h.t.Errorf("%s of %d is %v, want %v", c.name, n, got, want)
			}
		}
	}
}
