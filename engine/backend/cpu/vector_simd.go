//go:build goexperiment.simd && !purego && (amd64 || arm64 || wasm)

package cpu

// The functions on whole rows that are the same on vectors of 8 and of 4 floats
// (vec, load, splat, putOnes and done are those of the processor).

var simdVectors = vectors{
	relu: reluSIMD, masked: maskedSIMD,
	average: averageSIMD, averageBack: averageBackSIMD, maximum: maximumSIMD, maximumBack: maximumBackSIMD,
	combine: combineSIMD, addScaled: addScaledSIMD, dot: dotSIMD, squares: squaresSIMD,
	moments: momentsSIMD, affine: affineSIMD,
}

func reluSIMD(dst []float32, dstStep int, bits []uint8, bitStep int, src []float32, srcStep int, bias []float32, places, n int) {
	zero := splat(0)
	for p := range places {
		to, from, b := dst[p*dstStep:][:n], src[p*srcStep:][:n], bits[p*bitStep:][:n/8]
		for c := 0; c+lanes <= n; c += lanes {
			v := load(from[c:]).Add(load(bias[c:]))
			putOnes(&b[c/8], c, v.Greater(zero))
			zero.IfElse(v.LessEqual(zero), v).Store(to[c:])
		}
	}
	done()
}

func averageSIMD(dst, above, below []float32, n int) {
	quarter := splat(0.25)
	for at := 0; at+n <= len(dst); at += n {
		a, b, to := above[2*at:][:2*n], below[2*at:][:2*n], dst[at:][:n]
		a2, b2 := a[n:], b[n:]
		for c := 0; c+lanes <= len(to); c += lanes {
			left, right := load(a[c:]).Add(load(a2[c:])), load(b[c:]).Add(load(b2[c:]))
			left.Add(right).Mul(quarter).Store(to[c:])
		}
	}
	done()
}

func averageBackSIMD(above, below, d []float32, n int) {
	quarter := splat(0.25)
	for at := 0; at+n <= len(d); at += n {
		a, b, from := above[2*at:][:2*n], below[2*at:][:2*n], d[at:][:n]
		a2, b2 := a[n:], b[n:]
		for c := 0; c+lanes <= len(from); c += lanes {
			v := load(from[c:]).Mul(quarter)
			v.Store(a[c:])
			v.Store(a2[c:])
			v.Store(b[c:])
			v.Store(b2[c:])
		}
	}
	done()
}

func combineSIMD(dst []float32, p float32, x []float32, q float32, y []float32) {
	if p == 0 || q == 0 {
		combine(dst, p, x, q, y)
		return
	}
	x, y = x[:len(dst)], y[:len(dst)]
	ps, qs := splat(p), splat(q)
	i := 0
	for ; i+lanes <= len(dst); i += lanes {
		load(x[i:]).Mul(ps).Add(load(y[i:]).Mul(qs)).Store(dst[i:])
	}
	done()
	combine(dst[i:], p, x[i:], q, y[i:])
}

func addScaledSIMD(dst []float32, f float32, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	fs := splat(f)
	i := 0
	for ; i+lanes <= len(dst); i += lanes {
		load(x[i:]).Sub(load(y[i:])).Mul(fs).Add(load(dst[i:])).Store(dst[i:])
	}
	done()
	addScaledGo(dst[i:], f, x[i:], y[i:])
}

func momentsSIMD(sums, squares, f, weights []float32, step int) {
	squares = squares[:len(sums)]
	for c := 0; c+lanes <= len(sums); c += lanes {
		sum, square := splat(0), splat(0)
		for p, at := 0, c; at < len(f); p, at = p+1, at+len(sums) {
			v := load(f[at:])
			weighted := v
			if weights != nil {
				weighted = v.Mul(splat(weights[p*step]))
			}
			sum, square = sum.Add(weighted), square.Add(weighted.Mul(v))
		}
		sum.Store(sums[c:])
		square.Store(squares[c:])
	}
	done()
	if rest := len(sums) &^ (lanes - 1); rest < len(sums) {
		momentsOf(rest, sums, squares, f, weights, step)
	}
}

func affineSIMD(dst, f, weights []float32, step int, constant, slope []float32) {
	n := len(constant)
	if n%lanes != 0 {
		affineGo(dst, f, weights, step, constant, slope)
		return
	}
	slope, f = slope[:n], f[:len(dst)]
	for p, at := 0, 0; at < len(dst); p, at = p+1, at+n {
		to, from := dst[at:][:n], f[at:][:n]
		weight := splat(1)
		if weights != nil {
			weight = splat(weights[p*step])
		}
		for c := 0; c+lanes <= n; c += lanes {
			v := load(constant[c:]).Add(load(slope[c:]).Mul(load(from[c:])))
			load(to[c:]).Add(v.Mul(weight)).Store(to[c:])
		}
	}
	done()
}
