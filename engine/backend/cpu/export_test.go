package cpu

import "trappedinart/engine/backend"

// ISAs names every kernel that this processor runs.
func ISAs() []string {
	var names []string
	for _, k := range kernels() {
		names = append(names, k.isa)
	}
	return names
}

// NewWithISA is New with the kernel of that name.
func NewWithISA(isa string, threads int) *Backend {
	for _, k := range kernels() {
		if k.isa == isa {
			return newBackend(k, threads)
		}
	}
	panic("cpu: no such kernel here")
}

// Guard makes feature maps end where readable memory does, where the system has such
// a thing.
func (b *Backend) Guard() *Backend {
	b.floats = guarded[float32]
	return b
}

// Unguard gives guarded feature maps back, which must not be used any more.
func Unguard() { unguard() }

// Intact says whether nothing was written behind guarded feature maps.
func Intact() bool { return intact() }

// Memory returns where a feature map lies, as the range of its floats.
func Memory(b backend.Buffer) (first, last *float32) {
	d := b.(*buffer).d
	return &d[0], &d[len(d)-1]
}
