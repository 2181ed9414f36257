//go:build goexperiment.simd && !purego && (wasm || arm64)

package cpu

import "simd/archsimd"

var simd128 = completed(&kernel{
	isa:    "simd128",
	panels: []panel{{columns: 8, product: productSIMD}},
	input:  inputSIMD, output: outputSIMD, outputRelu: outputReluSIMD, filter: filterSIMD, expand: expandGo,
	vectors: simdVectors,
})

func productSIMD(c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool) {
	checkProduct(8, c, cRow, a, aRow, aStep, b, rows, depth)
	r := 0
	for ; r+4 <= rows; r += 4 {
		var c00, c01, c10, c11, c20, c21, c30, c31 vec
		for k := range depth {
			bb := b[k*8:][:8]
			b0, b1 := load(bb), load(bb[4:])
			at := r*aRow + k*aStep
			x := splat(a[at])
			c00, c01 = x.Mul(b0).Add(c00), x.Mul(b1).Add(c01)
			x = splat(a[at+aRow])
			c10, c11 = x.Mul(b0).Add(c10), x.Mul(b1).Add(c11)
			x = splat(a[at+2*aRow])
			c20, c21 = x.Mul(b0).Add(c20), x.Mul(b1).Add(c21)
			x = splat(a[at+3*aRow])
			c30, c31 = x.Mul(b0).Add(c30), x.Mul(b1).Add(c31)
		}
		put8(c[r*cRow:], c00, c01, add)
		put8(c[(r+1)*cRow:], c10, c11, add)
		put8(c[(r+2)*cRow:], c20, c21, add)
		put8(c[(r+3)*cRow:], c30, c31, add)
	}
	for ; r < rows; r++ {
		var c0, c1 vec
		for k := range depth {
			bb := b[k*8:][:8]
			x := splat(a[r*aRow+k*aStep])
			c0, c1 = x.Mul(load(bb)).Add(c0), x.Mul(load(bb[4:])).Add(c1)
		}
		put8(c[r*cRow:], c0, c1, add)
	}
}

func put8(c []float32, v, w vec, add bool) {
	to := c[:8]
	if add {
		v, w = v.Add(load(to)), w.Add(load(to[4:]))
	}
	v.Store(to)
	w.Store(to[4:])
}

func inputSIMD(v []float32, vStep int, src []float32, row, col, n int) {
	checkSquares(v, vStep, 36, src, row, col, 6, n)
	two, four, five := splat(2), splat(4), splat(5)
	transform := func(d0, d1, d2, d3, d4, d5 vec) (_, _, _, _, _, _ vec) {
		a, b := d4.Sub(four.Mul(d2)), d3.Sub(four.Mul(d1))
		c, e := d4.Sub(d2), two.Mul(d3.Sub(d1))
		return four.Mul(d0).Add(d4.Sub(five.Mul(d2))), a.Add(b), a.Sub(b), c.Add(e), c.Sub(e), four.Mul(d1).Add(d5.Sub(five.Mul(d3)))
	}
	for c := 0; c < n; c += lanes {
		var t [36]vec
		for x := range 6 {
			s := src[x*col+c:]
			t[x], t[6+x], t[12+x], t[18+x], t[24+x], t[30+x] =
				transform(load(s), load(s[row:]), load(s[2*row:]), load(s[3*row:]), load(s[4*row:]), load(s[5*row:]))
		}
		for y := range 6 {
			to := v[6*y*vStep+c:]
			a0, a1, a2, a3, a4, a5 := transform(t[6*y], t[6*y+1], t[6*y+2], t[6*y+3], t[6*y+4], t[6*y+5])
			a0.Store(to)
			a1.Store(to[vStep:])
			a2.Store(to[2*vStep:])
			a3.Store(to[3*vStep:])
			a4.Store(to[4*vStep:])
			a5.Store(to[5*vStep:])
		}
	}
}

func outputSIMD(dst []float32, row, col int, m []float32, mStep, n int) {
	checkSquares(m, mStep, 36, dst, row, col, 4, n)
	for c := 0; c < n; c += lanes {
		out := outputVec(m[c:], mStep)
		for i, v := range out {
			v.Store(dst[i/4*row+i%4*col+c:])
		}
	}
}

func outputReluSIMD(dst []float32, row, col int, m []float32, mStep, n int, bias []float32, bits []uint8, bitRow, bitCol int) {
	checkSquares(m, mStep, 36, dst, row, col, 4, n)
	checkBits(bits, bitRow, bitCol, bias, n)
	zero := splat(0)
	for c := 0; c < n; c += lanes {
		out := outputVec(m[c:], mStep)
		b := load(bias[c:])
		for i, v := range out {
			v = v.Add(b)
			zero.IfElse(v.LessEqual(zero), v).Store(dst[i/4*row+i%4*col+c:])
			putOnes(&bits[i/4*bitRow+i%4*bitCol+c/8], c, v.Greater(zero))
		}
	}
}

// putOnes writes the four bits of the channels from c on.
func putOnes(to *uint8, c int, m archsimd.Mask32x4) {
	if c%8 == 0 {
		*to = ones(m)
	} else {
		*to |= ones(m) << 4
	}
}

func outputVec(m []float32, step int) (out [16]vec) {
	two, four, eight := splat(2), splat(4), splat(8)
	transform := func(m0, m1, m2, m3, m4, m5 vec) (_, _, _, _ vec) {
		s1, d1, s2, d2 := m1.Add(m2), m1.Sub(m2), m3.Add(m4), m3.Sub(m4)
		return m0.Add(s1).Add(s2), d1.Add(two.Mul(d2)), s1.Add(four.Mul(s2)), d1.Add(eight.Mul(d2)).Add(m5)
	}
	var t [24]vec
	for x := range 6 {
		s := m[x*step:]
		t[x], t[6+x], t[12+x], t[18+x] =
			transform(load(s), load(s[6*step:]), load(s[12*step:]), load(s[18*step:]), load(s[24*step:]), load(s[30*step:]))
	}
	for y := range 4 {
		out[4*y], out[4*y+1], out[4*y+2], out[4*y+3] =
			transform(t[6*y], t[6*y+1], t[6*y+2], t[6*y+3], t[6*y+4], t[6*y+5])
	}
	return out
}

func filterSIMD(u []float32, uStep int, w []float32, columns, depth int) {
	checkFilter(u, uStep, w, columns, depth)
	quarter, sixth, twelfth, twentyFourth := splat(1.0/4), splat(1.0/6), splat(1.0/12), splat(1.0/24)
	transform := func(g0, g1, g2 vec) (_, _, _, _, _, _ vec) {
		a, b := g0.Add(g2).Mul(sixth), g1.Mul(sixth)
		c, d := g0.Mul(twentyFourth).Add(g2.Mul(sixth)), g1.Mul(twelfth)
		return g0.Mul(quarter), a.Neg().Sub(b), b.Sub(a), c.Add(d), c.Sub(d), g2
	}
	for k := range depth {
		for j := 0; j < columns; j += lanes {
			var t [18]vec
			for x := range 3 {
				g := w[(k*9+x)*columns+j:]
				t[x], t[3+x], t[6+x], t[9+x], t[12+x], t[15+x] = transform(load(g), load(g[3*columns:]), load(g[6*columns:]))
			}
			for y := range 6 {
				to := u[6*y*uStep+k*columns+j:]
				a0, a1, a2, a3, a4, a5 := transform(t[3*y], t[3*y+1], t[3*y+2])
				a0.Store(to)
				a1.Store(to[uStep:])
				a2.Store(to[2*uStep:])
				a3.Store(to[3*uStep:])
				a4.Store(to[4*uStep:])
				a5.Store(to[5*uStep:])
			}
		}
	}
}
