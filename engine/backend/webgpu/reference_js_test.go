//go:build gpu

package webgpu_test

import (
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
)

// reference is the processor's back end, as the reference itself is native only.
func reference() backend.Backend { return cpu.New(1) }
