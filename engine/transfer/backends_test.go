//go:build !js

package transfer_test

import (
	"flag"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
)

var slow = flag.Bool("slow", false, "run the golden traces on the reference, and on plain Go kernels, as well (10 minutes)")

func backends() []backend.Backend { return []backend.Backend{ref.New(), cpu.New(0)} }

// traceBackends leaves out what takes minutes for each trace. Plain Go rounds as the
// WebAssembly tiles do, bit for bit, and those are run.
func traceBackends() []backend.Backend {
	fast := cpu.New(0)
	switch {
	case *slow:
		return backends()
	case fast.ISA() == "go":
		return nil
	}
	return []backend.Backend{fast}
}
