//go:build goexperiment.simd && !purego && (wasm || arm64)

package pixel

import "simd/archsimd"

func narrowed(to []float32, f filter, from []float32) {
	for x, weights := range f.weights {
		sum := archsimd.BroadcastFloat32x4(0)
		places := from[4*f.first[x]:][:4*len(weights)]
		for ; len(weights) >= 4; weights, places = weights[4:], places[16:] {
			p := places[:16]
			sum = sum.Add(archsimd.LoadFloat32x4(p).Mul(archsimd.BroadcastFloat32x4(weights[0])))
			sum = sum.Add(archsimd.LoadFloat32x4(p[4:]).Mul(archsimd.BroadcastFloat32x4(weights[1])))
			sum = sum.Add(archsimd.LoadFloat32x4(p[8:]).Mul(archsimd.BroadcastFloat32x4(weights[2])))
			sum = sum.Add(archsimd.LoadFloat32x4(p[12:]).Mul(archsimd.BroadcastFloat32x4(weights[3])))
		}
		for k, weight := range weights {
			sum = sum.Add(archsimd.LoadFloat32x4(places[4*k:]).Mul(archsimd.BroadcastFloat32x4(weight)))
		}
		sum.Store(to[4*x:])
	}
}

func addRow(to []float32, weight float32, from []float32) {
	from = from[:len(to)]
	weights := archsimd.BroadcastFloat32x4(weight)
	i := 0
	for ; i+4 <= len(to); i += 4 {
		archsimd.LoadFloat32x4(to[i:]).Add(archsimd.LoadFloat32x4(from[i:]).Mul(weights)).Store(to[i:])
	}
	addRowGo(to[i:], weight, from[i:])
}
