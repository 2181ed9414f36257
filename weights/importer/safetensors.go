//go:build !js

package importer

import (
	"encoding/binary"
	"encoding/json"
	"math"

	"github.com/nlpodyssey/safetensors"

	"trappedinart/engine"
	"trappedinart/weights"
)

// maxHeader bounds the JSON before the numbers, for which the library takes up to a
// hundred times as much memory.
const maxHeader = 64 << 10

// readSafetensors reads a file that is mapped into memory. The weights that it returns
// are copies; the tensors are views, to be read while the mapping stands.
func readSafetensors(data []byte) (content, error) {
	n := binary.LittleEndian.Uint64(data)
	switch {
	case n > uint64(len(data)-8):
		return content{}, engine.Errorf(engine.InvalidWeights, "This is no whole safetensors file (it ends within its header); get another copy of it.")
	case n > maxHeader:
		return content{}, engine.Errorf(engine.InvalidWeights, "The header of this safetensors file has %d KiB, and %d KiB is the most; it is no VGG-19.", n>>10, maxHeader>>10)
	}
	var header struct {
		Metadata map[string]string `json:"__metadata__"`
	}
	if err := json.Unmarshal(data[8:8+n], &header); err != nil {
		return content{}, broken("no whole safetensors file", err)
	}
	if describesInput(header.Metadata) {
		w, err := weights.Parse(data)
		return content{weights: w, metadata: header.Metadata}, err
	}
	all, err := safetensors.Deserialize(data)
	if err != nil {
		return content{}, broken("no whole safetensors file", err)
	}
	c := content{metadata: header.Metadata}
	for _, name := range all.Names() {
		view, _ := all.Tensor(name)
		t := tensor{name: name, order: oihw}
		for _, side := range view.Shape() {
			t.shape = append(t.shape, int(min(side, maxFile+1)))
		}
		t.read = func() ([]float32, error) {
			if view.DType() != safetensors.F32 {
				return nil, engine.Errorf(engine.InvalidWeights, "%.80q is of type %s; this program reads F32.", name, view.DType())
			}
			return float32s(view.Data()), nil
		}
		c.tensors = append(c.tensors, t)
	}
	return c, nil
}

// describesInput says whether a file was made for this program.
func describesInput(metadata map[string]string) bool {
	for _, key := range []string{"input", "input_order", "input_mean", "input_scale"} {
		if metadata[key] != "" {
			return true
		}
	}
	return false
}

// float32s copies numbers that lie low byte first.
func float32s(data []byte) []float32 {
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values
}

func float64s(data []byte) []float32 {
	values := make([]float32, len(data)/8)
	for i := range values {
		values[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])))
	}
	return values
}
