//go:build goexperiment.simd && !purego && (wasm || arm64)

package cpu

import "simd/archsimd"

type vec = archsimd.Float32x4

const lanes = 4

func load(s []float32) vec { return archsimd.LoadFloat32x4(s) }
func splat(x float32) vec  { return archsimd.BroadcastFloat32x4(x) }
func done()                {}

// ones returns the lanes that are set as bits.
func ones(m archsimd.Mask32x4) uint8 {
	var set [4]int32 // -1 where a lane is set
	m.ToInt32x4().StoreArray(&set)
	return uint8(set[0]&1 | set[1]&2 | set[2]&4 | set[3]&8)
}

var bitOfLane = [8]int32{1, 2, 4, 8, 16, 32, 64, 128}

// where is set in the lanes whose bits are, of the lower or the upper half of a byte.
func where(bits uint8, lane archsimd.Int32x4) archsimd.Mask32x4 {
	return archsimd.BroadcastInt32x4(int32(bits)).And(lane).Equal(lane)
}

func halves() (low, high archsimd.Int32x4) {
	return archsimd.LoadInt32x4(bitOfLane[:4]), archsimd.LoadInt32x4(bitOfLane[4:])
}

func maskedSIMD(dst, src []float32, bits []uint8) {
	low, high := halves()
	src, bits = src[:len(dst)], bits[:len(dst)/8]
	for i, b := range bits {
		load(src[8*i:]).Masked(where(b, low)).Store(dst[8*i:])
		load(src[8*i+4:]).Masked(where(b, high)).Store(dst[8*i+4:])
	}
}

func maximumSIMD(dst, above, below []float32, lower, right []uint8, n int) {
	for at := 0; at+n <= len(dst); at += n {
		a, b, to := above[2*at:][:2*n], below[2*at:][:2*n], dst[at:][:n]
		low, rgt := lower[at/8:][:n/8], right[at/8:][:n/8]
		a2, b2 := a[n:], b[n:]
		for c := 0; c+lanes <= len(to); c += lanes {
			v, v1 := load(a[c:]), load(a2[c:])
			w, w1 := load(b[c:]), load(b2[c:])
			r, s := v1.Greater(v), w1.Greater(w)
			v, w = v1.IfElse(r, v), w1.IfElse(s, w)
			l := w.Greater(v)
			w.IfElse(l, v).Store(to[c:])
			putOnes(&low[c/8], c, l)
			putOnes(&rgt[c/8], c, l.And(s).Or(r.ToInt32x4().AndNot(l.ToInt32x4()).ToMask()))
		}
	}
}

func maximumBackSIMD(above, below, d []float32, lower, right []uint8, n int) {
	half := [2]archsimd.Int32x4{}
	half[0], half[1] = halves()
	for at := 0; at+n <= len(d); at += n {
		a, b, from := above[2*at:][:2*n], below[2*at:][:2*n], d[at:][:n]
		low, rgt := lower[at/8:][:n/8], right[at/8:][:n/8]
		a2, b2 := a[n:], b[n:]
		for c := 0; c+lanes <= len(from); c += lanes {
			v, l, r, lane := load(from[c:]), low[c/8], rgt[c/8], half[c/4%2]
			v.Masked(where(^l&^r, lane)).Store(a[c:])
			v.Masked(where(^l&r, lane)).Store(a2[c:])
			v.Masked(where(l&^r, lane)).Store(b[c:])
			v.Masked(where(l&r, lane)).Store(b2[c:])
		}
	}
}

// Go 1.27 cannot widen floats to float64 on WebAssembly.
func dotSIMD(x, y []float32) float64     { return dotGo(x, y) }
func squaresSIMD(x, y []float32) float64 { return squaresGo(x, y) }
