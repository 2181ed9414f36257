//go:build goexperiment.simd && !purego && wasm && wasmkernels

package cpu

import "unsafe"

// The module of kernels, in wasm/, which gen emits. Whoever starts the program supplies
// it (wasm/kernels.js does, for the page's worker; node.js for tests).

//go:wasmimport kernels variant
func wasmVariant() int32

//go:wasmimport kernels product
//go:noescape
func wasmProduct(c unsafe.Pointer, cRow int32, a unsafe.Pointer, aRow, aStep int32, b unsafe.Pointer, rows, depth, add int32)

//go:wasmimport kernels input
//go:noescape
func wasmInput(v unsafe.Pointer, vStep int32, src unsafe.Pointer, row, col, n int32)

//go:wasmimport kernels output
//go:noescape
func wasmOutput(dst unsafe.Pointer, row, col int32, m unsafe.Pointer, mStep, n int32)

//go:wasmimport kernels outputRelu
//go:noescape
func wasmOutputRelu(dst unsafe.Pointer, row, col int32, m unsafe.Pointer, mStep, n int32, bias, bits unsafe.Pointer, bitRow, bitCol int32)

//go:wasmimport kernels filter
//go:noescape
func wasmFilter(u unsafe.Pointer, uStep int32, w unsafe.Pointer, columns, depth int32)

//go:wasmimport kernels expand
//go:noescape
func wasmExpand(dst, src, scale unsafe.Pointer, columns, rows int32)

//go:wasmimport kernels relu
//go:noescape
func wasmRelu(dst unsafe.Pointer, dstStep int32, bits unsafe.Pointer, bitStep int32, src unsafe.Pointer, srcStep int32, bias unsafe.Pointer, places, n int32)

//go:wasmimport kernels masked
//go:noescape
func wasmMasked(dst, src, bits unsafe.Pointer, n int32)

//go:wasmimport kernels dot
//go:noescape
func wasmDot(x, y unsafe.Pointer, n int32) float64

//go:wasmimport kernels squares
//go:noescape
func wasmSquares(x, y unsafe.Pointer, n int32) float64

// kernels lists what this engine can run, the best first.
func kernels() []*kernel {
	switch wasmVariant() {
	case 1:
		return []*kernel{module("wasm", 8), simd128, portable}
	case 2:
		return []*kernel{module("wasm-relaxed", 8), simd128, portable}
	}
	return []*kernel{simd128, portable}
}

func module(isa string, columns int) *kernel {
	k := &kernel{
		isa: isa, panels: []panel{{columns: columns}}, vectors: simdVectors,
		input: func(v []float32, vStep int, src []float32, row, col, n int) {
			checkSquares(v, vStep, 36, src, row, col, 6, n)
			wasmInput(at(v), int32(vStep), at(src), int32(row), int32(col), int32(n))
		},
		output: func(dst []float32, row, col int, m []float32, mStep, n int) {
			checkSquares(m, mStep, 36, dst, row, col, 4, n)
			wasmOutput(at(dst), int32(row), int32(col), at(m), int32(mStep), int32(n))
		},
		outputRelu: func(dst []float32, row, col int, m []float32, mStep, n int, bias []float32, bits []uint8, bitRow, bitCol int) {
			checkSquares(m, mStep, 36, dst, row, col, 4, n)
			checkBits(bits, bitRow, bitCol, bias, n)
			wasmOutputRelu(at(dst), int32(row), int32(col), at(m), int32(mStep), int32(n), at(bias), at(bits), int32(bitRow), int32(bitCol))
		},
		filter: func(u []float32, uStep int, w []float32, columns, depth int) {
			checkFilter(u, uStep, w, columns, depth)
			wasmFilter(at(u), int32(uStep), at(w), int32(columns), int32(depth))
		},
		expand: func(dst []float32, src []int8, scale []float32, columns, rows int) {
			checkExpand(dst, src, scale, columns, rows)
			wasmExpand(at(dst), at(src), at(scale), int32(columns), int32(rows))
		},
	}
	k.panels[0].product = func(c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool) {
		checkProduct(columns, c, cRow, a, aRow, aStep, b, rows, depth)
		adding := int32(0)
		if add {
			adding = 1
		}
		wasmProduct(at(c), int32(cRow), at(a), int32(aRow), int32(aStep), at(b), int32(rows), int32(depth), adding)
	}
	k.relu = func(dst []float32, dstStep int, bits []uint8, bitStep int, src []float32, srcStep int, bias []float32, places, n int) {
		checkRelu(dst, dstStep, bits, bitStep, src, srcStep, bias, places, n)
		wasmRelu(at(dst), int32(dstStep), at(bits), int32(bitStep), at(src), int32(srcStep), at(bias), int32(places), int32(n))
	}
	k.masked = func(dst, src []float32, bits []uint8) {
		src, bits = src[:len(dst)], bits[:len(dst)/8]
		wasmMasked(at(dst), at(src), at(bits), int32(len(dst)&^7))
	}
	k.dot = func(x, y []float32) float64 {
		y = y[:len(x)]
		n := len(x) &^ 3
		return wasmDot(at(x), at(y), int32(n)) + dotGo(x[n:], y[n:])
	}
	k.squares = func(x, y []float32) float64 {
		y = y[:len(x)]
		n := len(x) &^ 3
		return wasmSquares(at(x), at(y), int32(n)) + squaresGo(x[n:], y[n:])
	}
	return k
}

func checkRelu(dst []float32, dstStep int, bits []uint8, bitStep int, src []float32, srcStep int, bias []float32, places, n int) {
	if places < 1 || n < 8 || n%8 != 0 || dstStep < 0 || bitStep < 0 || srcStep < 0 || len(bias) < n ||
		len(dst) < (places-1)*dstStep+n || len(src) < (places-1)*srcStep+n || len(bits) < (places-1)*bitStep+n/8 {
		panic("cpu: row outside its slices")
	}
}

// at returns where a slice begins; of an empty one nothing is read.
func at[T any](s []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }
