//go:build goexperiment.simd && !purego && wasm && wasmkernels

package cpu

import (
	"math/bits"
	"slices"
	"unsafe"
)

// A crew is the browser's other workers, helpers that run nothing but the module of
// kernels, on this program's memory, which is shared with them. Go's own code cannot run
// there. So this thread records the calls of kernels that the pieces of a task make, helpers
// take pieces as soon as those are recorded, and so does this thread at last. Their choice never
// changes a result.
//
// Pieces keep their scratch in an arena, and pieces of one thread use it after each other.
// Each worker has an arena; records have addresses in the first.
type crew struct {
	helpers int
	control *control
	list    recorder
}

// control is what workers tell each other by. Pieces are numbered from the program's start on, so
// a worker that comes late never takes one for another. The module, which gen/wasmcrew.go writes,
// knows where each word is: those that several write have a line of the cache for themselves.
type control struct {
	recorded [16]int32 // pieces that may be taken, ever; grows when there is work
	taken    [16]int32 // pieces, ever
	finished [16]int32 // pieces, ever
	_        [16]int32
	base     int32 // the number of the list's first piece
	records  int32 // where they are
	starts   int32 // where the first record of each piece is counted
	broken   int32 // set by a helper that cannot go on
	arena    int32 // bytes from a worker's arena to the next's
	_        [11]int32
	helped   [16]int32 // pieces that helpers did, ever
}

// crewRecords is about how many calls are recorded at a time.
const crewRecords = 1 << 14

//go:wasmimport kernels crew
//go:noescape
func wasmCrew(control unsafe.Pointer) int32

//go:wasmimport kernels offer
//go:noescape
func wasmOffer(control unsafe.Pointer, recorded int32)

//go:wasmimport kernels share
//go:noescape
func wasmShare(control unsafe.Pointer, recorded int32) int32

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
	for from := 0; from < n; {
		from = c.part(b, from, n, t)
	}
}

// part does as many pieces as a list holds, and returns the next.
func (c *crew) part(b *Backend, from, n int, t task) int {
	c.begin()
	recording = &c.list
	defer func() { // also if a piece panics: whoever catches that finds nobody at work
		recording = nil
		c.finish()
	}()
	for ; from < n && c.list.hasRoom(); from++ {
		b.scratch[crewScratch] = scratch{}
		t.do(crewScratch, from)
		if c.list.arena.tooSmall() {
			break // this piece once more, with a larger one
		}
		c.list.begin()
		if c.control.taken[0] == c.control.recorded[0] { // they wait for more
			wasmOffer(unsafe.Pointer(c.control), c.recorded())
		}
	}
	return from
}

// begin begins a list, when nobody is at work.
func (c *crew) begin() {
	c.list.reset(c.helpers + 1)
	c.control.base = c.control.recorded[0]
	c.control.starts = addr(c.list.starts)
	c.control.arena = int32(4 * c.list.arena.size)
}

// recorded returns how many pieces were recorded, ever, and says where their records are.
func (c *crew) recorded() int32 {
	c.control.records = addr(c.list.records)
	return c.control.base + int32(len(c.list.starts)-1)
}

// finish has the list's pieces finished by all.
func (c *crew) finish() {
	if wasmShare(unsafe.Pointer(c.control), c.recorded()) != 0 {
		panic("cpu: a helper broke")
	}
}

// A recorder keeps a list of calls, piece by piece. The task and the arena hold the
// memory that they work on.
type recorder struct {
	records []record
	before  [][]record // records where they were before there were so many: others may be reading them
	starts  []int32
	arena   arena
}

func (l *recorder) reset(workers int) {
	if l.starts == nil {
		l.starts = make([]int32, 0, crewRecords+1)
	}
	clear(l.before)
	l.records, l.before, l.starts = l.records[:0], l.before[:0], l.starts[:0]
	l.arena.enlarge(workers)
	l.begin()
}

// hasRoom says whether another piece may be recorded: starts never move.
func (l *recorder) hasRoom() bool {
	return len(l.records) < crewRecords && len(l.starts) < cap(l.starts)
}

// begin says that what follows is of the next piece.
func (l *recorder) begin() {
	l.starts = append(l.starts, int32(len(l.records)))
	l.arena.used = 0
}

// add records a call. Which of its parameters are addresses in the arena stands above
// the kernel's number.
func (l *recorder) add(kernel int32, p *params) {
	if len(l.records) == cap(l.records) {
		l.before = append(l.before, l.records)
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

// tooSmall says whether a piece wanted more than there is.
func (a *arena) tooSmall() bool { return a.want > a.size }

// enlarge gives every worker what the largest piece wanted.
func (a *arena) enlarge(workers int) {
	if a.tooSmall() {
		a.size = a.want
		a.floats = make([]float32, workers*a.size)
	}
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
