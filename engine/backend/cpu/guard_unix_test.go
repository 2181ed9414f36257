//go:build linux || darwin

package cpu

import (
	"syscall"
	"unsafe"
)

// mapped is what guarded has taken.
var mapped [][]byte

// unguard gives back what guarded has taken: a process has a bounded number of mappings.
func unguard() {
	for _, mem := range mapped {
		if err := syscall.Munmap(mem); err != nil {
			panic(err)
		}
	}
	mapped = nil
}

// guarded returns a slice of n elements behind whose last one lies a page that cannot
// be read or written. It is given back by unguard.
func guarded[T any](n int) []T {
	var zero T
	size, page := n*int(unsafe.Sizeof(zero)), syscall.Getpagesize()
	room := (size + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, room+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	if err := syscall.Mprotect(mem[room:], syscall.PROT_NONE); err != nil {
		panic(err)
	}
	mapped = append(mapped, mem)
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(mem[room-size:room]))), n)[:n:n]
}

// intact says whether nothing was written behind a slice: here that would have ended
// the program.
func intact() bool { return true }
