package main

// These functions let several Web Workers share out lists of calls of kernels, on shared memory.
// ../crew_wasm.go has the other side, and says how the words of control are used.

// Words of control, in bytes: each that is written by several has a line of the cache.
const (
	ctlRecorded = 0
	ctlTaken    = 64
	ctlFinished = 128
	ctlBase     = 256
	ctlRecords  = 260
	ctlStarts   = 264
	ctlBroken   = 268
	ctlArena    = 272
	ctlHelped   = 320
)

const (
	recordBytes = 64 // of a record: which kernel, and its parameters
	// spins is how long a helper looks for work before it sleeps: about 0.1 ms, of
	// which waking takes half.
	spins = 40000
)

// crew adds play, work, serve, offer and share, which know the given kernels by their numbers.
func (m *module) crew(kernels []*fn) {
	play := m.play(kernels)
	work := m.work(play)
	m.serve(work)
	m.share(m.offer(), work)
}

// play: record, records, offset. Calls kernels that return nothing as the records say. A record's first word
// has the number of the kernel in its lowest byte, and above a bit for each parameter to
// which the offset is added.
func (m *module) play(kernels []*fn) *fn {
	f, p := m.fn("play", 3)
	record, offset := p[0], p[2]
	f.loop(p[1], 1, func() {
		head := f.word(record, 0)
		n := uint32(len(kernels))
		f.raw(0x02, 0x40) // block, and in it one for each kernel, which ends where its call is
		for range kernels {
			f.raw(0x02, 0x40)
		}
		f.get(head)
		f.number(0xff)
		f.raw(0x71, 0x0e) // br_table
		f.raw(uleb(n)...)
		for i := range n + 1 {
			f.raw(uleb(i)...)
		}
		for i, k := range kernels {
			f.raw(0x0b)
			if len(k.results) == 0 {
				for j := range k.params {
					f.wordAt(record, 4+4*j)
					f.get(head)
					f.number(int32(8 + j))
					f.raw(0x76, 0x41, 0x01, 0x71) // its bit
					f.get(offset)
					f.raw(0x6c, 0x6a)
				}
				f.raw(append([]byte{0x10}, uleb(uint32(i))...)...)
			}
			f.raw(append([]byte{0x0c}, uleb(n-1-uint32(i))...)...) // done
		}
		f.raw(0x0b)
		f.stepBy(record, recordBytes)
	})
	return f
}

// work: control, worker. Takes the pieces that are recorded, one after the other, until there are no more.
// A piece is taken by its number, of which there is no other: so a late worker, perhaps between two
// lists, gets a piece of the current list or none, and nobody waits for a worker without a piece.
// The other words are read after a piece is taken, as they stay until it is done.
func (m *module) work(play *fn) *fn {
	f, p := m.fn("work", 2)
	control, worker := p[0], p[1]
	f.raw(0x02, 0x40, 0x03, 0x40) // block, loop
	f.atomicLoad(control, ctlTaken)
	taken := f.result(i32)
	f.atomicLoad(control, ctlRecorded)
	f.get(taken)
	f.raw(0x6b)
	f.number(0)
	f.raw(0x4c, 0x0d, 0x01) // leave if none is left
	f.get(control)
	f.get(taken)
	f.get(taken)
	f.number(1)
	f.raw(0x6a)
	f.atomic(0x48, ctlTaken) // the next, if it is still the same
	f.get(taken)
	f.raw(0x47, 0x0d, 0x00) // again if another took it
	f.get(worker)
	f.get(f.word(control, ctlArena))
	f.raw(0x6c)
	offset := f.result(i32)
	f.get(taken)
	f.get(f.word(control, ctlBase))
	f.raw(0x6b)
	at := f.result(i32)
	begin := f.sum(f.word(control, ctlStarts), f.times(at, 4)) // where it begins, and then the next
	first, last := f.word(begin, 0), f.word(begin, 4)
	records := f.sum(f.word(control, ctlRecords), f.times(first, recordBytes))
	f.get(last)
	f.get(first)
	f.raw(0x6b)
	f.call(play, records, f.result(i32), offset)
	f.choose(worker, func() { f.atomicAdd(control, ctlHelped, 1) })
	f.atomicAdd(control, ctlFinished, 1)
	f.raw(0x0c, 0x00, 0x0b, 0x0b)
	return f
}

// serve: control, worker. Helps whenever there is work, for ever.
func (m *module) serve(work *fn) {
	f, p := m.fn("serve", 2)
	control := p[0]
	seen, left := f.local(i32), f.local(i32)
	f.raw(0x03, 0x40) // loop
	f.number(spins)
	f.set(left)
	f.raw(0x02, 0x40, 0x03, 0x40) // block, loop
	f.atomicLoad(control, ctlRecorded)
	f.get(seen)
	f.raw(0x47, 0x0d, 0x01) // leave if there is something new
	f.stepBy(left, -1)
	f.get(left)
	f.raw(0x0d, 0x00) // again
	f.get(control)
	f.get(seen)
	f.raw(0x42, 0x7f)                // without end
	f.raw(0xfe, 0x01, 2, 0)          // sleep while it is what was seen
	f.raw(0x1a, 0x0c, 0, 0x0b, 0x0b) // and look
	f.atomicLoad(control, ctlRecorded)
	f.set(seen)
	f.call(work, control, p[1])
	f.raw(0x0c, 0x00, 0x0b)
}

// offer: control, recorded. Lets others take what is recorded by now, and wakes them.
func (m *module) offer() *fn {
	f, p := m.fn("offer", 2)
	f.atomicStore(p[0], ctlRecorded, p[1])
	f.get(p[0])
	f.number(-1)
	f.raw(0xfe, 0x00, 2, 0, 0x1a)
	return f
}

// share: control, recorded. Offers what is recorded, takes part, and returns when all pieces
// are done: 0, or 1 if a helper broke.
func (m *module) share(offer, work *fn) {
	f, p := m.fn("share", 2, i32)
	control := p[0]
	f.call(offer, control, p[1])
	f.call(work, control, f.count(0))
	f.await(func() {
		f.atomicLoad(control, ctlFinished)
		f.get(p[1])
	}, control)
	f.number(0)
}

// await looks until both numbers that are pushed are equal, or returns 1 if a helper
// broke.
func (f *fn) await(push func(), control val) {
	f.raw(0x02, 0x40, 0x03, 0x40)
	push()
	f.raw(0x46, 0x0d, 0x01)
	f.atomicLoad(control, ctlBroken)
	f.raw(0x04, 0x40, 0x41, 0x01, 0x0f, 0x0b)
	f.raw(0x0c, 0x00, 0x0b, 0x0b)
}

// Words of memory.

func (f *fn) wordAt(at val, off int) {
	f.get(at)
	f.raw(0x28, 2)
	f.raw(uleb(uint32(off))...)
}

func (f *fn) word(at val, off int) val {
	f.wordAt(at, off)
	return f.result(i32)
}

func (f *fn) atomic(op byte, off int) {
	f.raw(0xfe, op, 2)
	f.raw(uleb(uint32(off))...)
}

func (f *fn) atomicLoad(at val, off int) {
	f.get(at)
	f.atomic(0x10, off)
}

func (f *fn) atomicStore(at val, off int, v val) {
	f.get(at)
	f.get(v)
	f.atomic(0x17, off)
}

// atomicAdd returns what was there before.
func (f *fn) atomicAdd(at val, off int, n int32) val {
	f.get(at)
	f.number(n)
	f.atomic(0x1e, off)
	return f.result(i32)
}

// call calls a function without a result.
func (f *fn) call(k *fn, params ...val) {
	for _, p := range params {
		f.get(p)
	}
	for i, other := range f.m.fns {
		if other == k {
			f.raw(append([]byte{0x10}, uleb(uint32(i))...)...)
		}
	}
}

// count is a number that can be counted down.
func (f *fn) count(n int32) val {
	f.number(n)
	return f.result(i32)
}
