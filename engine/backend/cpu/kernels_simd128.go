//go:build goexperiment.simd && !purego && (arm64 || (wasm && !wasmkernels))

package cpu

// kernels lists what this processor can run, the best first.
func kernels() []*kernel { return []*kernel{simd128, portable} }
