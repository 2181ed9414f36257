package weights

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// Info is what a file says of itself.
type Info struct {
	Taps      []string // layers that can be looked at, relu1_1 first
	Params    int      // weights and biases
	Quantised bool     // every convolution is in int8
	Input     vgg.Input
	Metadata  map[string]string // source, licence, network and whatever else stands there
}

// A file is a weights file that was checked whole. Its layers are views of its bytes.
type file struct {
	layers   []layer
	input    vgg.Input
	metadata map[string]string
}

// A layer is one convolution as it stands in a file.
type layer struct {
	name         string
	o, i         int
	weight, bias safetensors.TensorView
	scale        safetensors.TensorView // of int8 weights
	metric       safetensors.TensorView // if hasMetric
	hasMetric    bool
}

func (l layer) quantised() bool { return l.weight.DType() == safetensors.I8 }

// tensors returns how many tensors the layer has.
func (l layer) tensors() int {
	n := 2
	if l.quantised() {
		n++
	}
	if l.hasMetric {
		n++
	}
	return n
}

// Parse reads the file of a network. The weights have no name yet.
func Parse(data []byte) (*vgg.Weights, error) {
	f, err := open(data)
	if err != nil {
		return nil, err
	}
	w := f.weights()
	if err := w.Check(); err != nil {
		return nil, err
	}
	return w, nil
}

func (f *file) weights() *vgg.Weights {
	w := &vgg.Weights{Input: f.input}
	for _, l := range f.layers {
		c := vgg.Conv{Name: l.name, ConvWeights: l.weights()}
		if l.hasMetric {
			c.Metric = floats(l.metric)
		}
		w.Convs = append(w.Convs, c)
	}
	return w
}

// Inspect checks a file as Parse does, without taking memory for its weights.
func Inspect(data []byte) (Info, error) {
	f, err := open(data)
	if err != nil {
		return Info{}, err
	}
	info := Info{Input: f.input, Metadata: f.metadata, Quantised: true}
	for _, l := range f.layers {
		info.Taps = append(info.Taps, "relu"+strings.TrimPrefix(l.name, "conv"))
		info.Params += l.o*l.i*9 + l.o
		info.Quantised = info.Quantised && l.quantised()
	}
	return info, nil
}

// open checks all that can be wrong with a file but takes no memory for its weights.
func open(data []byte) (*file, error) {
	tensors, metadata, err := deserialize(data)
	if err != nil {
		return nil, engine.Errorf(engine.InvalidWeights, "This is no whole safetensors file (%w); get another copy of it.", err)
	}
	f := &file{metadata: metadata}
	known, in := 0, 3
	for n := 0; vgg.ConvName(n) != ""; n++ {
		name := vgg.ConvName(n)
		if _, ok := tensors.Tensor(name + ".weight"); !ok {
			break
		}
		l, err := openLayer(tensors, name, in)
		if err != nil {
			return nil, err
		}
		f.layers = append(f.layers, l)
		in = l.o
		known += l.tensors()
	}
	if err := checkRest(tensors.Names(), len(f.layers), known); err != nil {
		return nil, err
	}
	if f.input, err = readInput(metadata); err != nil {
		return nil, err
	}
	return f, nil
}

// checkRest refuses a file without layers, and tensors that belong to none of them:
// another network's, or those beyond a gap.
func checkRest(names []string, layers, known int) error {
	next := vgg.ConvName(layers)
	if layers == 0 {
		return engine.Errorf(engine.InvalidWeights, "The weights have no %s.weight; a VGG-19 begins with it.", next)
	}
	slices.Sort(names)
	rest := 0
	for _, name := range names {
		layer, part, _ := strings.Cut(name, ".")
		switch {
		case layer == "head":
			continue
		case !isPart(layer, part):
			return engine.Errorf(engine.InvalidWeights, "The weights hold %.80q, which is no part of a VGG-19.", name)
		case layer == next:
			return engine.Errorf(engine.InvalidWeights, "The weights have %s, but no %s.weight.", name, next)
		case layer > next && next != "":
			return engine.Errorf(engine.InvalidWeights, "The weights have %s, but no %s before it.", name, next)
		}
		rest++
	}
	if rest != known { // a scale beside float32 weights
		return engine.Errorf(engine.InvalidWeights, "The weights hold scales for layers that are not in int8.")
	}
	return nil
}

// isPart says whether a tensor of that name may be in a file. Layers' names are in
// network order when they are sorted.
func isPart(layer, part string) bool {
	if part != "weight" && part != "bias" && part != "scale" && part != "metric" {
		return false
	}
	for n := 0; vgg.ConvName(n) != ""; n++ {
		if layer == vgg.ConvName(n) {
			return true
		}
	}
	return false
}

// openLayer finds the tensors of a layer that takes in channels, and checks them.
func openLayer(tensors safetensors.SafeTensors, name string, in int) (layer, error) {
	l := layer{name: name}
	l.weight, _ = tensors.Tensor(name + ".weight")
	shape, dtype := l.weight.Shape(), l.weight.DType()
	switch {
	case len(shape) != 4 || shape[2] != 3 || shape[3] != 3 || shape[0] < 1:
		return l, engine.Errorf(engine.InvalidWeights, "%s.weight has shape %v; a VGG-19 has filters of 3x3, as [out, in, 3, 3].", name, shape)
	case shape[1] != uint64(in):
		return l, engine.Errorf(engine.InvalidWeights, "%s.weight takes %d channels where the layer before gives %d.", name, shape[1], in)
	case dtype != safetensors.F32 && dtype != safetensors.I8:
		return l, engine.Errorf(engine.InvalidWeights, "%s.weight is of type %s; this program reads F32, and I8 with scales.", name, dtype)
	}
	l.o, l.i = int(shape[0]), in // they fit: their product is bytes of the file
	var err error
	if l.bias, err = openVector(tensors, name+".bias", l.o); err != nil {
		return l, err
	}
	bits := [][]byte{l.bias.Data()}
	if l.metric, l.hasMetric = tensors.Tensor(name + ".metric"); l.hasMetric {
		if shape := l.metric.Shape(); l.metric.DType() != safetensors.F32 || len(shape) != 2 || shape[0] != uint64(l.o) || shape[1] != uint64(l.o) {
			return l, engine.Errorf(engine.InvalidWeights, "%s.metric is %s %v where F32 [%d %d] is needed.", name, l.metric.DType(), shape, l.o, l.o)
		}
		bits = append(bits, l.metric.Data())
	}
	if l.quantised() {
		if l.scale, err = openVector(tensors, name+".scale", l.o); err != nil {
			return l, err
		}
		bits = append(bits, l.scale.Data())
	} else {
		bits = append(bits, l.weight.Data())
	}
	for _, data := range bits {
		// So far from the largest number that no scale leads beyond it.
		const most = math.MaxFloat32 / 256
		for i := 0; i < len(data); i += 4 {
			if v := math.Abs(float64(float(data[i:]))); !(v <= most) {
				return l, engine.Errorf(engine.InvalidWeights, "%s holds a number that is infinite or not a number; get another copy of the file.", name)
			}
		}
	}
	return l, nil
}

// openVector finds a tensor F32 [n].
func openVector(tensors safetensors.SafeTensors, name string, n int) (safetensors.TensorView, error) {
	v, ok := tensors.Tensor(name)
	if !ok {
		return v, engine.Errorf(engine.InvalidWeights, "The weights have no %s.", name)
	}
	if shape := v.Shape(); v.DType() != safetensors.F32 || len(shape) != 1 || shape[0] != uint64(n) {
		return v, engine.Errorf(engine.InvalidWeights, "%s is %s %v where F32 [%d] is needed.", name, v.DType(), shape, n)
	}
	return v, nil
}

// weights returns the layer's parameters; int8 stays int8.
func (l layer) weights() backend.ConvWeights {
	w := backend.ConvWeights{O: l.o, I: l.i, Bias: floats(l.bias)}
	if !l.quantised() {
		w.Weight = floats(l.weight)
		return w
	}
	w.Scale, w.Int8 = floats(l.scale), make([]int8, l.weight.DataLen())
	for i, q := range l.weight.Data() {
		w.Int8[i] = int8(q)
	}
	return w
}

func floats(t safetensors.TensorView) []float32 {
	v := make([]float32, t.DataLen()/4)
	for i := range v {
		v[i] = float(t.Data()[4*i:])
	}
	return v
}

func float(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
