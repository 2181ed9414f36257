//go:build goexperiment.simd && (wasm || arm64)

package cpu

import "simd/archsimd"

// kernels lists what this processor can run, the best first.
func kernels() []kernel { return []kernel{simd128, portable} }

var simd128 = kernel{isa: "simd128", columns: 8, tile: tile4x8, pack: pack8, relu: relu8}

func tile4x8(c, a, b []float32, depth int) {
	cc := (*[rows * 8]float32)(c)
	var c00, c01, c10, c11, c20, c21, c30, c31 archsimd.Float32x4
	a, b = a[:depth*rows], b[:depth*8]
	for ; len(a) >= rows && len(b) >= 8; a, b = a[rows:], b[8:] {
		b0, b1 := archsimd.LoadFloat32x4(b[0:4]), archsimd.LoadFloat32x4(b[4:8])
		x := archsimd.BroadcastFloat32x4(a[0])
		c00, c01 = x.Mul(b0).Add(c00), x.Mul(b1).Add(c01)
		x = archsimd.BroadcastFloat32x4(a[1])
		c10, c11 = x.Mul(b0).Add(c10), x.Mul(b1).Add(c11)
		x = archsimd.BroadcastFloat32x4(a[2])
		c20, c21 = x.Mul(b0).Add(c20), x.Mul(b1).Add(c21)
		x = archsimd.BroadcastFloat32x4(a[3])
		c30, c31 = x.Mul(b0).Add(c30), x.Mul(b1).Add(c31)
	}
	c00.Add(archsimd.LoadFloat32x4(cc[0:4])).Store(cc[0:4])
	c01.Add(archsimd.LoadFloat32x4(cc[4:8])).Store(cc[4:8])
	c10.Add(archsimd.LoadFloat32x4(cc[8:12])).Store(cc[8:12])
	c11.Add(archsimd.LoadFloat32x4(cc[12:16])).Store(cc[12:16])
	c20.Add(archsimd.LoadFloat32x4(cc[16:20])).Store(cc[16:20])
	c21.Add(archsimd.LoadFloat32x4(cc[20:24])).Store(cc[20:24])
	c30.Add(archsimd.LoadFloat32x4(cc[24:28])).Store(cc[24:28])
	c31.Add(archsimd.LoadFloat32x4(cc[28:32])).Store(cc[28:32])
}

func pack8(dst, src []float32, from, plane, channels int, taps []tap) {
	for c := range channels {
		for t := range taps {
			tap := &taps[t]
			s := (*[8]float32)(src[from+c*plane+tap.offset:])
			d := (*[8]float32)(dst[(c*len(taps)+t)*8:])
			k0, k1 := archsimd.LoadUint32x4(tap.keep[0:4]), archsimd.LoadUint32x4(tap.keep[4:8])
			archsimd.LoadFloat32x4(s[0:4]).ToBits().And(k0).BitsToFloat32().Store(d[0:4])
			archsimd.LoadFloat32x4(s[4:8]).ToBits().And(k1).BitsToFloat32().Store(d[4:8])
		}
	}
}

func relu8(dst, x []float32, bias float32) uint32 {
	s, d := (*[8]float32)(x), (*[8]float32)(dst)
	add, zero := archsimd.BroadcastFloat32x4(bias), archsimd.BroadcastFloat32x4(0)
	var positive uint32
	for j := 0; j < 8; j += 4 {
		v := archsimd.LoadFloat32x4(s[j : j+4]).Add(add)
		negative := v.LessEqual(zero)
		zero.IfElse(negative, v).Store(d[j : j+4])
		var lanes [4]int32
		negative.ToInt32x4().Store(lanes[:])
		for i, lane := range lanes {
			positive |= uint32(1+lane) << (j + i) // a lane is -1 where negative
		}
	}
	return positive
}
