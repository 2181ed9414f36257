package transfer_test

import (
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
)

type held struct {
	backend.Backend
	gradient float64
}

func backends() []held      { return []held{{cpu.New(1), 1e-2}} }
func traceBackends() []held { return backends() }
