package webgpu

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"

	"trappedinart/engine/backend"
)

// memory is a buffer of the device.
type memory struct {
	buffer
	id     uint32
	bytes  int
	groups []bound // that it is bound in
	// dirty says that what is in it must be cleared before a command sees it: not every
	// driver gives clean memory.
	dirty bool
	batch int // of commands that it was last in: what is handed over is none of its business
}

// memory makes a buffer, or returns nil if there is no room.
func (b *Backend) memory(label string, bytes int, use usage) *memory {
	if b.Err() != nil {
		return nil
	}
	bytes = roundUp(max(bytes, 16), 16)
	if int64(bytes) > b.gpu.largest() {
		b.fail(fmt.Errorf("%s would take %d MiB in one piece, and this GPU takes %d at most", label, bytes>>20, b.gpu.largest()>>20))
		return nil
	}
	made, err := b.gpu.buffer(label, bytes, use)
	if err != nil {
		b.fail(fmt.Errorf("no room for %s of %d MiB: %w", label, bytes>>20, err))
		return nil
	}
	b.next++
	b.counts.Made++
	b.counts.Bytes += int64(bytes)
	m := &memory{buffer: made, id: b.next, bytes: bytes, dirty: use == storage, batch: -1}
	b.live[m.id] = m
	return m
}

// release gives memory back, once what was recorded is handed over.
func (b *Backend) release(m *memory) {
	if m == nil || m.buffer == nil || b.closed {
		return
	}
	if m.batch == b.counts.Submits {
		b.flush()
	}
	for _, key := range m.groups {
		if g := b.groups[key]; g != nil {
			g.release()
			delete(b.groups, key)
		}
	}
	m.buffer.release()
	m.buffer, m.groups = nil, nil
	delete(b.live, m.id)
	b.counts.Bytes -= int64(m.bytes)
}

// bury gives the memory of vectors back that nobody has any more. It is called where no
// command is being recorded: one may be of a vector that is garbage as soon as it is.
func (b *Backend) bury() {
	b.mu.Lock()
	dead := b.dead
	b.dead = nil
	b.mu.Unlock()
	for _, m := range dead {
		b.release(m)
	}
}

// own sees that m goes when owner is garbage: who holds vectors need not release them.
func own[T any](b *Backend, owner *T, m *memory) {
	if m == nil {
		return
	}
	runtime.AddCleanup(owner, func(m *memory) {
		b.mu.Lock()
		b.dead = append(b.dead, m)
		b.mu.Unlock()
	}, m)
}

// A feature is a feature map: four channels together, [C/4, H, W, 4]. The padding of the
// last four is always 0.
type feature struct {
	shape backend.Shape
	*memory
}

func (f *feature) Shape() backend.Shape { return f.shape }
func (f *feature) Len() int             { return f.shape.Len() }

// quads returns the number of vectors of four channels.
func quads(s backend.Shape) int { return fours(s.C) * s.H * s.W }

// fours returns how many fours hold n.
func fours(n int) int { return (n + 3) / 4 }

func roundUp(n, to int) int { return (n + to - 1) / to * to }

// sums are n sums, each as two floats whose sum it is: n heads, and after them n tails.
type sums struct {
	n int
	*memory
}

func (s *sums) Len() int { return s.n }
func (*sums) AreSums()   {}

// signs is a mask. It is made when it is first written, as only then it is known of what
// kind it is.
type signs struct {
	shape backend.Shape
	*memory
}

func (s *signs) MemoOf() backend.Shape { return s.shape }

// rowWords is how many words hold the positive bits of a row of places: each has those of
// 8 places and 4 channels.
func rowWords(w int) int { return (w + 7) / 8 }

func (b *Backend) signs(m backend.Memo, words int) *memory {
	s := m.(*signs)
	if s.memory == nil || s.bytes < 4*words {
		b.release(s.memory)
		s.memory = b.memory("a mask", 4*words, storage)
		own(b, s, s.memory)
	}
	return s.memory
}

// LargestMap is what a buffer may be bound with: 128 MiB in WebGPU, and more on most GPUs.
func (b *Backend) LargestMap() int64 { return b.gpu.largest() }

func (b *Backend) New(s backend.Shape) backend.Buffer {
	backend.CheckNew(s)
	b.bury()
	f := &feature{s, b.memory("a feature map", 16*quads(s), storage)}
	own(b, f, f.memory)
	return f
}

// NewShared gives each map a piece of memory that no other has while it is in use, the
// largest first. Pieces are whole buffers, as one that is read may not be written by the
// same command.
func (b *Backend) NewShared(uses []backend.Use) ([]backend.Buffer, any) {
	b.bury()
	order := make([]int, len(uses))
	for i := range order {
		backend.CheckNew(uses[i].Shape)
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return quads(uses[j].Shape) - quads(uses[i].Shape) })
	maps := make([]backend.Buffer, len(uses))
	pieces := &shared{}
	for _, i := range order {
		at := slices.IndexFunc(pieces.uses, func(list []backend.Use) bool {
			return !slices.ContainsFunc(list, func(u backend.Use) bool { return u.From <= uses[i].To && uses[i].From <= u.To })
		})
		if at < 0 {
			at = len(pieces.uses)
			m := b.memory("feature maps", 16*quads(uses[i].Shape), storage)
			own(b, pieces, m)
			pieces.memory, pieces.uses = append(pieces.memory, m), append(pieces.uses, nil)
		}
		pieces.uses[at] = append(pieces.uses[at], uses[i])
		maps[i] = &part{feature{uses[i].Shape, pieces.memory[at]}, pieces}
	}
	return maps, pieces
}

// shared is memory of several maps.
type shared struct {
	memory []*memory
	uses   [][]backend.Use
}

// A part is a map in memory that others have too. It keeps that alive.
type part struct {
	feature
	of *shared
}

func (b *Backend) NewMemo(s backend.Shape) backend.Memo {
	backend.CheckNew(s)
	return &signs{shape: s}
}

func (b *Backend) NewSums(n int) backend.Sums {
	b.bury()
	s := &sums{n, b.memory("sums", 8*n, storage)}
	own(b, s, s.memory)
	return s
}

func (b *Backend) Release(v any) {
	switch v := v.(type) {
	case *feature:
		b.release(v.memory)
	case *sums:
		b.release(v.memory)
	case *signs:
		b.release(v.memory)
	case *shared:
		for _, m := range v.memory {
			b.release(m)
		}
	}
}

// of returns the memory of a map.
func of(f backend.Buffer) *memory {
	if p, ok := f.(*part); ok {
		return p.memory
	}
	return f.(*feature).memory
}

func (b *Backend) Write(dst backend.Buffer, chw []float32) {
	backend.CheckCopy(chw, dst.Shape())
	if len(chw) == 0 {
		return
	}
	s := dst.Shape()
	places := s.H * s.W
	bytes := make([]byte, 16*quads(s))
	for c := range s.C {
		at := bytes[16*(c/4)*places+4*(c%4):]
		for p, v := range chw[c*places:][:places] {
			put(at[16*p:], math.Float32bits(v))
		}
	}
	b.write(of(dst), bytes)
}

// write fills m, after all that was recorded of it.
func (b *Backend) write(m *memory, bytes []byte) {
	if m == nil || len(bytes) == 0 {
		return
	}
	if m.batch == b.counts.Submits {
		b.flush()
	}
	m.dirty = false
	if b.lost == nil {
		b.fail(b.gpu.write(m.buffer, 0, bytes))
	}
}

func (b *Backend) Read(ctx context.Context, dst []float32, src backend.Buffer) error {
	backend.CheckCopy(dst, src.Shape())
	b.bury()
	if len(dst) == 0 {
		return b.Err()
	}
	s := src.Shape()
	bytes, err := b.fetch(ctx, of(src), 16*quads(s))
	if err != nil {
		return err
	}
	places := s.H * s.W
	for c := range s.C {
		at := bytes[16*(c/4)*places+4*(c%4):]
		to := dst[c*places:][:places]
		for p := range to {
			to[p] = math.Float32frombits(binary.LittleEndian.Uint32(at[16*p:]))
		}
	}
	return nil
}

func (b *Backend) WriteSums(s backend.Sums, values []float64) {
	backend.CheckWriteSums(s, values)
	bytes := make([]byte, 8*len(values))
	for i, v := range values {
		head, tail := halves(v)
		put(bytes[4*i:], math.Float32bits(head))
		put(bytes[4*(len(values)+i):], math.Float32bits(tail))
	}
	b.write(s.(*sums).memory, bytes)
}

func (b *Backend) ReadSums(ctx context.Context, dst []float64, s backend.Sums) error {
	backend.CheckWriteSums(s, dst)
	b.bury()
	n := len(dst)
	if n == 0 {
		return b.Err()
	}
	bytes, err := b.fetch(ctx, s.(*sums).memory, 8*n)
	if err != nil {
		return err
	}
	float := func(i int) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))) }
	for i := range dst {
		dst[i] = float(i) + float(n+i)
	}
	return nil
}

// halves returns the float nearest to v, and that nearest to what it lacks.
func halves(v float64) (head, tail float32) {
	head = float32(v)
	return head, float32(v - float64(head))
}

func put(to []byte, v uint32) { binary.LittleEndian.PutUint32(to, v) }

// u and f bring parameters to the words that they are handed over in.
func u(v int) uint32     { return uint32(v) }
func f(v float64) uint32 { return math.Float32bits(float32(v)) }

// twice hands over a number as a head and a tail.
func twice(v float64) (uint32, uint32) {
	head, tail := halves(v)
	return math.Float32bits(head), math.Float32bits(tail)
}
