package cpu

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
