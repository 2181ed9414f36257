package transfer_test

import (
	"context"
	"slices"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// BenchmarkSmall times one iteration of the small network at 256 px, as the page runs
// it, and BenchmarkVGG19 the one that everybody is compared by.
func BenchmarkSmall(b *testing.B) {
	r, _ := engine.Preset(engine.Painterly)
	iteration(b, []int{16, 16, 32, 32, 96, 96}, r)
}

func BenchmarkVGG19(b *testing.B) {
	r, _ := engine.Preset(engine.GatysNotebook)
	r.Pooling = engine.PoolAverage
	iteration(b, vgg.Widths[:13], r)
}

func iteration(b *testing.B, widths []int, r engine.Recipe) {
	be := cpu.New(0)
	n := 5
	for b.Loop() {
		t, err := transfer.Time(context.Background(), be, vgg.Random("random", widths), r, 256, n)
		if err != nil {
			b.Fatal(err)
		}
		slices.Sort(t.Seconds)
		b.ReportMetric(t.Seconds[n/2]*1000, "ms/iteration")
		b.ReportMetric(t.Flops/t.Seconds[n/2]/1e9, "GFLOP/s")
		b.ReportMetric(t.Allocs, "allocs/iteration")
	}
}
