// Package vgg is the VGG-19 network (Simonyan and Zisserman, arXiv 1409.1556,
// configuration E) as a table of layers: forward to the deepest tap, and backward
// from the taps to the picture.
//
// Networks with fewer channels or fewer layers are the same table, narrower or
// cut short.
package vgg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/backend"
)

// Weights are a network's parameters, from conv1_1 in network order to wherever
// they end.
type Weights struct {
	Name   string // by which a recipe asks for them
	Convs  []Conv
	Input  Input
	Scales Scales
	// Pooling is what the network was trained with.
	Pooling backend.Pooling
}

// Scales are by how much relative distances that a network sees must be multiplied to be those of
// the network that it was trained to see as: 0, or 1, for a network that sees for itself.
type Scales struct{ Content, Style float64 }

// A Conv is one convolution's parameters.
type Conv struct {
	Name string // conv1_1
	backend.ConvWeights
	// Metric, if it is not nil, is the symmetric matrix K = H'H [O,O] in which Gram
	// matrices of this layer are compared: H brings its features to those of the network
	// that it was trained to see as.
	Metric []float32
}

// An Input says how pixels become the network's input: channel c of the input is
// (pixel[c] - Mean[c]) * Scale[c], pixels 0..255. Mean and Scale are in the order
// red, green, blue; if BGR is set, the first convolution takes blue first.
type Input struct {
	BGR   bool
	Mean  [3]float64
	Scale [3]float64
}

// Caffe is the input of the original VGG-19: blue first, 0..255, less the mean.
var Caffe = Input{BGR: true, Mean: [3]float64{123.68, 116.779, 103.939}, Scale: [3]float64{1, 1, 1}}

// Convolutions of each block, conv1_1 to conv5_4.
var perBlock = [5]int{2, 2, 4, 4, 4}

// ConvName returns the name of the l-th convolution, counted from 0: conv1_1 to
// conv5_4, and "" beyond.
func ConvName(l int) string {
	for block, n := range perBlock {
		if l < n {
			return fmt.Sprintf("conv%d_%d", block+1, l+1)
		}
		l -= n
	}
	return ""
}

// Taps returns the names of the layers that can be looked at, relu1_1 first.
func (w *Weights) Taps() []string {
	taps := make([]string, len(w.Convs))
	for i, c := range w.Convs {
		taps[i] = tapOf(c.Name)
	}
	return taps
}

// tapOf returns the name under which a convolution is looked at, behind its ReLU.
func tapOf(conv string) string { return "relu" + strings.TrimPrefix(conv, "conv") }

// Check says what is wrong with the weights, in one sentence: names out of network
// order, channels that do not fit, or slices of the wrong length.
func (w *Weights) Check() error {
	if len(w.Convs) == 0 {
		return engine.Errorf(engine.InvalidWeights, "The weights hold no convolution; a VGG-19 begins with conv1_1.")
	}
	in := 3
	for i, c := range w.Convs {
		name := ConvName(i)
		switch {
		case name == "":
			return engine.Errorf(engine.InvalidWeights, "The weights go on after conv5_4, the last layer of a VGG-19.")
		case c.Name != name:
			return engine.Errorf(engine.InvalidWeights, "The weights have %s where a VGG-19 has %s.", c.Name, name)
		case c.I != in:
			return engine.Errorf(engine.InvalidWeights, "%s takes %d channels where the layer before gives %d.", c.Name, c.I, in)
		case c.Metric != nil && len(c.Metric) != c.O*c.O:
			return engine.Errorf(engine.InvalidWeights, "%s does not hold a metric of %d x %d numbers.", c.Name, c.O, c.O)
		case !c.Fit():
			return engine.Errorf(engine.InvalidWeights, "%s does not hold %d filters of %d channels, 3x3, and their biases.", c.Name, c.O, c.I)
		}
		in = c.O
	}
	for _, s := range w.Input.Scale {
		if !(s > 0) {
			return engine.Errorf(engine.InvalidWeights, "The weights do not say how pixels become the network's input.")
		}
	}
	return nil
}

// Flops returns how many multiplications and additions the convolutions of a picture
// of height x width take, as they are defined, to the deepest of the given taps and back.
func (w *Weights) Flops(height, width int, taps []string) float64 {
	depth := 0
	for i, tap := range w.Taps() {
		if slices.Contains(taps, tap) {
			depth = i + 1
		}
	}
	sum := 0.0
	for i, c := range w.Convs[:depth] {
		if i > 0 && FirstOfBlock(c.Name) {
			height, width = height/2, width/2
		}
		sum += 2 * 2 * 9 * float64(c.I) * float64(c.O) * float64(height) * float64(width)
	}
	return sum
}

// FirstOfBlock says whether a pooling stands before the layer of that name, unless it
// is the first of all.
func FirstOfBlock(name string) bool { return strings.HasSuffix(name, "_1") }

// Random returns a network of the given widths whose filters are drawn from a normal
// distribution that keeps activations at one size (He et al. 2015, arXiv 1502.01852),
// always the same. It sees nothing; it is there to be timed.
func Random(name string, widths []int) *Weights {
	random := rand.New(rand.NewPCG(1, 1))
	w := &Weights{Name: name, Input: Caffe}
	in := 3
	for l, out := range widths {
		c := Conv{Name: ConvName(l), ConvWeights: backend.ConvWeights{O: out, I: in, Weight: make([]float32, out*in*9), Bias: make([]float32, out)}}
		for i := range c.Weight {
			c.Weight[i] = float32(random.NormFloat64() * math.Sqrt(2/float64(9*in)))
		}
		w.Convs = append(w.Convs, c)
		in = out
	}
	return w
}

// Widths are the channels of VGG-19's convolutions.
var Widths = []int{64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512, 512, 512, 512}
