package weights_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
	"trappedinart/internal/fixture"
	"trappedinart/weights"
)

// A tensor is one of a file that a test makes.
type tensor struct {
	name  string
	dtype string
	shape []int
	data  []byte
}

func float32s(name string, shape []int, at func(i int) float32) tensor {
	t := tensor{name: name, dtype: "F32", shape: shape}
	n := 1
	for _, s := range shape {
		n *= s
	}
	for i := range n {
		t.data = binary.LittleEndian.AppendUint32(t.data, math.Float32bits(at(i)))
	}
	return t
}

// network makes float32 tensors for convolutions with the given output channels.
func network(channels ...int) []tensor {
	r := rand.New(rand.NewPCG(3, 4))
	noise := func(int) float32 { return float32(r.NormFloat64()) / 10 }
	var list []tensor
	in := 3
	for l, out := range channels {
		name := vgg.ConvName(l)
		list = append(list, float32s(name+".weight", []int{out, in, 3, 3}, noise), float32s(name+".bias", []int{out}, noise))
		in = out
	}
	return list
}

var caffe = map[string]string{"input_order": "BGR", "input_mean": "103.939,116.779,123.68", "input_scale": "1,1,1"}

// safetensors makes a file the plain way, tensors in the given order.
func safetensors(metadata map[string]string, list ...tensor) []byte {
	header := map[string]any{"__metadata__": metadata}
	var data []byte
	for _, t := range list {
		header[t.name] = map[string]any{"dtype": t.dtype, "shape": t.shape, "data_offsets": [2]int{len(data), len(data) + len(t.data)}}
		data = append(data, t.data...)
	}
	text, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	return raw(string(text), data)
}

func raw(header string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func mustParse(t *testing.T, data []byte) *vgg.Weights {
	t.Helper()
	w, err := weights.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// vgg19 returns the first layers of the real thing.
func vgg19(t *testing.T) []byte {
	t.Helper()
	return fixture.Read(t, fixture.Shared(t, "vgg19", "vgg19-conv1-conv3.safetensors"))
}

func TestParseSmall(t *testing.T) {
	w := mustParse(t, weights.Small())
	if got, want := strings.Join(w.Taps(), " "), "relu1_1 relu1_2 relu2_1 relu2_2 relu3_1 relu3_2"; got != want {
		t.Errorf("its taps are %s, want %s", got, want)
	}
	want := vgg.Input{Mean: [3]float64{123.68, 116.779, 103.939}, Scale: [3]float64{1. / 58, 1. / 58, 1. / 58}}
	if w.Input != want {
		t.Errorf("its input is %+v, want %+v", w.Input, want)
	}
}

func TestParseVGG19(t *testing.T) {
	w := mustParse(t, vgg19(t))
	if w.Input != vgg.Caffe {
		t.Errorf("its input is %+v, want Caffe's", w.Input)
	}
	if got := w.Taps()[len(w.Convs)-1]; got != "relu3_4" {
		t.Errorf("its last tap is %s, want relu3_4", got)
	}
	// The biases of conv1_1 as every copy of the parameters has them.
	if got := w.Convs[0].Bias[0]; math.Abs(float64(got)-0.73017) > 1e-4 {
		t.Errorf("its first bias is %v", got)
	}
}

func TestParseValues(t *testing.T) {
	list := network(2, 4)
	w := mustParse(t, safetensors(caffe, append(slices.Clone(list), tensor{"head.conv1_1.weight", "I64", []int{1}, make([]byte, 8)})...))
	for i, c := range w.Convs {
		for part, values := range map[int][]float32{0: c.Weight, 1: c.Bias} {
			data := list[2*i+part].data
			for k, v := range values {
				if got, want := math.Float32bits(v), binary.LittleEndian.Uint32(data[4*k:]); got != want {
					t.Fatalf("%s: value %d is %x, want %x", list[2*i+part].name, k, got, want)
				}
			}
		}
	}
}

func TestParseInt8(t *testing.T) {
	weight := tensor{"conv1_1.weight", "I8", []int{2, 3, 3, 3}, make([]byte, 54)}
	weight.data[0], weight.data[1], weight.data[27], weight.data[53] = 0x80, 127, 0xff, 3
	w := mustParse(t, safetensors(caffe, weight,
		float32s("conv1_1.scale", []int{2}, func(i int) float32 { return []float32{0.5, 2}[i] }),
		float32s("conv1_1.bias", []int{2}, func(i int) float32 { return float32(i) })))
	for i, want := range map[int]float32{0: -64, 1: 63.5, 2: 0, 27: -2, 53: 6} {
		if got := w.Convs[0].At(i); got != want {
			t.Errorf("weight %d is %v, want %v", i, got, want)
		}
	}
	if got := w.Convs[0].Bias[1]; got != 1 {
		t.Errorf("the bias is %v, want 1", got)
	}
}

func TestInput(t *testing.T) {
	ours := func(order, mean, scale string) map[string]string {
		return map[string]string{"input_order": order, "input_mean": mean, "input_scale": scale}
	}
	in := func(bgr bool, mean, scale [3]float64) vgg.Input { return vgg.Input{BGR: bgr, Mean: mean, Scale: scale} }
	const lacks = "The weights do not say how pixels become the network's input: their metadata lacks "
	tests := []struct {
		name     string
		metadata map[string]string
		want     vgg.Input
		says     string // in the error, or ""
	}{
		{"RGB", ours("RGB", "1,2,3", "4, 5, 6"), in(false, [3]float64{1, 2, 3}, [3]float64{4, 5, 6}), ""},
		{"BGR", ours("BGR", "1,2,3", "4,5,6"), in(true, [3]float64{3, 2, 1}, [3]float64{6, 5, 4}), ""},
		{"Caffe's sentence", map[string]string{"input": "BGR, 0..255, minus 103.939,116.779,123.68"}, vgg.Caffe, ""},
		{"ours goes before a sentence", map[string]string{
			"input": "BGR, 0..255, minus 103.939,116.779,123.68", "input_order": "RGB", "input_mean": "0,0,0", "input_scale": "1,1,1"},
			in(false, [3]float64{}, [3]float64{1, 1, 1}), ""},
		{"nothing", nil, vgg.Input{}, lacks + "input_order (RGB or BGR) and input_mean"},
		{"another sentence", map[string]string{"input": "RGB"}, vgg.Input{}, lacks + "input_order"},
		{"half of ours beside a sentence", map[string]string{"input": "BGR, 0..255, minus 103.939,116.779,123.68", "input_order": "BGR"}, vgg.Input{}, lacks + "input_mean"},
		{"another order", ours("GBR", "1,2,3", "4,5,6"), vgg.Input{}, lacks + "input_order (RGB or BGR)."},
		{"two means", ours("RGB", "1,2", "4,5,6"), vgg.Input{}, lacks + "input_mean"},
		{"no number", ours("RGB", "1,2,x", "4,5,6"), vgg.Input{}, lacks + "input_mean"},
		{"not finite", ours("RGB", "1,2,NaN", "4,5,6"), vgg.Input{}, lacks + "input_mean"},
		{"scale of 0", ours("RGB", "1,2,3", "4,0,6"), vgg.Input{}, lacks + "input_scale"},
		{"endless scale", ours("RGB", "1,2,3", "4,+Inf,6"), vgg.Input{}, lacks + "input_scale"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, err := weights.Parse(safetensors(test.metadata, network(2)...))
			if test.says != "" {
				var e *engine.Error
				if !errors.As(err, &e) || e.Code != engine.InvalidWeights || !strings.HasPrefix(e.Message, test.says) {
					t.Errorf("the error is %v, want %s ...", err, test.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if w.Input != test.want {
				t.Errorf("the input is %+v, want %+v", w.Input, test.want)
			}
		})
	}
}

// difference is |a-b| / |a| in the Euclidean norm.
func difference(a, b []float32) float64 {
	var d, n float64
	for i := range a {
		d += (float64(a[i]) - float64(b[i])) * (float64(a[i]) - float64(b[i]))
		n += float64(a[i]) * float64(a[i])
	}
	return math.Sqrt(d / n)
}

func testQuantize(t *testing.T, data []byte, tolerance float64) {
	small, err := weights.Quantize(data)
	if err != nil {
		t.Fatal(err)
	}
	before, after := mustParse(t, data), mustParse(t, small)
	if after.Input != before.Input {
		t.Errorf("the input becomes %+v, was %+v", after.Input, before.Input)
	}
	if len(after.Convs) != len(before.Convs) {
		t.Fatalf("there are %d layers, were %d", len(after.Convs), len(before.Convs))
	}
	for i, c := range before.Convs {
		q := after.Convs[i]
		d := difference(all(c), all(q))
		t.Logf("%s: %.2f %%", c.Name, 100*d)
		if !(d <= tolerance) {
			t.Errorf("%s is off by %.2f %%, want %.2f %% at most", c.Name, 100*d, 100*tolerance)
		}
		if !slices.Equal(c.Bias, q.Bias) {
			t.Errorf("%s has other biases", c.Name)
		}
		n := c.I * 9
		for o := range c.O {
			var largest, off float64
			for k := range n {
				w, q := float64(c.At(o*n+k)), float64(q.At(o*n+k))
				largest, off = max(largest, math.Abs(w)), max(off, math.Abs(w-q))
			}
			if !(off <= largest/254*1.0001) { // half a step
				t.Fatalf("%s: filter %d is off by %v of %v", c.Name, o, off, largest)
			}
		}
	}
	again, err := weights.Quantize(small)
	if err != nil || !bytes.Equal(again, small) {
		t.Errorf("quantising again changes the file (%v)", err)
	}
	info, err := weights.Inspect(small)
	if err != nil || !info.Quantised || strings.Contains(string(small), "head.") {
		t.Errorf("the file is not all int8: %+v, %v", info, err)
	}
}

// all returns a layer's weights as floats.
func all(c vgg.Conv) []float32 {
	v := make([]float32, c.O*c.I*9)
	for k := range v {
		v[k] = c.At(k)
	}
	return v
}

func TestQuantize(t *testing.T) {
	t.Run("small", func(t *testing.T) { testQuantize(t, weights.Small(), 0.012) })
	t.Run("VGG-19", func(t *testing.T) { testQuantize(t, vgg19(t), 0.018) })
	t.Run("noise", func(t *testing.T) { testQuantize(t, safetensors(caffe, network(5, 2, 7)...), 0.02) })
}

func TestQuantizeKeepsMetadata(t *testing.T) {
	metadata := maps.Clone(caffe)
	metadata["source"], metadata["licence"], metadata["network"] = "somebody", "CC BY 4.0 <&>", "VGG"
	out, err := weights.Quantize(safetensors(metadata, network(2)...))
	if err != nil {
		t.Fatal(err)
	}
	info, err := weights.Inspect(out)
	if err != nil {
		t.Fatal(err)
	}
	metadata["input"] = "BGR, (0..255 minus 103.939,116.779,123.68) times 1,1,1"
	metadata["pooling"] = "maximum" // which is meant where nothing is said
	delete(info.Metadata, "sha256")
	if !maps.Equal(info.Metadata, metadata) {
		t.Errorf("the metadata are %q, want %q", info.Metadata, metadata)
	}
}

func TestPooling(t *testing.T) {
	if w, err := weights.Parse(weights.Small()); err != nil || w.Pooling != backend.Maximum {
		t.Errorf("the small network was trained with %v, %v", w.Pooling, err)
	}
	for text, want := range map[string]backend.Pooling{"": backend.Maximum, "maximum": backend.Maximum, "average": backend.Average} {
		metadata := maps.Clone(caffe)
		if text != "" {
			metadata["pooling"] = text
		}
		w, err := weights.Parse(safetensors(metadata, network(2)...))
		if err != nil || w.Pooling != want {
			t.Errorf("%q is %v, %v", text, w.Pooling, err)
		}
	}
	metadata := maps.Clone(caffe)
	metadata["pooling"] = "median"
	if _, err := weights.Parse(safetensors(metadata, network(2)...)); err == nil || engine.AsError(err).Code != engine.InvalidWeights {
		t.Errorf("median is %v", err)
	}
}

func TestScales(t *testing.T) {
	metadata := maps.Clone(caffe)
	metadata["content_scale"], metadata["style_scale"] = "1.25", "0.5"
	out, err := weights.Quantize(safetensors(metadata, network(2)...))
	if err != nil {
		t.Fatal(err)
	}
	w, err := weights.Parse(out)
	if err != nil || w.Scales != (vgg.Scales{Content: 1.25, Style: 0.5}) {
		t.Errorf("the scales are %v, %v", w.Scales, err)
	}
	for _, text := range []string{"0", "-1", "NaN", "1e9", "twice"} {
		metadata["style_scale"] = text
		if _, err := weights.Parse(safetensors(metadata, network(2)...)); err == nil || engine.AsError(err).Code != engine.InvalidWeights {
			t.Errorf("a style scale of %q is %v", text, err)
		}
	}
}

// Filters of zeros, and of numbers so small that their scale vanishes, become zeros.
func TestQuantizeNothing(t *testing.T) {
	values := []float32{0, math.SmallestNonzeroFloat32, 1e-39, 1}
	list := []tensor{
		float32s("conv1_1.weight", []int{4, 3, 3, 3}, func(i int) float32 { return values[i/27] }),
		float32s("conv1_1.bias", []int{4}, func(int) float32 { return 0 }),
	}
	out, err := weights.Quantize(safetensors(caffe, list...))
	if err != nil {
		t.Fatal(err)
	}
	got := all(mustParse(t, out).Convs[0])
	for o, want := range values {
		if v := got[27*o]; math.Abs(float64(v-want)) > 1e-40 && v != want {
			t.Errorf("filter %d is %v, want %v", o, v, want)
		}
	}
	// The file ends with the int8 weights, and every machine must write the same.
	if filters := out[len(out)-4*27:]; !bytes.Equal(filters[:54], make([]byte, 54)) {
		t.Errorf("the first two filters are % x, want zeros", filters[:54])
	}
}

// A browser that has the file's beginning has whole layers.
func TestQuantizeInNetworkOrder(t *testing.T) {
	out, err := weights.Quantize(safetensors(caffe, network(2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2)...))
	if err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(out)
	var header map[string]struct {
		DType   string `json:"dtype"`
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal(out[8:8+n], &header); err != nil {
		t.Fatal(err)
	}
	first, last := 0, 0
	for l := 0; vgg.ConvName(l) != ""; l++ {
		at := header[vgg.ConvName(l)+".weight"].Offsets
		if l > 0 && at[0] != last {
			t.Errorf("%s.weight is at %v, want it at %d", vgg.ConvName(l), at, last)
		}
		if l == 0 {
			first = at[0]
		}
		last = at[1]
	}
	for name, tensor := range header {
		if tensor.DType == "F32" && tensor.Offsets[1] > first {
			t.Errorf("%s is at %v, after the first weights", name, tensor.Offsets)
		}
	}
}

// The name holds the header's hash, and the header those of all that follows it.
func TestHashes(t *testing.T) {
	out, err := weights.Quantize(safetensors(caffe, network(5, 2, 7)...))
	if err != nil {
		t.Fatal(err)
	}
	hash := func(data []byte) string {
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	}
	end := 8 + int(binary.LittleEndian.Uint64(out))
	if got, want := weights.HashedName("mine", out), "mine-"+hash(out[:end])[:16]+".safetensors"; got != want {
		t.Errorf("the name is %s, want %s", got, want)
	}
	info, err := weights.Inspect(out)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	at := end
	for _, n := range []int{4 * 2 * (5 + 2 + 7), 5 * 3 * 9, 2 * 5 * 9, 7 * 2 * 9} { // biases and scales; each layer's weights
		want = append(want, hash(out[at:at+n]))
		at += n
	}
	if got := info.Metadata["sha256"]; got != strings.Join(want, ",") || at != len(out) {
		t.Errorf("the hashes are %s, want %s", got, want)
	}
	if again, err := weights.Quantize(out); err != nil || !bytes.Equal(again, out) {
		t.Errorf("a file in int8 does not stay the same: %v", err)
	}
}

func BenchmarkParse(b *testing.B) {
	data := weights.Small()
	for b.Loop() {
		if _, err := weights.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
