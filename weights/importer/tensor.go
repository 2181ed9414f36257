//go:build !js

package importer

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strconv"

	gorgonia "gorgonia.org/tensor"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// An order says how a file's filters lie in memory.
type order int

const (
	oihw   order = iota // PyTorch
	hwio                // TensorFlow
	either              // the shape tells
)

// A tensor is one of a file. Its size was checked against the file's, so that it may
// be read; nothing else was.
type tensor struct {
	name  string
	shape []int
	order order // of a filter
	read  func() ([]float32, error)
}

// names are those of the convolutions' tensors in all formats: conv1_1.weight,
// features.0.weight, block1_conv1/block1_conv1_W_1:0, block1_conv1/kernel:0, conv1_1_W.
var names = regexp.MustCompile(`^(?:.*[/.])?(?:(?:conv|block)([1-9])_(?:conv)?([1-9])|features[./](\d{1,3}))[/._](W|weights?|kernel|b|bias|biases)(?:_\d+)?(?::\d+)?(?:\.npy)?$`)

// features are the numbers of the convolutions among torchvision's layers.
var features = []int{0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34}

// place says which convolution a tensor belongs to, or -1 for one that is not needed,
// as the classifier's are.
func place(name string) (layer int, bias bool, err error) {
	m := names.FindStringSubmatch(name)
	if m == nil {
		return -1, false, nil
	}
	bias = m[4][0] == 'b'
	if m[3] != "" {
		n, _ := strconv.Atoi(m[3])
		layer = slices.Index(features, n)
	} else {
		layer = -1
		for l := 0; vgg.ConvName(l) != ""; l++ {
			if vgg.ConvName(l) == "conv"+m[1]+"_"+m[2] {
				layer = l
			}
		}
		if layer < 0 && m[1] > "5" {
			return -1, false, nil // beyond what is looked at
		}
	}
	if layer < 0 {
		return -1, false, engine.Errorf(engine.InvalidWeights, "The file holds %.80q, where a VGG-19 has no convolution; it is another network's, so get that of VGG-19 without batch normalisation.", name)
	}
	return layer, bias, nil
}

// A pair is the tensors of one convolution.
type pair struct{ weight, bias *tensor }

// pairs finds the convolutions of a file, from conv1_1 to wherever they end.
func pairs(tensors []tensor) ([]pair, error) {
	found := make([]pair, len(vgg.Widths))
	depth := 0
	for i := range tensors {
		t := &tensors[i]
		layer, bias, err := place(t.name)
		if err != nil {
			return nil, err
		}
		if layer < 0 {
			continue
		}
		slot := &found[layer].weight
		if bias {
			slot = &found[layer].bias
		}
		if *slot != nil {
			return nil, engine.Errorf(engine.InvalidWeights, "The file holds both %.80q and %.80q, and they are the same part of a VGG-19; leave one out.", (*slot).name, t.name)
		}
		*slot = t
		depth = max(depth, layer+1)
	}
	if depth == 0 {
		return nil, engine.Errorf(engine.InvalidWeights, "The file holds no convolution of a VGG-19; they are called features.0.weight, conv1_1.weight or block1_conv1.")
	}
	for l, p := range found[:depth] {
		if p.weight == nil {
			return nil, engine.Errorf(engine.InvalidWeights, "The file lacks the filters of %s; get a whole copy of it.", vgg.ConvName(l))
		}
		if p.bias == nil {
			return nil, engine.Errorf(engine.InvalidWeights, "The file lacks the biases of %s; get a whole copy of it.", vgg.ConvName(l))
		}
	}
	return found[:depth], nil
}

// assemble reads the convolutions, after all of their shapes are checked.
func assemble(ctx context.Context, tensors []tensor) ([]vgg.Conv, error) {
	found, err := pairs(tensors)
	if err != nil {
		return nil, err
	}
	convs := make([]vgg.Conv, len(found))
	in := 3
	for l, p := range found {
		if convs[l], err = p.shape(l, in); err != nil {
			return nil, err
		}
		in = convs[l].O
	}
	for l, p := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := &convs[l]
		if c.Weight, err = p.weight.values(); err != nil {
			return nil, err
		}
		if p.weight.order == hwio {
			if c.Weight, err = transpose(c.Weight, c.I, c.O); err != nil {
				return nil, err
			}
		}
		if c.Bias, err = p.bias.values(); err != nil {
			return nil, err
		}
	}
	return convs, nil
}

// shape checks the shapes of a convolution that takes in channels, and settles the
// order of its filters.
func (p pair) shape(l, in int) (vgg.Conv, error) {
	c := vgg.Conv{Name: vgg.ConvName(l)}
	s := p.weight.shape
	if len(s) != 4 {
		return c, engine.Errorf(engine.InvalidWeights, "%.80q has shape %v; filters have four dimensions.", p.weight.name, s)
	}
	isHWIO, isOIHW := s[0] == 3 && s[1] == 3, s[2] == 3 && s[3] == 3
	if p.weight.order == either {
		if isHWIO && isOIHW {
			return c, engine.Errorf(engine.InvalidWeights, "%.80q has shape %v, in which filters and channels cannot be told apart.", p.weight.name, s)
		}
		p.weight.order = oihw
		if isHWIO {
			p.weight.order = hwio
		}
	}
	switch {
	case p.weight.order == hwio && isHWIO:
		c.ConvWeights = backend.ConvWeights{O: s[3], I: s[2]}
	case p.weight.order == oihw && isOIHW:
		c.ConvWeights = backend.ConvWeights{O: s[0], I: s[1]}
	case p.weight.order == hwio:
		return c, engine.Errorf(engine.InvalidWeights, "%.80q has shape %v where [3 3 in out] is needed; get the file in TensorFlow's order, not Theano's.", p.weight.name, s)
	default:
		return c, engine.Errorf(engine.InvalidWeights, "%.80q has shape %v; a VGG-19 has filters of 3x3.", p.weight.name, s)
	}
	switch {
	case c.I != in:
		return c, engine.Errorf(engine.InvalidWeights, "%.80q takes %d channels where the layer before gives %d.", p.weight.name, c.I, in)
	case c.O < 1:
		return c, engine.Errorf(engine.InvalidWeights, "%.80q holds no filters.", p.weight.name)
	case len(p.bias.shape) != 1 || p.bias.shape[0] != c.O:
		return c, engine.Errorf(engine.InvalidWeights, "%.80q has shape %v where [%d] is needed.", p.bias.name, p.bias.shape, c.O)
	}
	return c, nil
}

// values reads the tensor and looks at its numbers.
func (t *tensor) values() ([]float32, error) {
	values, err := t.read()
	if err != nil {
		return nil, err
	}
	const most = math.MaxFloat32 / 256 // as weights.Parse has it
	for _, v := range values {
		if !(math.Abs(float64(v)) <= most) {
			return nil, engine.Errorf(engine.InvalidWeights, "%.80q holds a number that is infinite or not a number; get another copy of the file.", t.name)
		}
	}
	return values, nil
}

// transpose turns filters [3,3,I,O] into [O,I,3,3].
func transpose(values []float32, in, out int) ([]float32, error) {
	t := gorgonia.New(gorgonia.WithShape(3, 3, in, out), gorgonia.WithBacking(values))
	turned, err := gorgonia.Transpose(t, 3, 2, 0, 1)
	if err != nil {
		return nil, err
	}
	return turned.Data().([]float32), nil
}

// count multiplies the sides of a shape; it is false for more than any file holds.
func count(shape []int) (int, bool) {
	n := 1
	for _, side := range shape {
		if side < 0 || side > maxFile {
			return 0, false
		}
		if n *= side; n > maxFile {
			return 0, false
		}
	}
	return n, true
}
