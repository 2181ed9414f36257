//go:build gpu

package webgpu_test

import (
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/cpu"
)

// reference is the processor's back end, as the reference itself is native only.
func reference() *backendtest.Reference { return backendtest.NewReference(cpu.New(1)) }
