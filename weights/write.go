package weights

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// keyDigests is in the metadata of files in int8.
const keyDigests = "sha256"

// Marshal returns a network as a file, layers that are in int8 as such, with the given
// metadata beside what describes the input. The same network gives the same bytes.
//
// Numbers in float32 come first in it, then the int8 weights in network order, so that a
// reader who has the file's beginning has whole layers. If all layers are in int8, the
// metadata hold the SHA-256 of what is before the weights and of each layer's weights,
// with commas between them: whoever knows the header's hash, which is in the name under
// which the file is served, can check a layer as soon as it is there.
func Marshal(w *vgg.Weights, metadata map[string]string) ([]byte, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	tensors := map[string]safetensors.TensorView{}
	add := func(name string, dtype safetensors.DType, data []byte, shape ...uint64) error {
		view, err := safetensors.NewTensorView(dtype, shape, data)
		tensors[name] = view
		return err
	}
	whole := true
	for _, c := range w.Convs {
		o := uint64(c.O)
		var err error
		if c.Int8 != nil {
			err = add(c.Name+".weight", safetensors.I8, int8Bytes(c.Int8), o, uint64(c.I), 3, 3)
			if err == nil {
				err = add(c.Name+".scale", safetensors.F32, floatBytes(c.Scale), o)
			}
		} else {
			whole = false
			err = add(c.Name+".weight", safetensors.F32, floatBytes(c.Weight), o, uint64(c.I), 3, 3)
		}
		if err == nil {
			err = add(c.Name+".bias", safetensors.F32, floatBytes(c.Bias), o)
		}
		switch {
		case err != nil || c.Metric == nil:
		case c.Int8 != nil:
			err = add(c.Name+".metric", safetensors.F16, pack(c.Metric, c.O), o*(o+1)/2)
		default:
			err = add(c.Name+".metric", safetensors.F32, floatBytes(c.Metric), o, o)
		}
		if err != nil {
			return nil, err
		}
	}
	all := maps.Clone(metadata)
	if all == nil {
		all = map[string]string{}
	}
	delete(all, keyDigests)
	writeInput(all, w.Input)
	writeScales(all, w.Scales)
	all[keyPooling] = poolings[w.Pooling]
	file, err := safetensors.Serialize(tensors, all)
	if err == nil && whole {
		all[keyDigests] = digests(file, w)
		file, err = safetensors.Serialize(tensors, all)
	}
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint64(file) > maxHeader {
		return nil, engine.Errorf(engine.InvalidWeights, "The weights' metadata are too long; shorten them.")
	}
	return file, nil
}

// digests returns the hashes of the parts of a file in int8.
func digests(file []byte, w *vgg.Weights) string {
	at := len(file)
	for _, c := range w.Convs {
		at -= len(c.Int8)
	}
	sums := []string{digest(file[headerEnd(file):at])}
	for _, c := range w.Convs {
		sums = append(sums, digest(file[at:at+len(c.Int8)]))
		at += len(c.Int8)
	}
	return strings.Join(sums, ",")
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// headerEnd returns where the numbers of a file begin that is known to be whole.
func headerEnd(file []byte) int { return 8 + int(binary.LittleEndian.Uint64(file)) }

func floatBytes(values []float32) []byte {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

func int8Bytes(values []int8) []byte {
	data := make([]byte, len(values))
	for i, v := range values {
		data[i] = byte(v)
	}
	return data
}
