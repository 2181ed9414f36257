//go:build !js

package importer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math"
	"path/filepath"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A Kind is a way of preprocessing, by the network that was trained with it.
type Kind string

const (
	Original    Kind = "original"    // Simonyan and Zisserman's: 0..255 less the mean, blue first unless the filters were turned
	Torchvision Kind = "torchvision" // red first, 0..1 less the mean, by the deviation
	Other       Kind = "other"       // as the file describes it
)

// The input of torchvision's networks, which takes pixels of 0 to 1.
var torchvision = vgg.Input{
	Mean:  [3]float64{255 * 0.485, 255 * 0.456, 255 * 0.406},
	Scale: [3]float64{1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)},
}

// The original's input, for filters that were turned to take red first.
var caffeRGB = vgg.Input{Mean: vgg.Caffe.Mean, Scale: vgg.Caffe.Scale}

// published are whole files, by the beginning of their SHA-256 or by their MD5.
var published = []struct {
	sha256, md5 string
	input       vgg.Input
}{
	{sha256: "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44", input: torchvision}, // vgg19-dcbb9e9d.pth
	{sha256: "d01eb7cb", input: vgg.Caffe},                      // vgg19-d01eb7cb.pth, whose name is all that is published
	{md5: "253f8cb515780f3b799900260a226db6", input: vgg.Caffe}, // vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5
}

// fingerprints are the SHA-256 of conv1_1's filters [O,I,3,3] as float32, low byte
// first, in the original VGG-19.
var fingerprints = map[string]vgg.Input{
	"f8ee325686ded00722375b5a05fd287de09be3bd3b1853cb1c5cf29996394684": vgg.Caffe,
	"68689bf78b16a8465c181b6c7274bb0e3a40ac45245026759c2feb67799b6795": caffeRGB, // the same filters, turned
}

// A clue says what one thing about a file tells of its input.
type clue struct {
	what  string
	input vgg.Input
	sure  bool // that it is this very network
}

func (c content) network(ctx context.Context, s *source, o Options) (*Network, error) {
	w := c.weights
	var clues []clue
	if w != nil {
		clues = append(clues, clue{"metadata", w.Input, false})
	} else {
		convs, err := assemble(ctx, c.tensors)
		if err != nil {
			return nil, err
		}
		w = &vgg.Weights{Convs: convs, Pooling: backend.Maximum}
	}
	for _, p := range published {
		if p.sha256 != "" && strings.HasPrefix(s.sha256, p.sha256) || p.md5 != "" && s.md5 == p.md5 {
			clues = append(clues, clue{"checksum", p.input, true})
		}
	}
	if in, ok := fingerprints[fingerprint(&w.Convs[0])]; ok {
		clues = append(clues, clue{"first filters", in, true})
	}
	in, sure, err := decide(clues, o)
	if err != nil {
		return nil, err
	}
	w.Input = in
	if err := w.Check(); err != nil {
		return nil, err
	}
	return &Network{Weights: w, Kind: kindOf(in), Metadata: describe(c.metadata, s, kindOf(in), sure)}, nil
}

// decide finds the one input that all clues and the person agree on.
func decide(clues []clue, o Options) (in vgg.Input, sure bool, err error) {
	said := map[string]Kind{"caffe": Original, "torchvision": Torchvision}[o.Input]
	for _, c := range clues {
		if c.input != clues[0].input {
			return in, false, engine.Errorf(engine.InvalidWeights, "The file's %s and its %s disagree on how pixels become the network's input; get another copy of it.", clues[0].what, c.what)
		}
		if said != "" && kindOf(c.input) != said {
			return in, false, engine.Errorf(engine.InvalidWeights, "By the file's %s its preprocessing is %s, not --input %s; leave --input out.", c.what, sentence(c.input), o.Input)
		}
		sure = sure || c.sure
	}
	switch {
	case len(clues) > 0:
		return clues[0].input, sure, nil
	case said == Original:
		return vgg.Caffe, false, nil
	case said == Torchvision:
		return torchvision, false, nil
	}
	return in, false, engine.Errorf(engine.InvalidWeights, "Nothing in the file says which VGG-19 it is; give --input caffe for the original (blue first, 0 to 255, less the mean) or --input torchvision (red first, mean and deviation).")
}

// kindOf names the preprocessing. Metadata may have rounded torchvision's numbers.
func kindOf(in vgg.Input) Kind {
	switch {
	case in == vgg.Caffe || in == caffeRGB:
		return Original
	case !in.BGR && near(in.Mean, torchvision.Mean) && near(in.Scale, torchvision.Scale):
		return Torchvision
	}
	return Other
}

func near(a, b [3]float64) bool {
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= 1e-4*b[i]) {
			return false
		}
	}
	return true
}

func sentence(in vgg.Input) string {
	switch kindOf(in) {
	case Original:
		return "the original's"
	case Torchvision:
		return "torchvision's"
	}
	return "another"
}

func fingerprint(c *vgg.Conv) string {
	data := make([]byte, 0, 4*c.O*c.I*9)
	for k := range c.O * c.I * 9 {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(c.At(k)))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// describe returns the metadata of the file that is written: what stood in the one
// that was read, and what was found out.
func describe(had map[string]string, s *source, kind Kind, sure bool) map[string]string {
	m := map[string]string{"network": "VGG-19"}
	if sure && kind == Original {
		m["licence"] = "CC BY 4.0"
		m["source"] = "K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv 1409.1556"
	}
	maps.Copy(m, had)
	m["kind"], m["file"], m["file_sha256"] = string(kind), filepath.Base(s.path), s.sha256
	return m
}
