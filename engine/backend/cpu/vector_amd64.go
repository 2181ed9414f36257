//go:build goexperiment.simd && !purego

package cpu

import "simd/archsimd"

type vec = archsimd.Float32x8

const lanes = 8

func load(s []float32) vec           { return archsimd.LoadFloat32x8(s) }
func splat(x float32) vec            { return archsimd.BroadcastFloat32x8(x) }
func ones(m archsimd.Mask32x8) uint8 { return m.ToBits() }

// putOnes writes the bits of the channels from c on.
func putOnes(to *uint8, _ int, m archsimd.Mask32x8) { *to = ones(m) }

// done stands at the end of every function that uses vectors: Go 1.27 leaves the upper
// halves of the registers dirty, which slows all scalar code after it.
func done() { archsimd.ClearAVXUpperBits() }

var bitOfLane = [8]uint32{1, 2, 4, 8, 16, 32, 64, 128}

// where is set in the lanes whose bits are.
func where(bits uint8, lane archsimd.Uint32x8) archsimd.Mask32x8 {
	return archsimd.BroadcastUint32x8(uint32(bits)).And(lane).Equal(lane)
}

func maskedSIMD(dst, src []float32, bits []uint8) {
	lane := archsimd.LoadUint32x8(bitOfLane[:])
	src, bits = src[:len(dst)], bits[:len(dst)/8]
	for i, b := range bits {
		load(src[8*i:]).Masked(where(b, lane)).Store(dst[8*i:])
	}
	done()
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
			under := ones(l)
			low[c/8], rgt[c/8] = under, ones(r)&^under|ones(s)&under
		}
	}
	done()
}

func maximumBackSIMD(above, below, d []float32, lower, right []uint8, n int) {
	lane := archsimd.LoadUint32x8(bitOfLane[:])
	for at := 0; at+n <= len(d); at += n {
		a, b, from := above[2*at:][:2*n], below[2*at:][:2*n], d[at:][:n]
		low, rgt := lower[at/8:][:n/8], right[at/8:][:n/8]
		a2, b2 := a[n:], b[n:]
		for c := 0; c+lanes <= len(from); c += lanes {
			v, l, r := load(from[c:]), low[c/8], rgt[c/8]
			v.Masked(where(^l&^r, lane)).Store(a[c:])
			v.Masked(where(^l&r, lane)).Store(a2[c:])
			v.Masked(where(l&^r, lane)).Store(b[c:])
			v.Masked(where(l&r, lane)).Store(b2[c:])
		}
	}
	done()
}

func dotSIMD(x, y []float32) float64 {
	y = y[:len(x)]
	var s0, s1 archsimd.Float64x4
	i := 0
	for ; i+8 <= len(x); i += 8 {
		x0, y0 := archsimd.LoadFloat32x4(x[i:]).ConvertToFloat64(), archsimd.LoadFloat32x4(y[i:]).ConvertToFloat64()
		x1, y1 := archsimd.LoadFloat32x4(x[i+4:]).ConvertToFloat64(), archsimd.LoadFloat32x4(y[i+4:]).ConvertToFloat64()
		s0, s1 = x0.MulAdd(y0, s0), x1.MulAdd(y1, s1)
	}
	return added(s0, s1) + dotGo(x[i:], y[i:])
}

func squaresSIMD(x, y []float32) float64 {
	y = y[:len(x)]
	var s0, s1 archsimd.Float64x4
	i := 0
	for ; i+8 <= len(x); i += 8 {
		d0 := archsimd.LoadFloat32x4(x[i:]).ConvertToFloat64().Sub(archsimd.LoadFloat32x4(y[i:]).ConvertToFloat64())
		d1 := archsimd.LoadFloat32x4(x[i+4:]).ConvertToFloat64().Sub(archsimd.LoadFloat32x4(y[i+4:]).ConvertToFloat64())
		s0, s1 = d0.MulAdd(d0, s0), d1.MulAdd(d1, s1)
	}
	return added(s0, s1) + squaresGo(x[i:], y[i:])
}

func added(a, b archsimd.Float64x4) float64 {
	var s [4]float64
	a.Add(b).StoreArray(&s)
	done()
	return (s[0] + s[1]) + (s[2] + s[3])
}
