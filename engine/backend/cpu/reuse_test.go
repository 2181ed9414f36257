package cpu

import (
	"testing"

	"trappedinart/engine/backend"
)

// Maps are made anew in the memory of those that are free, but a small one does not keep a large
// one's, and what is free goes where a large one finds nothing of about its size.
func TestReuse(t *testing.T) {
	const million = 1 << 20
	floats := func(n int) backend.Shape { return backend.Shape{C: 4, H: n / 4 / 1024, W: 1024} }
	for name, c := range map[string]struct {
		free, want int  // numbers
		reused     bool // the free one is in use then
		kept       bool // or still free
	}{
		"the same":                {8 * million, 8 * million, true, false},
		"about as large":          {12 * million, 8 * million, true, false},
		"smaller than is free":    {32 * million, 8 * million, false, false},
		"larger than is free":     {8 * million, 12 * million, false, false},
		"small, of what is large": {32 * million, million, false, true},
		"small":                   {million, million / 2, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := New(1)
			first := b.New(floats(c.free))
			memory := &first.(*buffer).d[0]
			first.(*buffer).d[0] = 3
			b.Release(first)
			got := b.New(floats(c.want)).(*buffer)
			if len(got.d) != c.want || (&got.d[0] == memory) != c.reused || got.d[0] != 0 || (len(b.free) == 1) != c.kept {
				t.Errorf("%d numbers, the first %v, in the free memory: %v; %d are free", len(got.d), got.d[0], &got.d[0] == memory, len(b.free))
			}
		})
	}
}
