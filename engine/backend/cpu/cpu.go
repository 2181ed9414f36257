// Package cpu is the fast back end for processors, native and in WebAssembly.
//
// Feature maps lie place by place, all channels of a place together. A 3x3
// convolution is computed by Winograd's F(4x4,3x3), both ways, except next to the
// picture's three channels (conv.go has the rule). Everything heavy ends in one
// function, the product of two matrices in panels (kernel.go); README.md has the
// measurements and what was refused.
//
// There are no environment variables. The kernels are chosen once, by the
// processor:
//
//   - amd64: assembly for AVX-512 or AVX2, written by the program in gen;
//   - arm64, WebAssembly: simd/archsimd;
//   - WebAssembly built with the tag wasmkernels: the module of kernels that the
//     program in gen emits and that whoever starts the program must supply;
//   - everything else: plain Go, which defines the others (portable.go). The tag
//     purego, or Go without GOEXPERIMENT=simd, takes it everywhere; GODEBUG=simd=0
//     takes it at run time.
package cpu

import (
	"context"
	"runtime"

	"trappedinart/engine/backend"
)

// Backend computes on processor threads.
type Backend struct {
	kernel  *kernel
	workers workers
	scratch []scratch // one for each thread
	free    map[int][]*buffer
	shared  []float32 // of all threads, for one operation
	parts   []float64 // of sums

	// The operations that threads work on. They are here so that starting one takes
	// no memory.
	winograd winograd
	direct   direct
	image    imageBack
	pool     pool
	reduce   reduce
	gram     gram
	gramGrad gramGrad
	vector   vector
}

// scratch is the working memory of one thread.
type scratch struct {
	filters, expanded, products, square, rows []float32
	bits                                      []uint8
	scale                                     [maxColumns]float32
}

var _ backend.Backend = (*Backend)(nil)

// New returns a back end on that many threads; 0 takes as many as the process may
// use.
func New(threads int) *Backend { return newBackend(bestKernel(), threads) }

func newBackend(k *kernel, threads int) *Backend {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	b := &Backend{kernel: k, scratch: make([]scratch, threads), free: map[int][]*buffer{}}
	b.workers.init(threads)
	return b
}

func (b *Backend) Name() string { return "cpu" }

// ISA names the instructions that the kernels are made of, such as "avx2".
func (b *Backend) ISA() string { return b.kernel.isa }

// Threads returns the number of threads.
func (b *Backend) Threads() int { return len(b.scratch) }

// A buffer is a feature map [H,W,S] in memory: S is the number of channels rounded
// up by stride, and the channels that this adds are always 0.
type buffer struct {
	shape backend.Shape
	s     int
	d     []float32
}

func (b *buffer) Shape() backend.Shape { return b.shape }
func (b *buffer) Len() int             { return b.shape.Len() }

// places returns the number of places.
func (b *buffer) places() int { return b.shape.H * b.shape.W }

// stride returns how many floats lie from a place to the next: all vectors are
// whole.
func stride(channels int) int {
	if channels <= 4 {
		return 4
	}
	return (channels + 7) &^ 7
}

type sums struct{ d []float64 }

func (s *sums) Len() int { return len(s.d) }
func (*sums) AreSums()   {}

// A mask has for each place a bit for every channel, 8 to a byte, the first lowest:
// where a convolution is positive; of maximum pooling whether the winner is one of
// the lower two, and in a second such plane whether it is one of the right two.
type mask struct {
	shape        backend.Shape
	step         int // bytes of a place
	bits, second []uint8
}

func (m *mask) MaskOf() backend.Shape { return m.shape }

func (b *Backend) New(s backend.Shape) backend.Buffer {
	backend.CheckNew(s)
	n := s.H * s.W * stride(s.C)
	if list := b.free[n]; len(list) > 0 {
		old := list[len(list)-1]
		b.free[n] = list[:len(list)-1]
		clear(old.d)
		return &buffer{s, stride(s.C), old.d}
	}
	// Nothing fits: what is free belongs to another size of picture, and goes.
	clear(b.free)
	return &buffer{s, stride(s.C), make([]float32, n)}
}

func (b *Backend) NewMask(s backend.Shape) backend.Mask {
	backend.CheckNew(s)
	step := (stride(s.C) + 7) / 8
	return &mask{shape: s, step: step, bits: make([]uint8, s.H*s.W*step)}
}

func (b *Backend) NewSums(n int) backend.Sums { return &sums{d: make([]float64, n)} }

// Release keeps feature maps for the next New; the rest is left to the garbage
// collector.
func (b *Backend) Release(v any) {
	if f, ok := v.(*buffer); ok {
		b.free[len(f.d)] = append(b.free[len(f.d)], f)
	}
}

func (b *Backend) Write(dst backend.Buffer, chw []float32) {
	backend.CheckCopy(chw, dst.Shape())
	to := dst.(*buffer)
	places := to.places()
	for c := range to.shape.C {
		for p, v := range chw[c*places:][:places] {
			to.d[p*to.s+c] = v
		}
	}
}

func (b *Backend) Read(ctx context.Context, dst []float32, src backend.Buffer) error {
	backend.CheckCopy(dst, src.Shape())
	from := src.(*buffer)
	places := from.places()
	for c := range from.shape.C {
		to := dst[c*places:][:places]
		for p := range to {
			to[p] = from.d[p*from.s+c]
		}
	}
	return ctx.Err()
}

func (b *Backend) Total(backend.Sums) {}

// grow returns a slice of length n, in the memory of s if that is enough. Its
// elements are whatever they were.
func grow[T float32 | float64 | uint8](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
