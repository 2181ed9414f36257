package webgpu

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"trappedinart/engine/backend"
)

// Backend computes on a GPU. It records what is asked for, and hands it over in one
// command buffer when somebody waits for numbers: an iteration of L-BFGS or Adam is one.
type Backend struct {
	gpu      gpu
	lost     error // the first failure; nothing is computed after it
	kernels  map[kernel]*made
	groups   map[bound]group
	commands []command
	params   []byte  // slots of parameters, as they will be written
	arena    *memory // where to
	used     int     // slots since somebody waited, which the device may still read
	written  int     // slots that are written
	next     uint32  // id of memory
	live     map[uint32]*memory
	working
	transform bool // whether convolutions go through Winograd's transforms
	counts    Counts
	closed    bool

	mu   sync.Mutex
	dead []*memory // of vectors that nobody has any more
}

// working is memory that is there for every operation.
type working struct {
	partial  *memory // of sums: what workgroups have summed
	results  *memory // of Dots
	staging  *memory // to read back through
	scratch  *memory // of Winograd's transforms, before
	products *memory // and after the product
	host     []byte
	copies   []copying
}

var _ backend.Backend = (*Backend)(nil)

// Counts are of what was asked of the device since it was opened.
type Counts struct {
	Submits, Waits, Commands int
	// Made are buffers, groups of bindings and pipelines that were made.
	Made int
	// Bytes are those of all buffers that there are.
	Bytes int64
}

const (
	slotBytes = 256 // of a command's parameters: offsets must be multiples of it
	slots     = 2048
	wide      = 256   // invocations of a workgroup
	across    = 32768 // workgroups in one direction, at most 65535
)

func newBackend(g gpu) *Backend {
	b := &Backend{gpu: g, kernels: map[kernel]*made{}, groups: map[bound]group{}, live: map[uint32]*memory{}, params: make([]byte, slots*slotBytes)}
	b.arena = b.memory("parameters", slots*slotBytes, uniform)
	return b
}

func (b *Backend) Name() string { return "webgpu" }

// Info says what computes.
func (b *Backend) Info() Info { return b.gpu.info() }

// Device says in words what computes.
func (b *Backend) Device() string {
	info := b.Info()
	if info.Software {
		return fmt.Sprintf("a program in place of a graphics card (%s)", info.Name)
	}
	return fmt.Sprintf("this computer's graphics card (%s)", info.Name)
}

// Counts returns what was asked of the device so far.
func (b *Backend) Counts() Counts { return b.counts }

// Close gives the device back, with all memory. What is asked for afterwards fails with
// backend.ErrLost.
func (b *Backend) Close() {
	b.fail(errors.New("it was closed"))
	for _, m := range b.live {
		b.release(m)
	}
	b.closed = true
	b.gpu.close()
}

// Err returns why nothing is computed any more, or nil.
func (b *Backend) Err() error {
	if b.lost == nil {
		if err := b.gpu.check(); err != nil {
			b.fail(err)
		}
	}
	return b.lost
}

// stopped is a backend.ErrLost that says only why.
type stopped struct{ why error }

func (s stopped) Error() string   { return s.why.Error() }
func (s stopped) Unwrap() []error { return []error{backend.ErrLost, s.why} }

func (b *Backend) fail(err error) {
	if b.lost == nil && err != nil {
		b.lost = stopped{err}
		b.commands = b.commands[:0]
	}
}

// A kernel is a file of wgsl with what is asked for, and what the tile of it asks for.
type kernel struct{ file, asked, tile string }

// made is a pipeline.
type made struct {
	pipeline
	id uint32
}

func (b *Backend) made(k kernel) *made {
	if m := b.kernels[k]; m != nil {
		return m
	}
	s, err := newShader(k.file, strings.Fields(k.asked+" "+k.tile)...)
	var p pipeline
	if err == nil {
		p, err = b.gpu.pipeline(s)
	}
	if err != nil {
		b.fail(err)
		return nil
	}
	b.counts.Made++
	m := &made{p, uint32(len(b.kernels))}
	b.kernels[k] = m
	return m
}

// bound says which memories are bound to which pipeline.
type bound struct {
	kernel uint32
	memory [6]uint32
}

// workgroups of a command.
type workgroups struct{ x, y, z int }

// linear is enough workgroups for n invocations.
func linear(n int) workgroups {
	groups := (n + wide - 1) / wide
	return spread(groups)
}

// spread lays so many workgroups out in two directions; of the last row some may be too
// many.
func spread(groups int) workgroups {
	return workgroups{min(groups, across), (groups + across - 1) / across, 1}
}

// run records a command. params are those that the kernel declares, in their order.
func (b *Backend) run(k kernel, n workgroups, params []uint32, memories ...*memory) {
	if b.used+1+len(memories) > slots { // all may be read yet; memories may need clearing
		b.wait()
	}
	if b.lost != nil || n.x == 0 || n.y == 0 || n.z == 0 {
		return
	}
	m := b.made(k)
	if m == nil {
		return
	}
	for _, mem := range memories {
		b.clean(mem)
	}
	g := b.group(m, memories)
	if g == nil {
		return
	}
	at := b.used * slotBytes
	for i, v := range params {
		put(b.params[at+4*i:], v)
	}
	b.used++
	for _, mem := range memories {
		mem.batch = b.counts.Submits
	}
	b.commands = append(b.commands, command{m.pipeline, g, uint32(at), uint32(n.x), uint32(n.y), uint32(n.z)})
	b.counts.Commands++
}

// clean clears what was never written.
func (b *Backend) clean(m *memory) {
	if m != nil && m.dirty {
		m.dirty = false
		b.run(kernel{file: "clear"}, linear(m.bytes/16), []uint32{u(m.bytes / 16)}, m)
	}
}

func (b *Backend) group(m *made, memories []*memory) group {
	key := bound{kernel: m.id}
	for i, mem := range memories {
		if mem == nil { // there was no room for it
			return nil
		}
		key.memory[i] = mem.id
	}
	if g := b.groups[key]; g != nil {
		return g
	}
	list := make([]buffer, len(memories))
	for i, mem := range memories {
		list[i] = mem.buffer
		mem.groups = append(mem.groups, key)
	}
	g, err := b.gpu.group(m.pipeline, b.arena.buffer, list)
	if err != nil {
		b.fail(err)
		return nil
	}
	b.counts.Made++
	b.groups[key] = g
	return g
}

// flush hands over what was recorded, and then copies.
func (b *Backend) flush(copies ...copying) {
	if b.Err() != nil || len(b.commands) == 0 && len(copies) == 0 {
		return
	}
	if b.written < b.used {
		b.fail(b.gpu.write(b.arena.buffer, b.written*slotBytes, b.params[b.written*slotBytes:b.used*slotBytes]))
		b.written = b.used
	}
	if b.lost == nil {
		b.fail(b.gpu.submit(b.commands, copies))
	}
	b.commands = b.commands[:0]
	b.counts.Submits++
}

// wait returns when the device is done with everything.
func (b *Backend) wait() {
	_, _ = b.fetch(context.Background(), b.reserve(&b.results, "results", 16), 4) // it remembers its failure
}

// reserve returns working memory of at least so many bytes.
func (b *Backend) reserve(m **memory, label string, bytes int) *memory {
	if *m == nil || (*m).bytes < bytes {
		b.release(*m)
		*m = b.memory(label, bytes, storage)
	}
	return *m
}

// fetch copies the first bytes of m to the host, once all that was recorded is done. They
// are valid until the next fetch.
func (b *Backend) fetch(ctx context.Context, m *memory, bytes int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if m != nil && b.Err() == nil && (b.staging == nil || b.staging.bytes < bytes) {
		b.release(b.staging)
		b.staging = b.memory("staging", roundUp(bytes, 4096), readable)
	}
	if cap(b.host) < bytes {
		b.host = make([]byte, bytes)
	}
	b.host = b.host[:bytes]
	b.clean(m)
	if b.lost == nil {
		b.copies = append(b.copies[:0], copying{b.staging.buffer, m.buffer, bytes})
		b.flush(b.copies...)
	}
	if b.lost == nil {
		b.counts.Waits++
		b.fail(b.gpu.read(ctx, b.host, b.staging.buffer))
		b.used, b.written = 0, 0
	}
	return b.host, b.Err()
}
