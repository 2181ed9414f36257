package webgpu

import (
	"context"
	"fmt"
)

// Open opens the machine's GPU. Adapters that are programs are refused, with why, unless
// software asks for them; they are for tests.
func Open(ctx context.Context, software bool) (*Backend, error) {
	g, err := openGPU(ctx)
	if err != nil {
		return nil, err
	}
	if info := g.info(); info.Software && !software {
		g.close()
		return nil, fmt.Errorf("%s is a program that computes on the processor, slower than we do", info)
	}
	return newBackend(g), nil
}
