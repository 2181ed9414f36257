// Command gen writes the assembly of the processor back end, and its modules of
// WebAssembly:
//
//	go -C gen run . -out ../kernels_amd64.s -stubs ../stubs_amd64.go -pkg cpu -wasm ../wasm
//
// It is a module of its own, so that the program does not depend on the writer of
// its assembly. ../portable.go says what each function does, and the tests compare with it.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"

	. "github.com/mmcloughlin/avo/build"
)

var folder = flag.String("wasm", "", "the folder that the modules of WebAssembly go to")

func main() {
	ConstraintExpr("goexperiment.simd,!purego")
	product(avx2)
	product(avx512)
	input()
	output("outputAVX2", false)
	output("outputReluAVX2", true)
	filter()
	expand()
	Generate() // parses the flags as well
	for name, relaxed := range map[string]bool{"kernels.wasm": false, "kernels-relaxed.wasm": true} {
		if err := os.WriteFile(filepath.Join(*folder, name), kernels(relaxed, wasmTile{[]int{4, 1}, 2}), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
