//go:build !js

package importer_test

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
	"trappedinart/internal/fixture"
	"trappedinart/weights/importer"
)

var (
	saysCaffe       = map[string]string{"input_order": "BGR", "input_mean": "103.939,116.779,123.68", "input_scale": "1,1,1"}
	saysTorchvision = map[string]string{"input_order": "RGB", "input_mean": "123.675,116.28,103.53", "input_scale": "0.01712475,0.017507,0.01742919"}
	saysOther       = map[string]string{"input_order": "RGB", "input_mean": "1,2,3", "input_scale": "1,1,1", "licence": "mine"}
)

// Which network a file holds is known from its metadata, its checksum or its first
// filters, or from --input, and what is known cannot be contradicted.
func TestKind(t *testing.T) {
	plain := sample(t, "torch.pth")
	sum, md := sha256.Sum256(plain), md5.Sum(plain)
	sha256, md5 := hex.EncodeToString(sum[:]), hex.EncodeToString(md[:])
	with := func(metadata map[string]string) []byte {
		return safetensors(metadata, parts(named("%s.weight"), named("%s.bias"))...)
	}
	first := &network().Convs[0]
	know := func(in vgg.Input) func() func() { return func() func() { return importer.Know(first, in) } }
	publish := func(sha256, md5 string, in vgg.Input) func() func() {
		return func() func() { return importer.Publish(sha256, md5, in) }
	}
	for _, test := range []struct {
		name  string
		data  []byte
		known func() func()
		input string // --input
		kind  importer.Kind
		want  vgg.Input
		says  string // of the error
	}{
		{name: "nothing is known", data: plain, says: "give --input caffe for the original"},
		{name: "caffe is said", data: plain, input: "caffe", kind: importer.Original, want: vgg.Caffe},
		{name: "torchvision is said", data: plain, input: "torchvision", kind: importer.Torchvision, want: importer.TorchvisionInput},

		{name: "metadata", data: with(saysCaffe), kind: importer.Original, want: vgg.Caffe},
		{name: "metadata agree", data: with(saysCaffe), input: "caffe", kind: importer.Original, want: vgg.Caffe},
		{name: "metadata disagree", data: with(saysCaffe), input: "torchvision", says: "metadata its preprocessing is the original's, not --input torchvision"},
		{name: "rounded metadata", data: with(saysTorchvision), input: "caffe", says: "is torchvision's, not --input caffe"},
		{name: "others", data: with(saysOther), kind: importer.Other, want: vgg.Input{Mean: [3]float64{1, 2, 3}, Scale: [3]float64{1, 1, 1}}},
		{name: "others are not caffe", data: with(saysOther), input: "caffe", says: "is another, not --input caffe"},

		{name: "checksum", data: plain, known: publish(sha256, "", importer.TorchvisionInput), kind: importer.Torchvision, want: importer.TorchvisionInput},
		{name: "its beginning", data: plain, known: publish(sha256[:8], "", vgg.Caffe), kind: importer.Original, want: vgg.Caffe},
		{name: "MD5", data: plain, known: publish("", md5, vgg.Caffe), kind: importer.Original, want: vgg.Caffe},
		{name: "checksum disagrees", data: plain, known: publish(sha256, "", importer.TorchvisionInput), input: "caffe", says: "By the file's checksum"},

		{name: "filters", data: plain, known: know(vgg.Caffe), kind: importer.Original, want: vgg.Caffe},
		{name: "turned filters", data: plain, known: know(importer.CaffeRGB), input: "caffe", kind: importer.Original, want: importer.CaffeRGB},
		{name: "filters disagree", data: plain, known: know(vgg.Caffe), input: "torchvision", says: "By the file's first filters"},
		{name: "filters and metadata", data: with(saysTorchvision), known: know(vgg.Caffe), says: "metadata and its first filters disagree"},
		{name: "turned filters and metadata", data: with(saysCaffe), known: know(importer.CaffeRGB), says: "metadata and its first filters disagree"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.known != nil {
				defer test.known()()
			}
			n, err := read(t, test.data, test.input)
			if test.says != "" {
				wantCode(t, err, engine.InvalidWeights, test.says)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if n.Kind != test.kind || n.Weights.Input != test.want {
				t.Errorf("it is %s with %+v, want %s with %+v", n.Kind, n.Weights.Input, test.kind, test.want)
			}
			// Only what is known to be the original has its licence.
			licence := map[bool]string{true: "CC BY 4.0"}[test.known != nil && test.kind == importer.Original]
			if test.kind == importer.Other {
				licence = "mine"
			}
			if got := n.Metadata["licence"]; got != licence {
				t.Errorf("the licence is %q, want %q", got, licence)
			}
		})
	}
}

// The parameters themselves are known, where they are beside the project.
func TestKindOfVGG19(t *testing.T) {
	path := fixture.Shared(t, "vgg19", "vgg19-conv1-conv3.safetensors")
	n, err := importer.Read(t.Context(), path, importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n.Kind != importer.Original || n.Weights.Input != vgg.Caffe || n.Metadata["licence"] != "CC BY 4.0" || len(n.Weights.Convs) != 8 {
		t.Errorf("%d layers of kind %s, %v", len(n.Weights.Convs), n.Kind, n.Metadata)
	}
	// The same filters without a word, as they are and turned to take red first.
	for turned, want := range map[bool]vgg.Input{false: vgg.Caffe, true: importer.CaffeRGB} {
		c := n.Weights.Convs[0]
		w := append([]float32(nil), c.Weight...)
		if turned {
			for k := range w {
				o, i, at := k/27, k/9%3, k%9
				w[k] = c.Weight[o*27+(2-i)*9+at]
			}
		}
		data := safetensors(nil, part{"features.0.weight", []int{c.O, 3, 3, 3}, floats(w)}, part{"features.0.bias", []int{c.O}, floats(c.Bias)})
		got, err := read(t, data, "")
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != importer.Original || got.Weights.Input != want {
			t.Errorf("turned %v: %s with %+v", turned, got.Kind, got.Weights.Input)
		}
	}
}
