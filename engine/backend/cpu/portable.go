package cpu

// This file is plain Go: for processors without kernels of their own, and what all
// others are tested against.

var portable = completed(&kernel{
	isa:    "go",
	panels: []panel{{columns: 8, product: product8}},
	input:  inputGo, output: outputGo, outputRelu: outputReluGo, filter: filterGo, expand: expandGo,
	vectors: vectors{
		relu: reluGo, masked: maskedGo,
		average: averageGo, averageBack: averageBackGo, maximum: maximumGo, maximumBack: maximumBackGo,
		combine: combineGo, addScaled: addScaledGo, dot: dotGo, squares: squaresGo,
		moments: momentsGo, affine: affineGo,
	},
})

func product8(c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool) {
	productGo(8, c, cRow, a, aRow, aStep, b, rows, depth, add)
}

// productGo overwrites c, or adds to it, with a product of matrices.
//
//	c[r*cRow+j] = sum_k a[r*aRow+k*aStep] * b[k*columns+j], r < rows, j < columns, k < depth
func productGo(columns int, c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool) {
	checkProduct(columns, c, cRow, a, aRow, aStep, b, rows, depth)
	r := 0
	for ; r+4 <= rows; r += 4 { // 4 x 2 sums at a time: as many as registers hold
		for j := 0; j < columns; j += 2 {
			var s00, s01, s10, s11, s20, s21, s30, s31 float32
			for k := range depth {
				y := b[k*columns+j:][:2]
				y0, y1 := y[0], y[1]
				at := r*aRow + k*aStep
				x0, x1, x2, x3 := a[at], a[at+aRow], a[at+2*aRow], a[at+3*aRow]
				s00, s01 = s00+x0*y0, s01+x0*y1
				s10, s11 = s10+x1*y0, s11+x1*y1
				s20, s21 = s20+x2*y0, s21+x2*y1
				s30, s31 = s30+x3*y0, s31+x3*y1
			}
			for i, s := range [4][2]float32{{s00, s01}, {s10, s11}, {s20, s21}, {s30, s31}} {
				to := c[(r+i)*cRow+j:][:2]
				if add {
					s[0], s[1] = s[0]+to[0], s[1]+to[1]
				}
				to[0], to[1] = s[0], s[1]
			}
		}
	}
	for ; r < rows; r++ {
		for j := range columns {
			s := float32(0)
			for k := range depth {
				s += a[r*aRow+k*aStep] * b[k*columns+j]
			}
			if add {
				s += c[r*cRow+j]
			}
			c[r*cRow+j] = s
		}
	}
}

// The three transforms of Winograd's F(4x4,3x3) with the points 0, 1, -1, 2, -2 and
// infinity (Lavin and Gray 2016, arXiv 1509.09308, section 4.3). The 6x6 elements of
// a square are step floats apart, in rows of six.

// inputGo writes v = B' d B of the square d that begins at src, for n channels.
//
//	d[y][x] = src[y*row+x*col+c], (B' d B)[i][j] = v[(6*i+j)*vStep+c], c < n
func inputGo(v []float32, vStep int, src []float32, row, col, n int) {
	checkSquares(v, vStep, 36, src, row, col, 6, n)
	for c := range n {
		var t [36]float32
		for x := range 6 {
			s := src[x*col+c:]
			t[x], t[6+x], t[12+x], t[18+x], t[24+x], t[30+x] = input1(s[0], s[row], s[2*row], s[3*row], s[4*row], s[5*row])
		}
		for y := range 6 {
			s := t[6*y:][:6]
			s[0], s[1], s[2], s[3], s[4], s[5] = input1(s[0], s[1], s[2], s[3], s[4], s[5])
		}
		for p, x := range t {
			v[p*vStep+c] = x
		}
	}
}

func input1(d0, d1, d2, d3, d4, d5 float32) (_, _, _, _, _, _ float32) {
	a, b := d4-4*d2, d3-4*d1
	c, e := d4-d2, 2*(d3-d1)
	return 4*d0 + (d4 - 5*d2), a + b, a - b, c + e, c - e, 4*d1 + (d5 - 5*d3)
}

// outputGo writes the square dst = A' m A of n channels.
//
//	m[i][j] = m[(6*i+j)*mStep+c], (A' m A)[y][x] = dst[y*row+x*col+c], c < n
func outputGo(dst []float32, row, col int, m []float32, mStep, n int) {
	checkSquares(m, mStep, 36, dst, row, col, 4, n)
	for c := range n {
		for i, v := range output2(m[c:], mStep) {
			dst[i/4*row+i%4*col+c] = v
		}
	}
}

// outputReluGo is outputGo followed by reluGo: dst = max(0, A' m A + bias), and in
// bits where that is positive, 8 channels to a byte.
func outputReluGo(dst []float32, row, col int, m []float32, mStep, n int, bias []float32, bits []uint8, bitRow, bitCol int) {
	checkSquares(m, mStep, 36, dst, row, col, 4, n)
	checkBits(bits, bitRow, bitCol, bias, n)
	for i := range 16 {
		clear(bits[i/4*bitRow+i%4*bitCol:][:n/8])
	}
	for c := range n {
		for i, v := range output2(m[c:], mStep) {
			v, positive := relu1(v + bias[c])
			dst[i/4*row+i%4*col+c] = v
			bits[i/4*bitRow+i%4*bitCol+c/8] |= positive << (c % 8)
		}
	}
}

func checkBits(bits []uint8, bitRow, bitCol int, bias []float32, n int) {
	if bitRow < 0 || bitCol < 0 || len(bits) < 3*(bitRow+bitCol)+n/8 || len(bias) < n {
		panic("cpu: bits outside their slice")
	}
}

func output2(m []float32, step int) (out [16]float32) {
	var t [24]float32
	for x := range 6 {
		s := m[x*step:]
		t[x], t[6+x], t[12+x], t[18+x] = output1(s[0], s[6*step], s[12*step], s[18*step], s[24*step], s[30*step])
	}
	for y := range 4 {
		s := t[6*y:][:6]
		out[4*y], out[4*y+1], out[4*y+2], out[4*y+3] = output1(s[0], s[1], s[2], s[3], s[4], s[5])
	}
	return out
}

func output1(m0, m1, m2, m3, m4, m5 float32) (_, _, _, _ float32) {
	s1, d1, s2, d2 := m1+m2, m1-m2, m3+m4, m3-m4
	return m0 + s1 + s2, d1 + 2*d2, s1 + 4*s2, d1 + 8*d2 + m5
}

// filterGo writes u = G g G' of depth rows of columns filters g.
//
//	g[t] = w[(k*9+t)*columns+j], (G g G')[i] = u[i*uStep+k*columns+j], k < depth, j < columns
func filterGo(u []float32, uStep int, w []float32, columns, depth int) {
	checkFilter(u, uStep, w, columns, depth)
	for k := range depth {
		for j := range columns {
			var t [18]float32
			for x := range 3 {
				g := w[(k*9+x)*columns+j:]
				t[x], t[3+x], t[6+x], t[9+x], t[12+x], t[15+x] = filter1(g[0], g[3*columns], g[6*columns])
			}
			for y := range 6 {
				var o [6]float32
				o[0], o[1], o[2], o[3], o[4], o[5] = filter1(t[3*y], t[3*y+1], t[3*y+2])
				for x, v := range o {
					u[(6*y+x)*uStep+k*columns+j] = v
				}
			}
		}
	}
}

func filter1(g0, g1, g2 float32) (_, _, _, _, _, _ float32) {
	a, b := (g0+g2)*(1.0/6), g1*(1.0/6)
	c, d := g0*(1.0/24)+g2*(1.0/6), g1*(1.0/12)
	return g0 * 0.25, -a - b, b - a, c + d, c - d, g2
}

// expandGo writes rows of columns weights as floats.
//
//	dst[i*columns+j] = src[i*columns+j] * scale[j], i < rows, j < columns
func expandGo(dst []float32, src []int8, scale []float32, columns, rows int) {
	checkExpand(dst, src, scale, columns, rows)
	for i := range rows {
		for j, f := range scale[:columns] {
			dst[i*columns+j] = float32(src[i*columns+j]) * f
		}
	}
}

func checkExpand(dst []float32, src []int8, scale []float32, columns, rows int) {
	if rows < 1 || columns < 8 || columns%8 != 0 || len(dst) < rows*columns || len(src) < rows*columns || len(scale) < columns {
		panic("cpu: weights outside their slices")
	}
}
