//go:build gpu && !js

package webgpu_test

import (
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/ref"
)

func reference() *backendtest.Reference { return backendtest.NewReference(ref.New()) }
