//go:build !js

package transfer_test

import (
	"flag"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
)

var slow = flag.Bool("slow", false, "run the golden traces on the reference as well (10 minutes)")

func backends() []backend.Backend { return []backend.Backend{ref.New(), cpu.New(0)} }

func traceBackends() []backend.Backend {
	if *slow {
		return backends()
	}
	return []backend.Backend{cpu.New(0)}
}
