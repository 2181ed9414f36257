//go:build goexperiment.simd && !purego

package cpu

import "simd/archsimd"

//go:generate go -C gen run . -out ../kernels_amd64.s -stubs ../stubs_amd64.go -pkg cpu -wasm ../wasm

// kernels lists what this processor can run, the best first.
func kernels() []*kernel {
	x := &archsimd.X86
	switch {
	case !x.AVX2() || !x.FMA():
		return []*kernel{portable}
	case !x.AVX512():
		return []*kernel{avx2, portable}
	}
	return []*kernel{avx512, avx2, portable}
}

var (
	narrow = panel{columns: 16, product: func(c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool) {
		checkProduct(16, c, cRow, a, aRow, aStep, b, rows, depth)
		productAVX2(first(c), cRow, first(a), aRow, aStep, first(b), rows, depth, add)
	}}
	wide = panel{columns: 32, product: func(c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool) {
		checkProduct(32, c, cRow, a, aRow, aStep, b, rows, depth)
		productAVX512(first(c), cRow, first(a), aRow, aStep, first(b), rows, depth, add)
	}}

	avx2   = amd64("avx2", narrow)
	avx512 = amd64("avx512", wide, narrow)
)

// amd64 is the kernel with the given products; all else is written for AVX2.
func amd64(isa string, panels ...panel) *kernel {
	return completed(&kernel{
		isa: isa, panels: panels,
		input: func(v []float32, vStep int, src []float32, row, col, n int) {
			checkSquares(v, vStep, 36, src, row, col, 6, n)
			inputAVX2(&v[0], vStep, &src[0], row, col, n)
		},
		output: func(dst []float32, row, col int, m []float32, mStep, n int) {
			checkSquares(m, mStep, 36, dst, row, col, 4, n)
			outputAVX2(&dst[0], row, col, &m[0], mStep, n)
		},
		outputRelu: func(dst []float32, row, col int, m []float32, mStep, n int, bias []float32, bits []uint8, bitRow, bitCol int) {
			checkSquares(m, mStep, 36, dst, row, col, 4, n)
			checkBits(bits, bitRow, bitCol, bias, n)
			outputReluAVX2(&dst[0], row, col, &m[0], mStep, n, &bias[0], &bits[0], bitRow, bitCol)
		},
		filter: func(u []float32, uStep int, w []float32, columns, depth int) {
			checkFilter(u, uStep, w, columns, depth)
			filterAVX2(&u[0], uStep, &w[0], columns, depth)
		},
		expand: func(dst []float32, src []int8, scale []float32, columns, rows int) {
			checkExpand(dst, src, scale, columns, rows)
			expandAVX2(&dst[0], &src[0], &scale[0], columns, rows)
		},
		vectors: simdVectors,
	})
}

func first(s []float32) *float32 {
	if len(s) == 0 {
		return nil
	}
	return &s[0]
}
