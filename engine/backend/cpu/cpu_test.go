package cpu_test

import (
	"fmt"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
)

func TestAgainstRef(t *testing.T) {
	for _, isa := range cpu.ISAs() {
		for _, threads := range []int{1, 3} {
			t.Run(isa, func(t *testing.T) {
				backendtest.Compare(t, cpu.NewWithISA(isa, threads), ref.New(), 2e-5)
			})
		}
	}
}

func TestAdjoint(t *testing.T) { backendtest.Adjoint(t, cpu.New(2), 1e-4) }

func BenchmarkConvolve(b *testing.B) {
	be := cpu.New(1)
	for _, c := range []struct{ c, h, w int }{{16, 256, 256}, {64, 256, 256}, {256, 64, 64}, {512, 32, 32}} {
		b.Run(fmt.Sprint(c), func(b *testing.B) {
			s := backend.Shape{C: c.c, H: c.h, W: c.w}
			src, dst := be.New(s), be.New(s)
			conv := be.Prepare(backend.ConvWeights{O: c.c, I: c.c, Weight: make([]float32, 9*c.c*c.c), Bias: make([]float32, c.c)})
			pos := be.NewMask(s)
			for b.Loop() {
				be.Convolve(dst, src, conv, pos)
			}
			b.ReportMetric(2*9*float64(c.c)*float64(s.Len())*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
