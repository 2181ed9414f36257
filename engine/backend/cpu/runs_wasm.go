//go:build goexperiment.simd && !purego && wasm && wasmkernels

package cpu

import (
	"math"
	"unsafe"

	"trappedinart/engine/backend"
)

func moduleProducts(c []float32, cStep, cRow int, a []float32, aStep, aRow int, b []float32, bStep, rows, depth int, add bool) {
	if cStep < 0 || aStep < 0 || bStep < 0 {
		panic("cpu: products outside their slices")
	}
	checkProduct(moduleColumns, c, cRow, a, aRow, 1, b, rows, depth)
	checkProduct(moduleColumns, c[35*cStep:], cRow, a[35*aStep:], aRow, 1, b[35*bStep:], rows, depth)
	call(callProducts, params{addr(c), int32(cStep), int32(cRow), addr(a), int32(aStep), int32(aRow), addr(b), int32(bStep), int32(rows), int32(depth), truth(add)})
}

func moduleProductSum(c []float32, cRow int, a []float32, aRow, aStep, aNext int, b []float32, bNext, rows, depth, times int) {
	if aNext < 0 || bNext < 0 || times < 1 {
		panic("cpu: products outside their slices")
	}
	checkProduct(moduleColumns, c, cRow, a[(times-1)*aNext:], aRow, aStep, b[(times-1)*bNext:], rows, depth)
	call(callProductSum, params{addr(c), int32(cRow), addr(a), int32(aRow), int32(aStep), int32(aNext), addr(b), int32(bNext), int32(rows), int32(depth), int32(times)})
}

// moduleRuns sets what the module has of runs.
func moduleRuns(r *runs) {
	r.inputs = func(v []float32, vStep, vNext int, src []float32, row, col, n, tiles int) {
		last := max(tiles-1, 0)
		checkSquares(v[last*vNext:], vStep, 36, src[4*last*col:], row, col, 6, n)
		call(callInput, params{addr(v), int32(vStep), addr(src), int32(row), int32(col), int32(n), int32(tiles), int32(vNext)})
	}
	r.outputs = func(dst []float32, row, col int, m []float32, mStep, mNext, n, tiles int) {
		last := max(tiles-1, 0)
		checkSquares(m[last*mNext:], mStep, 36, dst[4*last*col:], row, col, 4, n)
		call(callOutput, params{addr(dst), int32(row), int32(col), addr(m), int32(mStep), int32(n), int32(tiles), int32(mNext)})
	}
	r.outputsRelu = func(dst []float32, row, col int, m []float32, mStep, mNext, n int, bias []float32, bits []uint8, bitRow, bitCol, tiles int) {
		last := max(tiles-1, 0)
		checkSquares(m[last*mNext:], mStep, 36, dst[4*last*col:], row, col, 4, n)
		checkBits(bits[4*last*bitCol:], bitRow, bitCol, bias, n)
		call(callOutputRelu, params{addr(dst), int32(row), int32(col), addr(m), int32(mStep), int32(n), int32(tiles), int32(mNext), addr(bias), addr(bits), int32(bitRow), int32(bitCol)})
	}
	r.expandEach = func(dst []float32, src []int8, scale []float32, columns, depth int) {
		checkExpand(dst, src, scale, columns, 9*depth)
		_ = scale[:depth]
		call(callExpandEach, params{addr(dst), addr(src), addr(scale), int32(columns), int32(depth)})
	}
	r.clear = func(dst []float32) {
		if len(dst) == 0 {
			return
		}
		call(callClear, params{addr(dst), int32(4 * len(dst))})
	}
	r.copyRows = func(dst []float32, dstStep int, src []float32, srcStep, n, rows int) {
		checkRows(len(dst), dstStep, len(src), srcStep, n, rows)
		call(callCopyRows, params{addr(dst), int32(4 * dstStep), addr(src), int32(4 * srcStep), int32(4 * n), int32(rows)})
	}
	r.copyBits = func(dst []uint8, dstStep int, src []uint8, srcStep, n, rows int) {
		checkRows(len(dst), dstStep, len(src), srcStep, n, rows)
		call(callCopyRows, params{addr(dst), int32(dstStep), addr(src), int32(srcStep), int32(n), int32(rows)})
	}
	slow := *r
	r.addRows = func(dst []float32, dstStep int, src []float32, srcStep, srcNext, times int, weights []float32, weightStep, n, rows int) {
		checkRows(len(dst), dstStep, len(src)-max(times-1, 0)*srcNext, srcStep, n, rows)
		checkRows(len(dst), dstStep, len(weights), weightStep, 1, rows)
		if n%4 != 0 {
			slow.addRows(dst, dstStep, src, srcStep, srcNext, times, weights, weightStep, n, rows)
			return
		}
		call(callAddRows, params{addr(dst), int32(dstStep), addr(src), int32(srcStep), int32(srcNext), int32(times), addr(weights), int32(weightStep), int32(n), int32(rows)})
	}
	r.maskedRows = func(dst []float32, dstStep int, src []float32, srcStep int, bits []uint8, bitStep, n, rows int) {
		checkRows(len(dst), dstStep, len(src), srcStep, n, rows)
		checkRows(len(dst), dstStep, len(bits), bitStep, n/8, rows)
		call(callMasked, params{addr(dst), int32(dstStep), addr(src), int32(srcStep), addr(bits), int32(bitStep), int32(n), int32(rows)})
	}
	r.accumulate = func(dst []float64, dstStep int, src []float32, srcStep, n, rows int) {
		checkRows(len(dst), dstStep, len(src), srcStep, n, rows)
		if n%4 != 0 {
			slow.accumulate(dst, dstStep, src, srcStep, n, rows)
			return
		}
		call(callAccumulate, params{addr(dst), int32(dstStep), addr(src), int32(srcStep), int32(n), int32(rows)})
	}
	r.dotTo = func(dst []float64, x, y []float32) {
		if len(x)%4 != 0 {
			slow.dotTo(dst, x, y)
			return
		}
		dst, y = dst[:1], y[:len(x)]
		call(callDotTo, params{addr(dst), addr(x), addr(y), int32(len(x))})
	}
	r.excessTo = func(dst []float64, x []float32, limits *backend.Limits) {
		dst = dst[:1]
		call(callExcessTo, params{addr(dst), addr(x), int32(uintptr(unsafe.Pointer(limits))), int32(len(x))})
	}
	r.addExcess = func(dst []float32, p float32, x []float32, limits *backend.Limits) {
		dst = dst[:len(x)]
		call(callAddExcess, params{addr(dst), int32(math.Float32bits(p)), addr(x), int32(uintptr(unsafe.Pointer(limits))), int32(len(x))})
	}
}

func checkRows(dst, dstStep, src, srcStep, n, rows int) {
	if n < 0 || dstStep < 0 || srcStep < 0 || rows > 0 && (dst < (rows-1)*dstStep+n || src < (rows-1)*srcStep+n) {
		panic("cpu: rows outside their slices")
	}
}
