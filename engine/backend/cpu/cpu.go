// Package cpu is the fast back end for processors, native and in WebAssembly.
//
// Feature maps lie place by place, all channels of a place together. A 3x3
// convolution is computed by Winograd's F(4x4,3x3), both ways, except next to the
// picture's three channels (conv.go has the rule). Everything heavy ends in one
// function, the product of two matrices in panels (kernel.go); README.md has the
// measurements and refused ideas.
//
// There are no environment variables. The kernels are chosen once, by the
// processor:
//
//   - amd64: assembly for AVX-512 or AVX2, written by the program in gen;
//   - arm64, WebAssembly: simd/archsimd;
//   - WebAssembly built with the tag wasmkernels: the module of kernels that the
//     program in gen emits and that whoever starts the program must supply;
//   - everything else: plain Go, which defines the others (portable.go). The tag
//     purego, or Go without GOEXPERIMENT=simd, takes it everywhere; on amd64
//     GODEBUG=cpu.avx2=off takes it at run time.
package cpu

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"

	"trappedinart/engine/backend"
)

// Backend computes on processor threads.
type Backend struct {
	kernel  *kernel
	workers workers
	crew    *crew     // nil but where threads are workers of the browser
	scratch []scratch // one for each thread, or for this one and the crew
	free    []*buffer
	floats  func(n int) []float32 // makes feature maps
	shared  []float32             // of all threads, for one operation
	parts   []float64             // of sums
	// binomial has the filters of reduction for each length that there was.
	binomial map[int][]float32

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
	moments  moments

	part part

	outerTask  outer
	linearTask linear
}

// scratch is the working memory of one thread.
type scratch struct {
	filters, expanded, products, square, rows []float32
	bits                                      []uint8
}

var _ backend.Backend = (*Backend)(nil)

// New returns a back end on that many threads; 0 takes as many as the process may
// use.
func New(threads int) *Backend { return newBackend(bestKernel(), threads) }

func newBackend(k *kernel, threads int) *Backend {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	b := &Backend{kernel: k, scratch: make([]scratch, threads), floats: func(n int) []float32 { return make([]float32, n) }}
	b.workers.init(threads)
	if b.crew = newCrew(k); b.crew != nil {
		b.scratch = append(b.scratch, scratch{})
	}
	return b
}

func (b *Backend) Name() string { return "cpu" }

// ISA names the instructions that the kernels are made of, such as "avx2".
func (b *Backend) ISA() string { return b.kernel.isa }

// Threads returns the number of threads, or of workers.
func (b *Backend) Threads() int { return len(b.workers.run) + b.crew.size() }

// Device says in words how many processors compute.
func (b *Backend) Device() string {
	if n := b.Threads(); n > 1 {
		return fmt.Sprintf("%d processor cores", n)
	}
	return "1 processor core"
}

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

// A memo has for each place a bit for every channel, 8 to a byte, the first lowest:
// where a convolution is positive; of maximum pooling whether the winner is one of
// the lower two, and in a second such plane whether it is one of the right two.
type memo struct {
	shape        backend.Shape
	step         int // bytes of a place
	bits, second []uint8
}

func (m *memo) MemoOf() backend.Shape { return m.shape }

func (b *Backend) New(s backend.Shape) backend.Buffer {
	backend.CheckNew(s)
	n, best := s.H*s.W*stride(s.C), -1
	for i, f := range b.free {
		if cap(f.d) >= n && (best < 0 || cap(f.d) < cap(b.free[best].d)) {
			best = i
		}
	}
	// A small map leaves a large one's memory alone. Otherwise a picture in blocks would keep memory of
	// the scale before, which was painted whole.
	const large = 4 << 20
	wasteful := best >= 0 && cap(b.free[best].d) > 2*n+large/4
	if wasteful && n < large {
		return &buffer{s, stride(s.C), b.floats(n)}
	}
	if best < 0 || wasteful {
		// The free maps belong to another picture. They go at once, or the largest maps
		// of two pictures would be there together.
		dropped := 0
		for _, f := range b.free {
			dropped += cap(f.d)
		}
		b.free = nil
		if dropped > large {
			debug.FreeOSMemory()
		}
		return &buffer{s, stride(s.C), b.floats(n)}
	}
	d := b.free[best].d[:n]
	b.free = slices.Delete(b.free, best, best+1)
	clear(d)
	return &buffer{s, stride(s.C), d}
}

// NewShared places maps in one piece of memory, the largest first, each at the lowest
// address where no other is in use while it is.
func (b *Backend) NewShared(uses []backend.Use) ([]backend.Buffer, any) {
	size := func(i int) int { return uses[i].H * uses[i].W * stride(uses[i].C) }
	order := make([]int, len(uses))
	for i := range order {
		backend.CheckNew(uses[i].Shape)
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return size(j) - size(i) })
	at, end := make([]int, len(uses)), 0
	var placed []int // by address
	for _, i := range order {
		for _, j := range placed {
			if at[j] >= at[i]+size(i) {
				break
			}
			if uses[i].From <= uses[j].To && uses[j].From <= uses[i].To {
				at[i] = max(at[i], at[j]+size(j))
			}
		}
		end = max(end, at[i]+size(i))
		placed = append(placed, i)
		slices.SortStableFunc(placed, func(i, j int) int { return at[i] - at[j] })
	}
	memory := b.New(backend.Shape{C: 4, H: 1, W: (end + 3) / 4}).(*buffer)
	maps := make([]backend.Buffer, len(uses))
	for i, u := range uses {
		maps[i] = &buffer{u.Shape, stride(u.C), memory.d[at[i]:][:size(i)]}
	}
	return maps, memory
}

func (b *Backend) NewMemo(s backend.Shape) backend.Memo {
	backend.CheckNew(s)
	step := (stride(s.C) + 7) / 8
	return &memo{shape: s, step: step, bits: make([]uint8, s.H*s.W*step)}
}

// NewSums leaves room for a vector that begins with the last sum.
func (b *Backend) NewSums(n int) backend.Sums { return &sums{d: make([]float64, n, n+3)} }

// Release keeps feature maps for the next New; the rest is left to the garbage
// collector.
func (b *Backend) Release(v any) {
	if f, ok := v.(*buffer); ok {
		b.free = append(b.free, f)
	}
}

func (b *Backend) Write(dst backend.Buffer, chw []float32) {
	backend.CheckCopy(chw, dst.Shape())
	if c, ok := dst.(*compact); ok {
		c.write(chw)
		return
	}
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
	if c, ok := src.(*compact); ok {
		c.read(dst)
		return ctx.Err()
	}
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
