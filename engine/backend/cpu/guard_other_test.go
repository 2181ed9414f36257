//go:build !(linux || darwin)

package cpu

import "unsafe"

// canaries lie behind what guarded returned.
var canaries [][]byte

// guarded returns a slice of n elements with a canary behind the last, as this system
// has no pages to guard it with.
func guarded[T any](n int) []T {
	s := make([]T, n+64)
	canary := unsafe.Slice((*byte)(unsafe.Pointer(&s[n])), 64)
	for i := range canary {
		canary[i] = 0xa5
	}
	canaries = append(canaries, canary)
	return s[:n:n]
}

// intact says whether nothing was written behind a slice.
func intact() bool {
	for _, canary := range canaries {
		for _, b := range canary {
			if b != 0xa5 {
				return false
			}
		}
	}
	canaries = nil
	return true
}

// unguard has nothing to give back.
func unguard() {}
