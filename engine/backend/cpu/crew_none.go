//go:build !(goexperiment.simd && !purego && wasm && wasmkernels)

package cpu

// A crew shares out work where threads cannot, see crew_wasm.go; here they can.
type crew struct{}

func newCrew(*kernel) *crew { return nil }

func (*crew) size() int { return 0 }

func (*crew) share(*Backend, int, task) {}

func (*scratch) floats(s []float32, n int) []float32 { return grow(s, n) }
func (*scratch) bytes(s []uint8, n int) []uint8      { return grow(s, n) }
