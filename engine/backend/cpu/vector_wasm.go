//go:build goexperiment.simd && !purego && wasm && wasmkernels

package cpu

import "math"

// moduleVectors sets what the module has of vectors. Where rows are not of whole vectors
// the functions that were there before do it.
func moduleVectors(v *vectors) {
	slow := *v
	v.relu = func(dst []float32, dstStep int, bits []uint8, bitStep int, src []float32, srcStep int, bias []float32, places, n int) {
		checkRelu(dst, dstStep, bits, bitStep, src, srcStep, bias, places, n)
		call(callRelu, params{addr(dst), int32(dstStep), addr(bits), int32(bitStep), addr(src), int32(srcStep), addr(bias), int32(places), int32(n)})
	}
	v.dot = func(x, y []float32) float64 {
		y = y[:len(x)]
		n := len(x) &^ 3
		return wasmDot(at(x), at(y), int32(n)) + dotGo(x[n:], y[n:])
	}
	v.squares = func(x, y []float32) float64 {
		y = y[:len(x)]
		n := len(x) &^ 3
		return wasmSquares(at(x), at(y), int32(n)) + squaresGo(x[n:], y[n:])
	}
	v.combine = func(dst []float32, p float32, x []float32, q float32, y []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		if p == 0 {
			p, x, q = q, y, p
		}
		switch {
		case len(dst)%4 != 0:
			slow.combine(dst, p, x, q, y)
			return
		case p == 0 && q == 0:
			call(callClear, params{addr(dst), int32(4 * len(dst))})
			return
		case q == 0:
			call(callScale, params{addr(dst), addr(x), int32(math.Float32bits(p)), int32(len(dst))})
			return
		}
		call(callCombine, params{addr(dst), addr(x), addr(y), int32(math.Float32bits(p)), int32(math.Float32bits(q)), int32(len(dst))})
	}
	v.moments = func(sums, squares, f, weights []float32, step int) {
		n := len(sums)
		if n%4 != 0 || n == 0 {
			slow.moments(sums, squares, f, weights, step)
			return
		}
		squares = squares[:n]
		weights, step = orOne(weights, step, len(f)/n), stepOf(weights, step)
		call(callMoments, params{addr(sums), addr(squares), addr(f), addr(weights), int32(step), int32(n), int32(len(f) / n)})
	}
	v.affine = func(dst, f, weights []float32, step int, constant, slope []float32) {
		n := len(constant)
		if n%4 != 0 || n == 0 {
			slow.affine(dst, f, weights, step, constant, slope)
			return
		}
		slope, f = slope[:n], f[:len(dst)]
		weights, step = orOne(weights, step, len(f)/n), stepOf(weights, step)
		call(callAffine, params{addr(dst), addr(f), addr(weights), int32(step), addr(constant), addr(slope), int32(n), int32(len(f) / n)})
	}
	v.average = func(dst, above, below []float32, n int) {
		above, below = above[:2*len(dst)], below[:2*len(dst)]
		if n%4 != 0 || n == 0 {
			slow.average(dst, above, below, n)
			return
		}
		call(callAverage, params{addr(dst), addr(above), addr(below), int32(n), int32(len(dst) / n)})
	}
	v.averageBack = func(above, below, d []float32, n int) {
		above, below = above[:2*len(d)], below[:2*len(d)]
		if n%4 != 0 || n == 0 {
			slow.averageBack(above, below, d, n)
			return
		}
		call(callAverageBack, params{addr(above), addr(below), addr(d), int32(n), int32(len(d) / n)})
	}
	v.maximum = func(dst, above, below []float32, lower, right []uint8, n int) {
		above, below = above[:2*len(dst)], below[:2*len(dst)]
		if n%8 != 0 || n == 0 {
			slow.maximum(dst, above, below, lower, right, n)
			return
		}
		lower, right = lower[:len(dst)/8], right[:len(dst)/8]
		call(callMaximum, params{addr(dst), addr(above), addr(below), addr(lower), addr(right), int32(n), int32(len(dst) / n)})
	}
	v.maximumBack = func(above, below, d []float32, lower, right []uint8, n int) {
		above, below = above[:2*len(d)], below[:2*len(d)]
		if n%8 != 0 || n == 0 {
			slow.maximumBack(above, below, d, lower, right, n)
			return
		}
		lower, right = lower[:len(d)/8], right[:len(d)/8]
		call(callMaximumBack, params{addr(above), addr(below), addr(d), addr(lower), addr(right), int32(n), int32(len(d) / n)})
	}
}

// orOne and stepOf make weights that are not there one weight for all places.
func orOne(weights []float32, step, places int) []float32 {
	if weights == nil {
		return one
	}
	if places > 0 {
		_ = weights[(places-1)*step]
	}
	return weights
}

func stepOf(weights []float32, step int) int {
	if weights == nil {
		return 0
	}
	return step
}

func checkRelu(dst []float32, dstStep int, bits []uint8, bitStep int, src []float32, srcStep int, bias []float32, places, n int) {
	if places < 1 || n < 8 || n%8 != 0 || dstStep < 0 || bitStep < 0 || srcStep < 0 || len(bias) < n ||
		len(dst) < (places-1)*dstStep+n || len(src) < (places-1)*srcStep+n || len(bits) < (places-1)*bitStep+n/8 {
		panic("cpu: row outside its slices")
	}
}
