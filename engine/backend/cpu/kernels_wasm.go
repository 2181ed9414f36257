//go:build goexperiment.simd && !purego && wasm && wasmkernels

package cpu

import "unsafe"

// The module of kernels, in wasm/, which gen emits. The starter of the program supplies
// it (wasm/kernels.js for the page's worker, node.js for tests). Kernels are called
// by records, so that a crew can be given a list of them.

//go:wasmimport kernels variant
func wasmVariant() int32

//go:wasmimport kernels play
//go:noescape
func wasmPlay(records unsafe.Pointer, n int32)

//go:wasmimport kernels dot
//go:noescape
func wasmDot(x, y unsafe.Pointer, n int32) float64

//go:wasmimport kernels squares
//go:noescape
func wasmSquares(x, y unsafe.Pointer, n int32) float64

// The kernels that records call, in the module's order.
const (
	callProduct = iota
	callProducts
	callProductSum
	callInput
	callOutput
	callOutputRelu
	callFilter
	callExpand
	callExpandEach
	callRelu
	callMasked
	callClear
	callCopyRows
	callAddRows
	callAccumulate
	callCombine
	callMoments
	callAffine
	callAverage
	callAverageBack
	callMaximum
	callMaximumBack
	callScale
	callExcessTo
	callAddExcess
	_ // dot
	callDotTo
)

// addressesOf says which parameters of a kernel are addresses.
var addressesOf = [...]uint32{
	callProduct:     1<<0 | 1<<2 | 1<<5,
	callProducts:    1<<0 | 1<<3 | 1<<6,
	callProductSum:  1<<0 | 1<<2 | 1<<6,
	callInput:       1<<0 | 1<<2,
	callOutput:      1<<0 | 1<<3,
	callOutputRelu:  1<<0 | 1<<3 | 1<<8 | 1<<9,
	callFilter:      1<<0 | 1<<2,
	callExpand:      1<<0 | 1<<1 | 1<<2,
	callExpandEach:  1<<0 | 1<<1 | 1<<2,
	callRelu:        1<<0 | 1<<2 | 1<<4 | 1<<6,
	callMasked:      1<<0 | 1<<2 | 1<<4,
	callClear:       1 << 0,
	callCopyRows:    1<<0 | 1<<2,
	callAddRows:     1<<0 | 1<<2 | 1<<6,
	callAccumulate:  1<<0 | 1<<2,
	callCombine:     1<<0 | 1<<1 | 1<<2,
	callMoments:     1<<0 | 1<<1 | 1<<2 | 1<<3,
	callAffine:      1<<0 | 1<<1 | 1<<2 | 1<<4 | 1<<5,
	callAverage:     1<<0 | 1<<1 | 1<<2,
	callAverageBack: 1<<0 | 1<<1 | 1<<2,
	callMaximum:     1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<4,
	callMaximumBack: 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<4,
	callScale:       1<<0 | 1<<1,
	callExcessTo:    1<<0 | 1<<1 | 1<<2,
	callAddExcess:   1<<0 | 1<<2 | 1<<3,
	callDotTo:       1<<0 | 1<<1 | 1<<2,
}

// A record is a call of a kernel: which, and its parameters.
type record struct {
	kernel int32
	params params
}

type params [15]int32

// recording is where calls go, or nil if they are made at once.
var recording *recorder

// call calls a kernel, or records that it is to be called.
func call(kernel int32, p params) {
	if recording != nil {
		recording.add(kernel, &p)
		return
	}
	r := record{kernel, p}
	wasmPlay(unsafe.Pointer(&r), 1)
}

// kernels lists what this engine can run, the best first.
func kernels() []*kernel {
	switch wasmVariant() {
	case 1:
		return []*kernel{module("wasm"), simd128, portable}
	case 2:
		return []*kernel{module("wasm-relaxed"), simd128, portable}
	}
	return []*kernel{simd128, portable}
}

// moduleColumns is how wide the module's products are.
const moduleColumns = 8

func module(isa string) *kernel {
	k := &kernel{
		isa: isa, panels: []panel{{columns: moduleColumns}}, vectors: simdVectors,
		filter: func(u []float32, uStep int, w []float32, columns, depth int) {
			checkFilter(u, uStep, w, columns, depth)
			call(callFilter, params{addr(u), int32(uStep), addr(w), int32(columns), int32(depth)})
		},
		expand: func(dst []float32, src []int8, scale []float32, columns, rows int) {
			checkExpand(dst, src, scale, columns, rows)
			call(callExpand, params{addr(dst), addr(src), addr(scale), int32(columns), int32(rows)})
		},
	}
	moduleVectors(&k.vectors)
	k.vectors.masked = func(dst, src []float32, bits []uint8) {
		k.maskedRows(dst, 0, src, 0, bits, 0, len(dst)&^7, 1)
	}
	k.panels[0].product = func(c []float32, cRow int, a []float32, aRow, aStep int, b []float32, rows, depth int, add bool) {
		checkProduct(moduleColumns, c, cRow, a, aRow, aStep, b, rows, depth)
		call(callProduct, params{addr(c), int32(cRow), addr(a), int32(aRow), int32(aStep), addr(b), int32(rows), int32(depth), truth(add)})
	}
	k.input = func(v []float32, vStep int, src []float32, row, col, n int) {
		k.inputs(v, vStep, 0, src, row, col, n, 1)
	}
	k.output = func(dst []float32, row, col int, m []float32, mStep, n int) {
		k.outputs(dst, row, col, m, mStep, 0, n, 1)
	}
	k.outputRelu = func(dst []float32, row, col int, m []float32, mStep, n int, bias []float32, bits []uint8, bitRow, bitCol int) {
		k.outputsRelu(dst, row, col, m, mStep, 0, n, bias, bits, bitRow, bitCol, 1)
	}
	completed(k)
	k.panels[0].products, k.panels[0].productSum = moduleProducts, moduleProductSum
	moduleRuns(&k.runs)
	return k
}

// at returns where a slice begins; of an empty one nothing is read.
func at[T any](s []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }

func addr[T any](s []T) int32 { return int32(uintptr(at(s))) }

func truth(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
