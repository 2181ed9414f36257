//go:build !goexperiment.simd || purego || !(wasm || arm64)

package pixel

func narrowed(to []float32, f filter, from []float32) { narrowedGo(to, f, from) }

func addRow(to []float32, weight float32, from []float32) { addRowGo(to, weight, from) }
