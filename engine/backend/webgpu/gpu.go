package webgpu

import (
	"context"
	"fmt"
	"strings"
)

// A gpu is all that this package needs of WebGPU. There is one by a library natively
// (gpu_native.go), and one in the browser by navigator.gpu (gpu_js.go).
type gpu interface {
	info() Info
	// largest returns the most bytes that a buffer may have and be bound with.
	largest() int64
	// buffer returns one of that many bytes, a multiple of 4, all zero.
	buffer(label string, bytes int, use usage) (buffer, error)
	pipeline(s *shader) (pipeline, error)
	// group binds buffers to a pipeline: first the one of parameters, whose offset comes
	// with each command, then the others.
	group(p pipeline, params buffer, bound []buffer) (group, error)
	write(b buffer, offset int, bytes []byte) error
	// submit runs commands in their order, and then copies, in one command buffer.
	submit(commands []command, copies []copying) error
	// read waits until all that was submitted is done and copies the first bytes of b, one
	// of usage readable.
	read(ctx context.Context, dst []byte, b buffer) error
	// check returns why the device computes no more, or nil.
	check() error
	close()
}

type usage int

const (
	storage  usage = iota // of maps, sums and weights
	uniform               // of parameters
	readable              // of what is read back
)

type buffer interface{ release() }
type pipeline interface{}
type group interface{ release() }

// A command runs a pipeline in x times y times z workgroups, with the parameters at that
// offset.
type command struct {
	pipeline pipeline
	group    group
	offset   uint32
	x, y, z  uint32
}

// A copying copies bytes from the beginning of one buffer to that of another.
type copying struct {
	dst, src buffer
	bytes    int
}

// Info says what computes.
type Info struct {
	Name     string // as a person knows it
	Software bool   // it is a program, and slower than ours
	API      string // vulkan, metal, dx12, or browser
}

func (i Info) String() string {
	return fmt.Sprintf("%s (%s)", i.Name, i.API)
}

// softwareNames are in the names of adapters that compute on the processor.
var softwareNames = []string{"llvmpipe", "lavapipe", "swiftshader", "software", "warp", "basic render"}

func namesSoftware(name string) bool {
	name = strings.ToLower(name)
	for _, s := range softwareNames {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}
