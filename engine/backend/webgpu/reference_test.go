//go:build gpu && !js

package webgpu_test

import (
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/ref"
)

func reference() backend.Backend { return ref.New() }
