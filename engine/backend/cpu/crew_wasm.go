//go:build goexperiment.simd && !purego && wasm && wasmkernels

package cpu

import (
	"math/bits"
	"slices"
	"unsafe"
)

// A crew is the browser's other workers, helpers that run nothing but the module of
// kernels, on this program's memory, which is shared with them. Go's own code cannot run
// there. So the calls of kernels that the pieces of a task make are recorded first, and
// then every free worker, and this thread too, takes a piece and makes its calls. Their
// choice never changes a result.
//
// Pieces keep their scratch in an arena, and pieces of one thread use it after each other.
// Each worker has an arena; records have addresses in the first.
type crew struct {
	helpers int
	control *control
	list    recorder
}

// control is what workers tell each other by. The module, which gen/wasmcrew.go writes,
// knows where each word is: those that several write have a line of the cache for
// themselves.
type control struct {
	generation [16]int32 // grows when there is work
	left       [16]int32 // pieces to be taken, the last first
	finished   [16]int32 // pieces
	_          [16]int32
	pieces     int32
	records    int32 // where they are
	starts     int32 // where the first record of each piece is counted
	broken     int32 // set by a helper that cannot go on
	arena      int32 // bytes from a worker's arena to the next's
	_          [11]int32
	helped     [16]int32 // pieces that helpers did, ever
}

// crewRecords is about how many calls are recorded at a time.
const crewRecords = 1 << 14

//go:wasmimport kernels crew
//go:noescape
func wasmCrew(control unsafe.Pointer) int32

//go:wasmimport kernels share
//go:noescape
func wasmShare(control unsafe.Pointer) int32

// joined is the one crew of the program: a worker that helps does nothing else.
var joined *crew

// newCrew returns the helpers that whoever started the program has, or nil if there are
// none or the kernels are not the module's.
func newCrew(k *kernel) *crew {
	if k.isa != "wasm" && k.isa != "wasm-relaxed" {
		return nil
	}
	if joined == nil {
		joined = &crew{control: new(control)}
		joined.helpers = int(wasmCrew(unsafe.Pointer(joined.control)))
	}
	if joined.helpers == 0 {
		return nil
	}
	return joined
}

// size returns how many helpers there are.
func (c *crew) size() int {
	if c == nil {
		return 0
	}
	return c.helpers
}

// crewScratch is the index of the scratch that pieces are recorded with.
const crewScratch = 1

// share does pieces 0 to n-1 of a task.
func (c *crew) share(b *Backend, n int, t task) {
	defer func() { recording = nil }() // also of a task that panics
	for from := 0; from < n; {
		c.list.reset()
		recording = &c.list
		to := from
		for ; to < n && len(c.list.records) < crewRecords; to++ {
			c.list.begin()
			b.scratch[crewScratch] = scratch{}
			t.do(crewScratch, to)
		}
		c.list.begin() // where the last one ends
		recording = nil
		if c.list.arena.tooSmall(c.helpers + 1) {
			continue // once more, with a larger one
		}
		c.play()
		from = to
	}
}

// play has the list worked on by all.
func (c *crew) play() {
	c.control.finished[0] = 0
	c.control.pieces = int32(len(c.list.starts) - 1)
	c.control.records, c.control.starts = addr(c.list.records), addr(c.list.starts)
	c.control.arena = int32(4 * c.list.arena.size)
	if wasmShare(unsafe.Pointer(c.control)) != 0 {
		panic("cpu: a helper broke")
	}
}

// A recorder keeps a list of calls, piece by piece. The task and the arena hold the
// memory that they work on.
type recorder struct {
	records []record
	starts  []int32
	arena   arena
}

func (l *recorder) reset() { l.records, l.starts = l.records[:0], l.starts[:0] }

// begin says that what follows is of the next piece.
func (l *recorder) begin() {
	l.starts = append(l.starts, int32(len(l.records)))
	l.arena.used = 0
}

// add records a call. Which of its parameters are addresses in the arena stands above
// the kernel's number.
func (l *recorder) add(kernel int32, p *params) {
	if len(l.records) == cap(l.records) {
		l.records = slices.Grow(l.records, 1024)
	}
	l.records = l.records[:len(l.records)+1]
	r := &l.records[len(l.records)-1]
	r.kernel, r.params = kernel, *p
	first, size := uint32(addr(l.arena.floats)), uint32(4*l.arena.size)
	for addresses := addressesOf[kernel]; addresses != 0; addresses &= addresses - 1 {
		if i := bits.TrailingZeros32(addresses); uint32(p[i])-first < size {
			r.kernel |= 1 << (8 + i)
		}
	}
}

// An arena is scratch of all workers, size floats each.
type arena struct {
	floats     []float32
	size       int
	used, want int // by the piece, and by the largest one
}

// take returns n floats of the first worker's. If there are not so many, they are others,
// and what is recorded must not be played.
func (a *arena) take(n int) []float32 {
	n = (n + 15) &^ 15 // whole lines of the cache
	from := a.used
	a.used += n
	a.want = max(a.want, a.used)
	if a.used > a.size {
		return make([]float32, n)
	}
	return a.floats[from:a.used:a.used]
}

// tooSmall says whether it was so, and is not any more.
func (a *arena) tooSmall(workers int) bool {
	if a.want <= a.size {
		return false
	}
	a.size = a.want
	a.floats = make([]float32, workers*a.size)
	return true
}

func (*scratch) floats(s []float32, n int) []float32 {
	if recording == nil || cap(s) >= n {
		return grow(s, n)
	}
	return recording.arena.take(n)[:n]
}

func (*scratch) bytes(s []uint8, n int) []uint8 {
	if recording == nil || cap(s) >= n {
		return grow(s, n)
	}
	return unsafe.Slice((*uint8)(at(recording.arena.take((n+3)/4))), n)
}
