package cpu_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
)

func TestAgainstRef(t *testing.T) {
	want := backendtest.NewReference(ref.New())
	for _, isa := range cpu.ISAs() {
		for _, threads := range []int{1, 3} {
			t.Run(isa, func(t *testing.T) {
				backendtest.Compare(t, cpu.NewWithISA(isa, threads), want, 2e-5)
			})
		}
	}
}

func TestAdjoint(t *testing.T) { backendtest.Adjoint(t, cpu.New(2), 1e-4) }

// TestSizes holds the convolution against ref at every size from 1x1 to 17x23 and at the
// multiples of 16 to 128, maps lying before pages that cannot be touched.
func TestSizes(t *testing.T) {
	want := backendtest.NewReference(ref.New())
	for _, isa := range cpu.ISAs() {
		t.Run(isa, func(t *testing.T) {
			t.Cleanup(cpu.Unguard)
			be := cpu.NewWithISA(isa, 2).Guard()
			check := func(s backend.Shape) {
				if err := backendtest.Convolutions(be, want, s, 2e-5); err != nil {
					t.Errorf("%v: %v", s, err)
				}
			}
			for h := range 17 {
				for w := range 23 {
					check(backend.Shape{C: 16, H: h + 1, W: w + 1})
				}
			}
			for side := 16; side <= 128; side += 16 {
				check(backend.Shape{C: 3, H: side, W: side})
				check(backend.Shape{C: 20, H: side, W: 144 - side})
			}
			if !cpu.Intact() {
				t.Error("something is written behind a feature map")
			}
		})
	}
}

// TestSameBits: neither another run nor another number of threads changes a bit, whichever
// kernels compute. Those in plain Go are also where the race detector sees every access.
func TestSameBits(t *testing.T) {
	s := backend.Shape{C: 40, H: 61, W: 83} // several blocks of tiles, with rests
	numbers := []int{1, 1, 2, 3, 8}
	if testing.Short() { // with the race detector, that takes fifty times as long
		numbers = []int{1, 3}
	}
	for _, isa := range cpu.ISAs() {
		t.Run(isa, func(t *testing.T) {
			var want []float32
			for _, threads := range numbers {
				got := backendtest.Everything(cpu.NewWithISA(isa, threads), s)
				if want == nil {
					want = got
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d threads give other bits", threads)
				}
			}
		})
	}
}

// TestShared: maps in use at the same time never share memory, and together take less
// than each by itself.
func TestShared(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for range 100 {
		uses := make([]backend.Use, 2+random.IntN(20))
		for i := range uses {
			from := random.IntN(20)
			uses[i] = backend.Use{Shape: backend.Shape{C: 1 + random.IntN(20), H: 1 + random.IntN(9), W: 1 + random.IntN(9)}, From: from, To: from + random.IntN(6)}
		}
		maps, _ := cpu.New(1).NewShared(uses)
		for i, u := range uses {
			if maps[i].Shape() != u.Shape {
				t.Fatalf("map %d has shape %v, want %v", i, maps[i].Shape(), u.Shape)
			}
			first, last := cpu.Memory(maps[i])
			for j, v := range uses[:i] {
				first2, last2 := cpu.Memory(maps[j])
				overlap := uintptr(unsafe.Pointer(first)) <= uintptr(unsafe.Pointer(last2)) && uintptr(unsafe.Pointer(first2)) <= uintptr(unsafe.Pointer(last))
				if overlap && u.From <= v.To && v.From <= u.To {
					t.Fatalf("maps %d %+v and %d %+v share memory", i, u, j, v)
				}
			}
		}
	}
	chain := make([]backend.Use, 10)
	for i := range chain {
		chain[i] = backend.Use{Shape: backend.Shape{C: 8, H: 4, W: 4}, From: i, To: i + 1}
	}
	maps, _ := cpu.New(1).NewShared(chain)
	places := map[*float32]bool{}
	for _, m := range maps {
		first, _ := cpu.Memory(m)
		places[first] = true
	}
	if len(places) != 2 {
		t.Errorf("ten maps, of which two are needed at a time, lie in %d places", len(places))
	}
}

func BenchmarkConvolve(b *testing.B) {
	be := cpu.New(1)
	for _, c := range []struct{ c, h, w int }{{16, 256, 256}, {64, 256, 256}, {256, 64, 64}, {512, 32, 32}} {
		b.Run(fmt.Sprint(c), func(b *testing.B) {
			s := backend.Shape{C: c.c, H: c.h, W: c.w}
			src, dst := be.New(s), be.New(s)
			conv := be.Prepare(backend.ConvWeights{O: c.c, I: c.c, Weight: make([]float32, 9*c.c*c.c), Bias: make([]float32, c.c)})
			pos := be.NewMemo(s)
			for b.Loop() {
				be.Convolve(dst, src, conv, pos)
			}
			b.ReportMetric(2*9*float64(c.c)*float64(s.Len())*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

// TestTrainer: the operations of training, in maps before pages that cannot be touched.
func TestTrainer(t *testing.T) {
	want := backendtest.NewReference(ref.New())
	for _, isa := range cpu.ISAs() {
		for _, threads := range []int{1, 3} {
			t.Run(isa, func(t *testing.T) {
				t.Cleanup(cpu.Unguard)
				backendtest.CompareTrainer(t, cpu.NewWithISA(isa, threads).Guard(), want, 2e-6)
			})
		}
	}
	if !cpu.Intact() {
		t.Error("something is written behind a feature map")
	}
}
