package weights

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strings"
	"unsafe"

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

// A file is what the header of a weights file describes: checked, but for the numbers.
type file struct {
	header
	layers  []layer
	input   vgg.Input
	scales  vgg.Scales
	pooling backend.Pooling
}

// A layer is one convolution as it stands in a file.
type layer struct {
	name         string
	o, i         int
	weight, bias tensor
	scale        tensor // of int8 weights
	metric       tensor // if hasMetric
	hasMetric    bool
}

// places finds the bytes of a tensor.
type places func(tensor) []byte

// within returns where tensors are in a part of a file that begins at that place.
func within(part []byte, begin int) places {
	return func(t tensor) []byte { return part[t.from-begin : t.to-begin] }
}

// tap is the name of the layer's activations.
func (l layer) tap() string { return "relu" + strings.TrimPrefix(l.name, "conv") }

func (l layer) quantised() bool { return l.weight.dtype == safetensors.I8 }

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
	w := f.weights(data)
	if err := w.Check(); err != nil {
		return nil, err
	}
	return w, nil
}

// weights returns the network that is in the bytes of the file.
func (f *file) weights(data []byte) *vgg.Weights {
	w := &vgg.Weights{Input: f.input, Scales: f.scales, Pooling: f.pooling}
	at := within(data, 0)
	for _, l := range f.layers {
		c := l.conv(at)
		if l.quantised() {
			c.Int8 = int8s(slices.Clone(at(l.weight)))
		} else {
			c.Weight = floats(at(l.weight))
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
		info.Taps = append(info.Taps, l.tap())
		info.Params += l.o*l.i*9 + l.o
		info.Quantised = info.Quantised && l.quantised()
	}
	return info, nil
}

// open checks all that can be wrong with a file but takes no memory for its weights.
func open(data []byte) (*file, error) {
	h, err := splitHeader(data)
	if err != nil {
		return nil, notWhole(err)
	}
	f, err := h.file()
	if err != nil {
		return nil, err
	}
	for _, l := range f.layers {
		if err := l.checkNumbers(within(data, 0)); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func notWhole(err error) error {
	return engine.Errorf(engine.InvalidWeights, "This is no whole safetensors file (%w); get another copy of it.", err)
}

// file finds the network in what a header describes.
func (h header) file() (*file, error) {
	f := &file{header: h}
	known, in := 0, 3
	for n := 0; vgg.ConvName(n) != ""; n++ {
		name := vgg.ConvName(n)
		if _, ok := h.tensors[name+".weight"]; !ok {
			break
		}
		l, err := h.layer(name, in)
		if err != nil {
			return nil, err
		}
		f.layers = append(f.layers, l)
		in = l.o
		known += l.tensors()
	}
	if err := checkRest(slices.Sorted(maps.Keys(h.tensors)), len(f.layers), known); err != nil {
		return nil, err
	}
	var err error
	if f.input, err = readInput(h.metadata); err == nil {
		f.scales, err = readScales(h.metadata)
	}
	if err == nil {
		f.pooling, err = readPooling(h.metadata)
	}
	return f, err
}

// checkRest refuses a file without layers, and tensors that belong to none of them:
// another network's, or those beyond a gap. The names are sorted.
func checkRest(names []string, layers, known int) error {
	next := vgg.ConvName(layers)
	if layers == 0 {
		return engine.Errorf(engine.InvalidWeights, "The weights have no %s.weight; a VGG-19 begins with it.", next)
	}
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

// layer finds the tensors of a layer that takes in channels, and checks what they are.
func (h header) layer(name string, in int) (layer, error) {
	l := layer{name: name, weight: h.tensors[name+".weight"]}
	shape, dtype := l.weight.shape, l.weight.dtype
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
	if l.bias, err = h.vector(name+".bias", l.o); err != nil {
		return l, err
	}
	if l.metric, l.hasMetric = h.tensors[name+".metric"]; l.hasMetric {
		whole, half := []uint64{uint64(l.o), uint64(l.o)}, []uint64{uint64(l.o * (l.o + 1) / 2)}
		shape, dtype := l.metric.shape, l.metric.dtype
		if !(dtype == safetensors.F32 && slices.Equal(shape, whole) || dtype == safetensors.F16 && slices.Equal(shape, half)) {
			return l, engine.Errorf(engine.InvalidWeights, "%s.metric is %s %v where F32 %v or F16 %v is needed.", name, dtype, shape, whole, half)
		}
	}
	if l.quantised() {
		l.scale, err = h.vector(name+".scale", l.o)
	}
	return l, err
}

// vector finds a tensor F32 [n].
func (h header) vector(name string, n int) (tensor, error) {
	t, ok := h.tensors[name]
	if !ok {
		return t, engine.Errorf(engine.InvalidWeights, "The weights have no %s.", name)
	}
	if t.dtype != safetensors.F32 || len(t.shape) != 1 || t.shape[0] != uint64(n) {
		return t, engine.Errorf(engine.InvalidWeights, "%s is %s %v where F32 [%d] is needed.", name, t.dtype, t.shape, n)
	}
	return t, nil
}

// checkNumbers refuses numbers in float32 with which nothing can be computed.
func (l layer) checkNumbers(at places) error {
	list := [][]byte{at(l.bias)}
	if l.hasMetric {
		list = append(list, floatBytes(l.readMetric(at)))
	}
	if l.quantised() {
		list = append(list, at(l.scale))
	} else {
		list = append(list, at(l.weight))
	}
	for _, data := range list {
		// So far from the largest number that no scale leads beyond it.
		const most = math.MaxFloat32 / 256
		for i := 0; i < len(data); i += 4 {
			if v := math.Abs(float64(float(data[i:]))); !(v <= most) {
				return engine.Errorf(engine.InvalidWeights, "%s holds a number that is infinite or not a number; get another copy of the file.", l.name)
			}
		}
	}
	return nil
}

// readMetric returns the metric [O,O].
func (l layer) readMetric(at places) []float32 {
	if l.metric.dtype == safetensors.F16 {
		return unpack(at(l.metric), l.o)
	}
	return floats(at(l.metric))
}

// conv returns the layer without its weights, which are all that may be in int8.
func (l layer) conv(at places) vgg.Conv {
	c := vgg.Conv{Name: l.name, ConvWeights: backend.ConvWeights{O: l.o, I: l.i, Bias: floats(at(l.bias))}}
	if l.quantised() {
		c.Scale = floats(at(l.scale))
	}
	if l.hasMetric {
		c.Metric = l.readMetric(at)
	}
	return c
}

func floats(data []byte) []float32 {
	v := make([]float32, len(data)/4)
	for i := range v {
		v[i] = float(data[4*i:])
	}
	return v
}

func float(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }

// int8s returns the bytes, which are at least one, as the int8 numbers that they are. It
// shares their memory: a network's weights are most of what a page has to hold.
func int8s(data []byte) []int8 { return unsafe.Slice((*int8)(unsafe.Pointer(&data[0])), len(data)) }
