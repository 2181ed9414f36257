package weights

import (
	"encoding/binary"
	"maps"
	"math"

	"github.com/nlpodyssey/safetensors"

	"trappedinart/engine"
)

// Quantize returns the network as a file in int8: for each output channel o
//
//	scale[o] = max|weight[o,...]| / 127
//	int8[o,...] = weight[o,...] / scale[o], rounded
//
// Layers that are in int8 already stay as they are, and so do the metadata, but for
// the input, which is written in the form of the package comment; head.* is dropped.
// The same file gives the same bytes. Scales and biases come first in it, then the
// int8 weights in network order, so that a reader who has the file's beginning has
// whole layers.
func Quantize(data []byte) ([]byte, error) {
	f, err := open(data)
	if err != nil {
		return nil, err
	}
	tensors := map[string]safetensors.TensorView{}
	for _, l := range f.layers {
		if !l.quantised() {
			if l.weight, l.scale, err = l.quantise(); err != nil {
				return nil, err
			}
		}
		maps.Copy(tensors, l.parts())
	}
	writeInput(f.metadata, f.input)
	out, err := safetensors.Serialize(tensors, f.metadata)
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint64(out) > maxHeader {
		return nil, engine.Errorf(engine.InvalidWeights, "The weights' metadata are too long; shorten them.")
	}
	return out, nil
}

// quantise returns the layer's weights as I8 [O,I,3,3] and their scales F32 [O].
func (l layer) quantise() (weight, scale safetensors.TensorView, err error) {
	n := l.i * 9
	values := floats(l.weight)
	ints, scales := make([]byte, 0, len(values)), make([]byte, 0, 4*l.o)
	for o := range l.o {
		filter := values[o*n : (o+1)*n]
		var largest float64
		for _, v := range filter {
			largest = max(largest, math.Abs(float64(v)))
		}
		s := float32(largest / 127) // 0 for a filter of zeros, and for one that is next to it
		scales = binary.LittleEndian.AppendUint32(scales, math.Float32bits(s))
		for _, v := range filter {
			q := 0.
			if s > 0 {
				q = min(max(math.RoundToEven(float64(v)/float64(s)), -127), 127)
			}
			ints = append(ints, byte(int8(q)))
		}
	}
	if weight, err = safetensors.NewTensorView(safetensors.I8, l.weight.Shape(), ints); err != nil {
		return weight, scale, err
	}
	scale, err = safetensors.NewTensorView(safetensors.F32, []uint64{uint64(l.o)}, scales)
	return weight, scale, err
}
