package transfer_test

import (
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
)

func backends() []backend.Backend      { return []backend.Backend{cpu.New(1)} }
func traceBackends() []backend.Backend { return backends() }
