//go:build !js

package importer_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
	"trappedinart/weights/importer"
)

// The network of the fixtures; see testdata/README.md.
var widths = []int{4, 2, 3}

func weightAt(l, k int) float32 { return float32((37*k+11*l)%101-50) / 64 }
func biasAt(l, k int) float32   { return float32((13*k+7*l)%29-14) / 32 }

func network() *vgg.Weights {
	w := vgg.Random("", widths)
	for l := range w.Convs {
		for k := range w.Convs[l].Weight {
			w.Convs[l].Weight[k] = weightAt(l, k)
		}
		for k := range w.Convs[l].Bias {
			w.Convs[l].Bias[k] = biasAt(l, k)
		}
	}
	return w
}

func floats(values []float32) []byte {
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

// A part is one tensor of a file that a test makes.
type part struct {
	name  string
	shape []int
	data  []byte
}

// parts lists the network's tensors under names of PyTorch's or ours.
func parts(weight, bias func(l int) string) []part {
	var list []part
	for l, c := range network().Convs {
		list = append(list, part{weight(l), []int{c.O, c.I, 3, 3}, floats(c.Weight)}, part{bias(l), []int{c.O}, floats(c.Bias)})
	}
	return list
}

func named(format string) func(l int) string {
	return func(l int) string { return fmt.Sprintf(format, vgg.ConvName(l)) }
}

func numbered(format string) func(l int) string {
	return func(l int) string { return fmt.Sprintf(format, []int{0, 2, 5}[l]) }
}

func safetensors(metadata map[string]string, list ...part) []byte {
	header := map[string]any{}
	if metadata != nil {
		header["__metadata__"] = metadata
	}
	var data []byte
	for _, p := range list {
		header[p.name] = map[string]any{"dtype": "F32", "shape": p.shape, "data_offsets": [2]int{len(data), len(data) + len(p.data)}}
		data = append(data, p.data...)
	}
	text, _ := json.Marshal(header)
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), data...)
}

// array makes the bytes of one .npy file.
func array(dtype string, shape []int, data []byte) []byte {
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	if len(shape) == 1 {
		text += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, text)
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), 0)
	return append(append(b, header...), data...)
}

type entry struct {
	name string
	data []byte
}

func zipped(t testing.TB, method uint16, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		if err == nil {
			_, err = w.Write(e.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func npz(t testing.TB, list ...part) []byte {
	var entries []entry
	for _, p := range list {
		entries = append(entries, entry{p.name + ".npy", array("<f4", p.shape, p.data)})
	}
	return zipped(t, zip.Deflate, entries...)
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// read reads a file of those bytes, whose name says nothing.
func read(t testing.TB, data []byte, input string) (*importer.Network, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return importer.Read(t.Context(), path, importer.Options{Input: input})
}

func wantCode(t *testing.T, err error, code engine.Code, says string) {
	t.Helper()
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, says) {
		t.Errorf("the error is %v, want %s: ... %s ...", err, code, says)
	}
}

// Every format gives the same network, bit by bit.
func TestFormats(t *testing.T) {
	torch := parts(numbered("features.%d.weight"), numbered("features.%d.bias"))
	wide := func(p part) entry {
		var data []byte
		for i := 0; i < len(p.data); i += 4 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(p.data[i:]))
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(float64(v)))
		}
		return entry{p.name + ".npy", array("<f8", p.shape, data)}
	}
	var doubles []entry
	for _, p := range torch {
		doubles = append(doubles, wide(p))
	}
	extra := part{"classifier.0.weight", []int{2, 2}, make([]byte, 16)}
	for name, data := range map[string][]byte{
		"torch.pth":          sample(t, "torch.pth"),
		"torch-legacy.pth":   sample(t, "torch-legacy.pth"),
		"keras1.h5":          sample(t, "keras1.h5"),
		"keras2.h5":          sample(t, "keras2.h5"),
		"numpy.npz":          sample(t, "numpy.npz"),
		"npz of PyTorch":     npz(t, append(torch, extra)...),
		"npz with _W":        npz(t, parts(named("%s_W"), named("%s_b"))...),
		"npz in float64":     zipped(t, zip.Store, doubles...),
		"safetensors":        safetensors(nil, append(torch, extra)...),
		"safetensors, named": safetensors(map[string]string{"format": "pt"}, parts(named("%s.weight"), named("%s.bias"))...),
	} {
		for _, input := range []string{"caffe", "torchvision"} {
			n, err := read(t, data, input)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			want := network()
			want.Input = map[string]vgg.Input{"caffe": vgg.Caffe, "torchvision": importer.TorchvisionInput}[input]
			compare(t, name, n.Weights, want)
			if n.Metadata["file"] != "file" || len(n.Metadata["file_sha256"]) != 64 || n.Metadata["network"] != "VGG-19" || n.Metadata["licence"] != "" || n.Metadata["kind"] != string(n.Kind) {
				t.Errorf("%s: the metadata are %v", name, n.Metadata)
			}
		}
	}
}

func compare(t *testing.T, name string, got, want *vgg.Weights) {
	t.Helper()
	if got.Input != want.Input || len(got.Convs) != len(want.Convs) {
		t.Errorf("%s: %d layers with input %+v, want %d with %+v", name, len(got.Convs), got.Input, len(want.Convs), want.Input)
		return
	}
	for l, c := range want.Convs {
		g := got.Convs[l]
		if g.Name != c.Name || g.O != c.O || g.I != c.I || !slices.Equal(g.Weight, c.Weight) || !slices.Equal(g.Bias, c.Bias) {
			t.Errorf("%s: %s differs: %v, want %v", name, c.Name, g, c)
		}
	}
}

// An imported network can be written and read again.
func TestMarshals(t *testing.T) {
	n, err := read(t, sample(t, "keras2.h5"), "torchvision")
	if err != nil {
		t.Fatal(err)
	}
	data, err := weights.Marshal(n.Weights, n.Metadata)
	if err != nil {
		t.Fatal(err)
	}
	again, err := read(t, data, "")
	if err != nil {
		t.Fatal(err)
	}
	if again.Kind != importer.Torchvision {
		t.Errorf("the kind is %s", again.Kind)
	}
	compare(t, "again", again.Weights, n.Weights)
}

func TestPlace(t *testing.T) {
	for name, want := range map[string]struct {
		layer int
		bias  bool
	}{
		"features.0.weight":                      {0, false},
		"features.34.bias":                       {15, true},
		"module.features.16.weight":              {7, false},
		"conv1_1.weight":                         {0, false},
		"conv5_4_b.npy":                          {15, true},
		"conv2_1_W":                              {2, false},
		"block1_conv2/block1_conv2_W_1:0":        {1, false},
		"block1_conv2/block1_conv2/kernel:0":     {1, false},
		"model_weights/block3_conv4/bias:0":      {7, true},
		"block4_conv1_b":                         {8, true},
		"classifier.0.weight":                    {-1, false},
		"fc1/fc1/kernel:0":                       {-1, false},
		"conv6_1.weight":                         {-1, false},
		"optimizer/adam/block1_conv1/kernel/m:0": {-1, false},
		"conv1_1.scale":                          {-1, false},
	} {
		layer, bias, err := importer.Place(name)
		if layer != want.layer || layer >= 0 && bias != want.bias || err != nil {
			t.Errorf("%s is layer %d, bias %v, %v; want %+v", name, layer, bias, err, want)
		}
	}
	for _, name := range []string{"features.1.weight", "features.17.bias", "conv1_3.weight", "block3_conv5/bias:0"} {
		_, _, err := importer.Place(name)
		wantCode(t, err, engine.InvalidWeights, "it is another network's")
	}
}

func TestReadRefusesFiles(t *testing.T) {
	dir := t.TempDir()
	huge := filepath.Join(dir, "huge.pth")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 1<<30+1); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path string
		code engine.Code
		says string
	}{
		{filepath.Join(dir, "nothing.h5"), engine.Unreadable, "name a file that is there"},
		{dir, engine.Unreadable, "is not a file"},
		{huge, engine.TooLarge, "has more than 1024 MiB"},
	} {
		_, err := importer.Read(t.Context(), test.path, importer.Options{})
		wantCode(t, err, test.code, test.says)
	}
	_, err := importer.Read(t.Context(), filepath.Join("testdata", "torch.pth"), importer.Options{Input: "keras"})
	wantCode(t, err, engine.InvalidRecipe, "caffe or torchvision")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := importer.Read(ctx, filepath.Join("testdata", "torch.pth"), importer.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want %v", err, context.Canceled)
	}
}

// A product that does not fit into 64 bits is not taken for what is left of it.
func TestCount(t *testing.T) {
	for _, test := range []struct {
		shape []int
		n     int
		ok    bool
	}{
		{nil, 1, true},
		{[]int{4, 3, 3, 3}, 108, true},
		{[]int{0, 3}, 0, true},
		{[]int{1 << 30, 1 << 30, 16}, 0, false},
		{[]int{1 << 16, 1 << 16}, 0, false},
		{[]int{1 << 31}, 0, false},
		{[]int{-1, -1}, 0, false},
	} {
		if n, ok := importer.Count(test.shape); n != test.n || ok != test.ok {
			t.Errorf("%v has %d numbers, %v; want %d, %v", test.shape, n, ok, test.n, test.ok)
		}
	}
}

// PyTorch saves a tensor whose axes were exchanged as it lies in memory.
func TestStrides(t *testing.T) {
	var lying []float32
	for k := range 108 {
		lying = append(lying, float32(k))
	}
	pickle := layerOf("FloatStorage", "0", count108, zero, filter, "(K\x01K\x04K\x24K\x0ct")
	n, err := read(t, pickled(t, pickle, entry{"a/data/0", floats(lying)}, entry{"a/data/b", make([]byte, 16)}), "caffe")
	if err != nil {
		t.Fatal(err)
	}
	for k, got := range n.Weights.Convs[0].Weight {
		o, i, y, x := k/27, k/9%3, k/3%3, k%3
		if want := float32(o + 4*i + 36*y + 12*x); got != want {
			t.Fatalf("at %d stands %v, want %v", k, got, want)
		}
	}
}
