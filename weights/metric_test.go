package weights_test

import (
	"math"
	"slices"
	"testing"

	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

// Beside weights in int8 a metric is kept in half precision, one triangle of it: as far off
// as that, and symmetric.
func TestPackedMetric(t *testing.T) {
	w := vgg.Random("metric", []int{5, 3})
	n := w.Convs[0].O
	for i := range n {
		for j := range n {
			w.Convs[0].Metric = append(w.Convs[0].Metric, float32(math.Cos(float64(i*j)))/float32(1+max(i, j)-min(i, j)))
		}
	}
	plain, err := weights.Marshal(w, nil)
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := weights.Parse(plain); err != nil || !slices.Equal(whole.Convs[0].Metric, w.Convs[0].Metric) {
		t.Errorf("in float32 the metric is %v, %v", whole.Convs[0].Metric, err)
	}
	packed, err := weights.Quantize(plain)
	if err != nil {
		t.Fatal(err)
	}
	read, err := weights.Parse(packed)
	if err != nil {
		t.Fatal(err)
	}
	got := read.Convs[0].Metric
	for i := range n {
		for j := range n {
			want := w.Convs[0].Metric[i*n+j]
			if v := got[i*n+j]; !(math.Abs(float64(v-want)) <= 1e-3*math.Abs(float64(want))) || v != got[j*n+i] {
				t.Errorf("element %d, %d is %v, want %v", i, j, v, want)
			}
		}
	}
	if read.Convs[1].Metric != nil {
		t.Error("a layer without a metric has one")
	}
	again, err := weights.Quantize(packed)
	if err != nil || !slices.Equal(again, packed) {
		t.Errorf("the file changes when it is written again: %v", err)
	}
}
