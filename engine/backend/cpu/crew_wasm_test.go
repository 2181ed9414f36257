//go:build goexperiment.simd && !purego && wasm && wasmkernels

package cpu

import (
	"flag"
	"slices"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/ref"
)

var helpers = flag.Int("helpers", 0, "how many helpers there must be")

// crewed returns a back end with a crew: the helpers there are, or it alone, which plays
// what it recorded.
func crewed(k *kernel) *Backend {
	b := newBackend(k, 1)
	if b.crew == nil {
		b.crew = &crew{control: new(control)}
		b.scratch = append(b.scratch, scratch{})
	}
	return b
}

// TestCrew: a crew does what this thread does alone, to the bit, at sizes of a piece and of
// several lists, and helpers do their share.
func TestCrew(t *testing.T) {
	k := bestKernel()
	if n := newBackend(k, 1).crew.size(); n != *helpers {
		t.Fatalf("there are %d helpers, want %d", n, *helpers)
	}
	for _, s := range []backend.Shape{{C: 3, H: 8, W: 8}, {C: 40, H: 61, W: 83}, {C: 16, H: 160, W: 160}, {C: 8, H: 17, W: 23}, {C: 64, H: 20, W: 200}} {
		alone := newBackend(k, 1)
		alone.crew = nil
		want := backendtest.Everything(alone, s)
		for range 3 {
			if !slices.Equal(backendtest.Everything(crewed(k), s), want) {
				t.Errorf("a crew gives other bits at %v", s)
			}
		}
	}
	if n := crewed(k).crew.control.helped[0]; (n > 0) != (*helpers > 0) {
		t.Errorf("helpers did %d pieces", n)
	}
}

// copying copies a row for each piece, and panics at one.
type copying struct {
	k        *kernel
	from, to []float32
	at       int
}

func (c *copying) do(_, piece int) {
	if piece == c.at {
		panic("halt")
	}
	c.k.runs.copyRows(c.to[8*piece:], 8, c.from[8*piece:], 8, 8, 1)
}

// After a task that panics what was recorded before is done, nobody works on it any more, and the
// next one is whole.
func TestCrewTaskThatPanics(t *testing.T) {
	k := bestKernel()
	b := crewed(k)
	const pieces = 50
	from := make([]float32, 8*pieces)
	for i := range from {
		from[i] = float32(i + 1)
	}
	for at := range pieces + 1 { // the last is none
		c := &copying{k, from, make([]float32, len(from)), at}
		func() {
			defer func() { _ = recover() }()
			b.crew.share(b, pieces, c)
		}()
		if done := 8 * at; !slices.Equal(c.to[:min(done, len(from))], from[:min(done, len(from))]) || recording != nil {
			t.Fatalf("of a task that ends at piece %d not all before is done, or it still records", at)
		}
	}
}

func TestCrewAgainstRef(t *testing.T) {
	backendtest.Compare(t, crewed(bestKernel()), backendtest.NewReference(ref.New()), 2e-5)
}
