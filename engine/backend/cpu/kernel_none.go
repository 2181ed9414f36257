//go:build purego || !goexperiment.simd || !(amd64 || arm64 || wasm)

package cpu

// kernels lists what this processor can run, the best first.
func kernels() []*kernel { return []*kernel{portable} }
