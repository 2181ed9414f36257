//go:build !js && !gpu

package transfer_test

import (
	"flag"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
)

var slow = flag.Bool("slow", false, "run the golden traces on the reference, and on plain Go kernels, as well (10 minutes)")

// A held back end is one with how near its gradients must be to PyTorch's: Winograd's
// transforms round a little more, and rounding flips units near 0.
type held struct {
	backend.Backend
	gradient float64
}

func backends() []held { return []held{{ref.New(), 1e-3}, {cpu.New(0), 1e-2}} }

// traceBackends leaves out what takes minutes for each trace. Plain Go rounds as the
// WebAssembly tiles do, bit for bit, and those are run.
func traceBackends() []held {
	fast := cpu.New(0)
	switch {
	case *slow:
		return backends()
	case fast.ISA() == "go":
		return nil
	}
	return backends()[1:]
}
