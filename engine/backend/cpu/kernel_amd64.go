//go:build goexperiment.simd

package cpu

import "simd/archsimd"

// kernels lists what this processor can run, the best first.
func kernels() []kernel {
	if archsimd.X86.AVX2() && archsimd.X86.FMA() {
		return []kernel{avx2, portable}
	}
	return []kernel{portable}
}

// Every function ends with ClearAVXUpperBits: Go 1.27 leaves the upper halves of
// the registers dirty, which slows all scalar code after it.
var avx2 = kernel{isa: "avx2", columns: 16, tile: tile4x16, pack: pack16, relu: relu16}

func tile4x16(c, a, b []float32, depth int) {
	cc := (*[rows * 16]float32)(c)
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x8
	a, b = a[:depth*rows], b[:depth*16]
	for ; len(a) >= rows && len(b) >= 16; a, b = a[rows:], b[16:] {
		b0, b1 := archsimd.LoadFloat32x8(b[0:8]), archsimd.LoadFloat32x8(b[8:16])
		x := archsimd.BroadcastFloat32x8(a[0])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = archsimd.BroadcastFloat32x8(a[1])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = archsimd.BroadcastFloat32x8(a[2])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = archsimd.BroadcastFloat32x8(a[3])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
	}
	c00.Add(archsimd.LoadFloat32x8(cc[0:8])).Store(cc[0:8])
	c01.Add(archsimd.LoadFloat32x8(cc[8:16])).Store(cc[8:16])
	c10.Add(archsimd.LoadFloat32x8(cc[16:24])).Store(cc[16:24])
	c11.Add(archsimd.LoadFloat32x8(cc[24:32])).Store(cc[24:32])
	c20.Add(archsimd.LoadFloat32x8(cc[32:40])).Store(cc[32:40])
	c21.Add(archsimd.LoadFloat32x8(cc[40:48])).Store(cc[40:48])
	c30.Add(archsimd.LoadFloat32x8(cc[48:56])).Store(cc[48:56])
	c31.Add(archsimd.LoadFloat32x8(cc[56:64])).Store(cc[56:64])
	archsimd.ClearAVXUpperBits()
}

func pack16(dst, src []float32, from, plane, channels int, taps []tap) {
	for c := range channels {
		for t := range taps {
			tap := &taps[t]
			s := (*[16]float32)(src[from+c*plane+tap.offset:])
			d := (*[16]float32)(dst[(c*len(taps)+t)*16:])
			k0, k1 := archsimd.LoadUint32x8(tap.keep[0:8]), archsimd.LoadUint32x8(tap.keep[8:16])
			archsimd.LoadFloat32x8(s[0:8]).ToBits().And(k0).BitsToFloat32().Store(d[0:8])
			archsimd.LoadFloat32x8(s[8:16]).ToBits().And(k1).BitsToFloat32().Store(d[8:16])
		}
	}
	archsimd.ClearAVXUpperBits()
}

func relu16(dst, x []float32, bias float32) uint32 {
	s, d := (*[16]float32)(x), (*[16]float32)(dst)
	add, zero := archsimd.BroadcastFloat32x8(bias), archsimd.BroadcastFloat32x8(0)
	v0, v1 := archsimd.LoadFloat32x8(s[0:8]).Add(add), archsimd.LoadFloat32x8(s[8:16]).Add(add)
	n0, n1 := v0.LessEqual(zero), v1.LessEqual(zero)
	zero.IfElse(n0, v0).Store(d[0:8])
	zero.IfElse(n1, v1).Store(d[8:16])
	positive := ^(uint32(n0.ToBits()) | uint32(n1.ToBits())<<8) & 0xffff
	archsimd.ClearAVXUpperBits()
	return positive
}
