//go:build gpu && !js

package transfer_test

import (
	"context"
	"sync"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/webgpu"
)

type held struct {
	backend.Backend
	gradient float64
}

// gpu is opened once, as compiling takes long on a program that stands for one.
var gpu = sync.OnceValue(func() *webgpu.Backend {
	b, err := webgpu.Open(context.Background(), true)
	if err != nil {
		panic(err)
	}
	return b
})

func backends() []held      { return []held{{gpu(), 1e-3}} }
func traceBackends() []held { return backends() }
