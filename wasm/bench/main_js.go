// Command bench is `trapped bench` for WebAssembly: it times iterations of the
// optimisation and prints the same JSON. It runs under Node, or in a Web Worker that
// wasm/bench/run starts in Chromium.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall/js"

	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/transfer"
	"trappedinart/weights"
)

// A benchmark has the fields that `trapped bench --json` prints, where it ran, and the
// two halves of an iteration: forward with the losses, and back to the picture.
type benchmark struct {
	Network        string    `json:"network"`
	Size           int       `json:"size"`
	Threads        int       `json:"threads"`
	Backend        string    `json:"backend"`
	ISA            string    `json:"isa"`
	Where          string    `json:"where"`
	Seconds        []float64 `json:"seconds"`
	Forward        []float64 `json:"seconds_forward"`
	Backward       []float64 `json:"seconds_backward"`
	Median         float64   `json:"median_seconds"`
	MedianForward  float64   `json:"median_forward"`
	MedianBackward float64   `json:"median_backward"`
	GFLOPS         float64   `json:"gflops"`
	PeakBytes      int64     `json:"peak_rss_bytes"` // of WebAssembly's memory, which never shrinks
	Allocs         float64   `json:"allocs_per_iteration"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	network := flag.String("network", "small", "vgg19 or small")
	side := flag.Int("size", 256, "width and height of the pictures, in pixels, 16 to 4096")
	iterations := flag.Int("iterations", 5, "how many to time, 1 to 10000")
	flag.Parse()
	if *side < 16 || *side > 4096 || *iterations < 1 || *iterations > 10000 {
		return fmt.Errorf("size goes from 16 to 4096 and iterations from 1 to 10000")
	}
	r, err := transfer.TimedRecipe(*network)
	if err != nil {
		return err
	}
	w, err := weights.Random(*network)
	if err != nil {
		return err
	}
	be := cpu.New(0)
	t, err := transfer.Time(context.Background(), be, w, r, *side, *iterations)
	if err != nil {
		return err
	}
	b := benchmark{
		Network: *network, Size: *side, Threads: be.Threads(), Backend: be.Name(), ISA: be.ISA(), Where: where(),
		Seconds: t.Seconds, Forward: t.Forward, Backward: t.Backward,
		Median: transfer.Median(t.Seconds), MedianForward: transfer.Median(t.Forward), MedianBackward: transfer.Median(t.Backward),
		PeakBytes: memory(), Allocs: t.Allocs,
	}
	b.GFLOPS = t.Flops / b.Median / 1e9
	return json.NewEncoder(os.Stdout).Encode(b)
}

func where() string {
	if js.Global().Get("WorkerGlobalScope").IsUndefined() {
		return "node"
	}
	return "chromium"
}

func memory() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
