// Command gen writes the assembly of the processor back end, and its modules of
// WebAssembly:
//
//	go -C gen run . -out ../kernels_amd64.s -stubs ../stubs_amd64.go -pkg cpu
//
// It is a module of its own, so that the program does not depend on what writes
// its assembly. What each function does is said, and tested against, in
// ../portable.go.
package main

import (
	"log"
	"os"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("goexperiment.simd,!purego")
	product(avx2)
	product(avx512)
	input()
	output("outputAVX2", false)
	output("outputReluAVX2", true)
	filter()
	expand()
	Generate()
	for name, relaxed := range map[string]bool{"kernels.wasm": false, "kernels-relaxed.wasm": true} {
		if err := os.WriteFile("../wasm/"+name, kernels(relaxed, wasmTile{[]int{4, 1}, 2}), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
