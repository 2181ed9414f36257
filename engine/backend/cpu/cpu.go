// Package cpu is the fast back end for processors, native and in WebAssembly.
//
// Everything heavy is a matrix product of packed panels, computed in tiles of 4
// rows by some columns that live in registers: the 3x3 convolution in both
// directions, the Gram matrix and its gradient. The tile is chosen once, by the
// processor (kernel.go); README.md has the measurements.
//
// There are no environment variables. With GOEXPERIMENT=simd the tiles are written
// with simd/archsimd; without it they are plain Go, and GODEBUG=simd=0 takes these
// at run time as well.
package cpu

import (
	"context"
	"runtime"
	"sync"

	"trappedinart/engine/backend"
)

// Backend computes on processor threads.
type Backend struct {
	kernel  kernel
	threads int
	scratch []scratch // one for each thread
	masked  []float32 // ConvolveBack's gradient where units were positive
	chunks  [2][]float32
	inner   [9]tap // of places that have all their neighbours
}

// scratch is the working memory of one thread.
type scratch struct {
	panels, tiles []float32
	border        [9]tap
	spill         [maxColumns]float32
}

var _ backend.Backend = (*Backend)(nil)

// New returns a back end on that many threads; 0 takes as many as the process may
// use.
func New(threads int) *Backend {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	b := &Backend{kernel: bestKernel(), threads: threads, scratch: make([]scratch, threads)}
	for t := range b.inner {
		b.inner[t].keep = allColumns
	}
	return b
}

func (b *Backend) Name() string { return "cpu" }

// ISA names the instructions that the tiles are made of, such as "avx2".
func (b *Backend) ISA() string { return b.kernel.isa }

// Threads returns the number of threads.
func (b *Backend) Threads() int { return b.threads }

// A buffer is a feature map [C,H,W] in rows. A convolution reads each place's
// neighbours by an offset, so there is a margin of readable floats on both sides;
// what is read from it, or from the next row or channel, is masked out.
type buffer struct {
	shape backend.Shape
	all   []float32 // margin, the feature map, margin
	d     []float32 // the feature map
}

func (b *buffer) Shape() backend.Shape { return b.shape }
func (b *buffer) Len() int             { return len(b.d) }

// places returns the number of places of a channel.
func (b *buffer) places() int { return b.shape.H * b.shape.W }

// channel returns the places of one channel.
func (b *buffer) channel(c int) []float32 { return b.d[c*b.places():][:b.places()] }

// margin is how far outside a feature map of width w a tile may read.
func margin(w int) int { return w + 1 + maxColumns }

type sums struct{ d []float64 }

func (s *sums) Len() int { return len(s.d) }
func (*sums) AreSums()   {}

// A mask has a byte for every 8 places of a channel, of which the lowest bit is
// the first, for Convolve; and, made when Pool asks for it, a byte for every place
// that says which of the four won.
type mask struct {
	shape  backend.Shape
	stride int // bytes of a channel
	bits   []uint8
	won    []uint8
}

func (m *mask) MaskOf() backend.Shape { return m.shape }

func (b *Backend) New(s backend.Shape) backend.Buffer {
	backend.CheckNew(s)
	side := margin(s.W)
	all := make([]float32, s.Len()+2*side)
	return &buffer{s, all, all[side:][:s.Len()]}
}

func (b *Backend) NewMask(s backend.Shape) backend.Mask {
	backend.CheckNew(s)
	return &mask{shape: s, stride: (s.H*s.W + maxColumns - 1) / maxColumns * maxColumns / 8}
}

func (b *Backend) NewSums(n int) backend.Sums { return &sums{d: make([]float64, n)} }

// Release leaves memory to the garbage collector.
func (b *Backend) Release(any) {}

func (b *Backend) Write(dst backend.Buffer, chw []float32) {
	backend.CheckCopy(chw, dst.Shape())
	copy(dst.(*buffer).d, chw)
}

func (b *Backend) Read(ctx context.Context, dst []float32, src backend.Buffer) error {
	backend.CheckCopy(dst, src.Shape())
	copy(dst, src.(*buffer).d)
	return ctx.Err()
}

func (b *Backend) Total(backend.Sums) {}

// parallel calls work with the numbers 0 to n-1, each once, in contiguous runs on
// the back end's threads; thread is the index of the scratch that a call may use.
// Which thread does what never changes a result.
func (b *Backend) parallel(n int, work func(thread, i int)) {
	threads := min(b.threads, n)
	run := func(thread int) {
		for i := n * thread / threads; i < n*(thread+1)/threads; i++ {
			work(thread, i)
		}
	}
	if threads <= 1 {
		for i := range n {
			work(0, i)
		}
		return
	}
	var wg sync.WaitGroup
	for thread := 1; thread < threads; thread++ {
		wg.Go(func() { run(thread) })
	}
	run(0)
	wg.Wait()
}

// grow returns a slice of length n, in the memory of s if that is enough. Its
// elements are whatever they were.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
