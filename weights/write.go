package weights

import (
	"encoding/binary"
	"maps"
	"math"

	"github.com/nlpodyssey/safetensors"

	"trappedinart/engine/vgg"
)

// Marshal returns a network as a file in float32, with the given metadata beside what
// describes the input.
func Marshal(w *vgg.Weights, metadata map[string]string) ([]byte, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	tensors := map[string]safetensors.TensorView{}
	for _, c := range w.Convs {
		o, i := uint64(c.O), uint64(c.I)
		values := make([]float32, c.O*c.I*9)
		for k := range values {
			values[k] = c.At(k)
		}
		for _, part := range []struct {
			name   string
			shape  []uint64
			values []float32
		}{
			{"weight", []uint64{o, i, 3, 3}, values},
			{"bias", []uint64{o}, c.Bias},
			{"metric", []uint64{o, o}, c.Metric},
		} {
			if part.values == nil {
				continue
			}
			view, err := safetensors.NewTensorView(safetensors.F32, part.shape, floatBytes(part.values))
			if err != nil {
				return nil, err
			}
			tensors[c.Name+"."+part.name] = view
		}
	}
	all := maps.Clone(metadata)
	if all == nil {
		all = map[string]string{}
	}
	writeInput(all, w.Input)
	return safetensors.Serialize(tensors, all)
}

func floatBytes(values []float32) []byte {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}
