package weights_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/weights"
)

// allocated returns how many bytes f takes from the heap, given back or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// bound is the most memory that reading a file may take: int8 becomes float32.
func bound(data []byte) uint64 { return 16<<20 + 5*uint64(len(data)) }

func TestParseRefuses(t *testing.T) {
	good := safetensors(caffe, network(2, 4)...)
	// change returns the file with one tensor of network(2, 4) replaced or left out.
	change := func(i int, with ...tensor) []byte {
		return safetensors(caffe, slices.Replace(network(2, 4), i, i+1, with...)...)
	}
	ones := func(int) float32 { return 1 }
	value := func(v float32) func(int) float32 { return func(int) float32 { return v } }
	nan := float32(math.NaN())
	int8s := tensor{"conv1_1.weight", "I8", []int{2, 3, 3, 3}, make([]byte, 54)}
	long := binary.LittleEndian.AppendUint64(nil, math.MaxUint64)
	entry := `{"dtype":"I8","shape":%s,"data_offsets":%s}`
	one := func(shape, offsets string) []byte {
		return raw(fmt.Sprintf(`{"conv1_1.weight":`+entry+`}`, shape, offsets), make([]byte, 27))
	}
	tests := []struct {
		name string
		data []byte
		says string
	}{
		{"nothing", nil, "no whole safetensors file"},
		{"seven bytes", make([]byte, 7), "no whole safetensors file"},
		{"no header", make([]byte, 8), "no whole safetensors file"},
		{"endless header", append(long, "{}"...), "ends within its header"},
		{"header longer than the file", good[:100], "ends within its header"},
		{"cut numbers", good[:len(good)-1], "no whole safetensors file"},
		{"more than its numbers", append(slices.Clone(good), 0), "no whole safetensors file"},
		{"a large header", raw("{"+strings.Repeat(" ", 1<<20)+"}", nil), "its header has 1024 KiB"},
		{"deep JSON", raw(strings.Repeat(`{"a":`, 10000), nil), "nested too deep"},
		{"deep lists", raw(`{"a":{"b":`+strings.Repeat("[", 30000)+strings.Repeat("]", 30000)+"}}", nil), "nested too deep"},
		{"no JSON", raw("weights", nil), "is not JSON"},
		{"null", raw("null", nil), "have no conv1_1.weight"},
		{"a list", raw("[]", nil), "no whole safetensors file"},
		{"an empty object", raw("{}", nil), "have no conv1_1.weight"},
		{"JSON after JSON", raw("{}{}", nil), "no whole safetensors file"},
		{"a name twice", raw(`{"a":{},"a":{}}`, nil), `its header has "a" twice`},
		{"metadata twice", raw(`{"__metadata__":{"input":"x","input":"y"}}`, nil), `its header has "input" twice`},
		{"a long list", raw(`{"a":{"dtype":"F32","shape":[`+strings.Repeat("1,", 30000)+`1],"data_offsets":[0,4]}}`, make([]byte, 4)), "have no conv1_1.weight"},
		{"shape beyond 64 bits", one("[4294967296,4294967296,3,3]", "[0,27]"), "no whole safetensors file"},
		{"shape wrapped to 27", one("[2049638230412172411,3,3,3]", "[0,27]"), "no whole safetensors file"},
		{"places backwards", one("[1,3,3,3]", "[27,0]"), "no whole safetensors file"},
		{"places beyond the file", one("[1,3,3,3]", "[27,54]"), "no whole safetensors file"},
		{"places below 0", one("[1,3,3,3]", "[-27,0]"), "no whole safetensors file"},
		{"places that are not whole", one("[1,3,3,3]", "[0,27.0]"), "no whole safetensors file"},
		{"tensors that overlap", raw(fmt.Sprintf(`{"a":`+entry+`,"b":`+entry+`}`, "[4]", "[0,4]", "[4]", "[2,6]"), make([]byte, 6)), "no whole safetensors file"},
		{"a hole between tensors", raw(fmt.Sprintf(`{"a":`+entry+`,"b":`+entry+`}`, "[4]", "[0,4]", "[4]", "[5,9]"), make([]byte, 9)), "no whole safetensors file"},
		{"an unknown type", raw(`{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,1]}}`, make([]byte, 1)), "no whole safetensors file"},

		{"another network's tensor", safetensors(caffe, append(network(2), float32s("features.0.weight", []int{1}, ones))...), `hold "features.0.weight", which is no part of a VGG-19`},
		{"a layer that VGG-19 has not", safetensors(caffe, append(network(2), float32s("conv1_3.bias", []int{1}, ones))...), `hold "conv1_3.bias", which is no part of a VGG-19`},
		{"a part that layers have not", safetensors(caffe, append(network(2), float32s("conv1_1.mean", []int{1}, ones))...), `hold "conv1_1.mean"`},
		{"no first layer", safetensors(caffe, network(2, 4)[2:]...), "have no conv1_1.weight"},
		{"no weights in the middle", safetensors(caffe, slices.Delete(network(2, 4, 4), 2, 3)...), "have conv1_2.bias, but no conv1_2.weight"},
		{"a layer left out", safetensors(caffe, slices.Delete(network(2, 4, 4), 2, 4)...), "have conv2_1.bias, but no conv1_2 before it"},
		{"no biases", change(1), "have no conv1_1.bias"},
		{"channels that do not fit", change(2, float32s("conv1_2.weight", []int{4, 3, 3, 3}, ones)), "conv1_2.weight takes 3 channels where the layer before gives 2"},
		{"filters of 5x5", change(0, float32s("conv1_1.weight", []int{2, 3, 5, 5}, ones)), "shape [2 3 5 5]"},
		{"no filters", change(0, float32s("conv1_1.weight", []int{0, 3, 3, 3}, ones)), "shape [0 3 3 3]"},
		{"a flat weight", change(0, float32s("conv1_1.weight", []int{54}, ones)), "shape [54]"},
		{"half precision", change(0, tensor{"conv1_1.weight", "F16", []int{2, 3, 3, 3}, make([]byte, 108)}), "of type F16"},
		{"too many biases", change(1, float32s("conv1_1.bias", []int{3}, ones)), "conv1_1.bias is F32 [3] where F32 [2] is needed"},
		{"int8 biases", change(1, tensor{"conv1_1.bias", "I8", []int{2}, make([]byte, 2)}), "conv1_1.bias is I8 [2]"},
		{"int8 without scales", change(0, int8s), "have no conv1_1.scale"},
		{"too few scales", change(0, int8s, float32s("conv1_1.scale", []int{1}, ones)), "conv1_1.scale is F32 [1]"},
		{"scales beside float32", safetensors(caffe, append(network(2), float32s("conv1_1.scale", []int{2}, ones))...), "scales for layers that are not in int8"},
		{"a weight that is none", change(0, float32s("conv1_1.weight", []int{2, 3, 3, 3}, value(nan))), "conv1_1 holds a number that is infinite or not a number"},
		{"an endless bias", change(3, float32s("conv1_2.bias", []int{4}, value(float32(math.Inf(-1))))), "conv1_2 holds a number"},
		{"a scale that leads beyond", change(0, int8s, float32s("conv1_1.scale", []int{2}, value(math.MaxFloat32/100))), "conv1_1 holds a number"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			readers := map[string]func() error{
				"Parse":    func() error { _, err := weights.Parse(test.data); return err },
				"Inspect":  func() error { _, err := weights.Inspect(test.data); return err },
				"Quantize": func() error { _, err := weights.Quantize(test.data); return err },
			}
			for name, read := range readers {
				var err error
				bytes := allocated(func() { err = read() })
				var e *engine.Error
				if !errors.As(err, &e) || e.Code != engine.InvalidWeights || !strings.Contains(e.Message, test.says) {
					t.Errorf("%s: the error is %v, want invalid_weights: ... %s ...", name, err, test.says)
				}
				if bytes > bound(test.data) {
					t.Errorf("%s took %d bytes", name, bytes)
				}
			}
		})
	}
}

func TestQuantizeRefusesLongMetadata(t *testing.T) {
	// Within bounds as it stands, but not as JSON that is safe in HTML.
	header := `{"__metadata__":{"input_order":"RGB","input_mean":"0,0,0","input_scale":"1,1,1","note":"` + strings.Repeat("<", 50000) + `"},` +
		`"conv1_1.weight":{"dtype":"F32","shape":[1,3,3,3],"data_offsets":[0,108]},"conv1_1.bias":{"dtype":"F32","shape":[1],"data_offsets":[108,112]}}`
	data := raw(header, make([]byte, 112))
	if _, err := weights.Parse(data); err != nil {
		t.Fatal(err)
	}
	_, err := weights.Quantize(data)
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != engine.InvalidWeights {
		t.Errorf("the error is %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(safetensors(caffe, network(2, 4)...))
	if quantised, err := weights.Quantize(safetensors(caffe, network(3)...)); err == nil {
		f.Add(quantised)
	}
	f.Add(raw(`{"__metadata__":{"input":"BGR, 0..255, minus 103.939,116.779,123.68"},"conv1_1.weight":{"dtype":"I8","shape":[1,3,3,3],"data_offsets":[0,27]}}`, make([]byte, 27)))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}}`, nil))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var err error
		if bytes := allocated(func() { _, err = weights.Parse(data) }); bytes > bound(data) {
			t.Errorf("a file of %d bytes took %d", len(data), bytes)
		}
		if err != nil {
			var e *engine.Error
			if !errors.As(err, &e) || e.Code != engine.InvalidWeights {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		out, err := weights.Quantize(data)
		if err != nil {
			return // metadata too long
		}
		if _, err := weights.Parse(out); err != nil {
			t.Errorf("what Quantize wrote cannot be read: %v", err)
		}
	})
}
