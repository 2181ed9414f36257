package weights

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// Keys of the metadata.
const (
	keyInput = "input" // for people
	keyOrder = "input_order"
	keyMean  = "input_mean"
	keyScale = "input_scale"
	// Of networks that were trained to see as another: vgg.Scales.
	keyContentScale = "content_scale"
	keyStyleScale   = "style_scale"
	// The pooling of the training, average or maximum; VGG-19's files do not say it.
	keyPooling = "pooling"
)

// sentences are two descriptions that stand in files older than the three keys.
var sentences = map[string]vgg.Input{
	"BGR, 0..255, minus 103.939,116.779,123.68": vgg.Caffe,
	"RGB, (0..255 minus 123.68,116.779,103.939) / 58": {
		Mean:  vgg.Caffe.Mean,
		Scale: [3]float64{1. / 58, 1. / 58, 1. / 58},
	},
}

// readInput finds in a file's metadata how pixels become the network's input.
func readInput(metadata map[string]string) (vgg.Input, error) {
	order, mean, scale := metadata[keyOrder], metadata[keyMean], metadata[keyScale]
	if order == "" && mean == "" && scale == "" {
		if in, ok := sentences[metadata[keyInput]]; ok {
			return in, nil
		}
	}
	in := vgg.Input{BGR: order == "BGR"}
	var missing []string
	if order != "RGB" && order != "BGR" {
		missing = append(missing, keyOrder+" (RGB or BGR)")
	}
	var ok bool
	if in.Mean, ok = readTriple(mean, in.BGR); !ok {
		missing = append(missing, keyMean+" (three numbers with commas between them, in the order of "+keyOrder+", for pixels of 0 to 255)")
	}
	if in.Scale, ok = readTriple(scale, in.BGR); !ok || slices.Min(in.Scale[:]) <= 0 {
		missing = append(missing, keyScale+" (three factors above 0, likewise)")
	}
	if missing != nil {
		return vgg.Input{}, engine.Errorf(engine.InvalidWeights, "The weights do not say how pixels become the network's input: their metadata lacks %s.", strings.Join(missing, " and "))
	}
	return in, nil
}

// scaleKeys has where each scale goes, by its key.
func scaleKeys(s *vgg.Scales) map[string]*float64 {
	return map[string]*float64{keyContentScale: &s.Content, keyStyleScale: &s.Style}
}

func writeScales(metadata map[string]string, s vgg.Scales) {
	for key, scale := range scaleKeys(&s) {
		if *scale != 0 {
			metadata[key] = strconv.FormatFloat(*scale, 'g', 4, 64)
		}
	}
}

// readScales finds the scales in a file's metadata; most files have none.
func readScales(metadata map[string]string) (s vgg.Scales, err error) {
	for key, scale := range scaleKeys(&s) {
		text, ok := metadata[key]
		if !ok {
			continue
		}
		*scale, err = strconv.ParseFloat(text, 64)
		if err != nil || !(*scale >= 1e-3 && *scale <= 1e3) {
			return s, engine.Errorf(engine.InvalidWeights, "The weights' metadata have a %s of %.40q; it must be a number from 0.001 to 1000.", key, text)
		}
	}
	return s, nil
}

// poolings are the values of keyPooling.
var poolings = map[backend.Pooling]string{backend.Average: "average", backend.Maximum: "maximum"}

// readPooling finds what the network was trained with: maximum, as VGG-19 was, if nothing
// is said.
func readPooling(metadata map[string]string) (backend.Pooling, error) {
	text, ok := metadata[keyPooling]
	if !ok {
		return backend.Maximum, nil
	}
	for kind, name := range poolings {
		if name == text {
			return kind, nil
		}
	}
	return 0, engine.Errorf(engine.InvalidWeights, "The weights' metadata have a %s of %.40q; it must be average or maximum.", keyPooling, text)
}

// readTriple reads three comma-separated finite numbers and returns them in the order
// red, green, blue.
func readTriple(text string, bgr bool) (v [3]float64, ok bool) {
	parts := strings.Split(text, ",")
	if len(parts) != len(v) {
		return v, false
	}
	for i, part := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return v, false
		}
		v[i] = x
	}
	if bgr {
		slices.Reverse(v[:])
	}
	return v, true
}

// writeInput sets in the metadata what readInput reads, and a sentence for people.
func writeInput(metadata map[string]string, in vgg.Input) {
	triple := func(v [3]float64) string {
		if in.BGR {
			slices.Reverse(v[:])
		}
		var parts [3]string
		for i, x := range v {
			parts[i] = strconv.FormatFloat(x, 'g', -1, 64)
		}
		return strings.Join(parts[:], ",")
	}
	order := "RGB"
	if in.BGR {
		order = "BGR"
	}
	metadata[keyOrder], metadata[keyMean], metadata[keyScale] = order, triple(in.Mean), triple(in.Scale)
	metadata[keyInput] = order + ", (0..255 minus " + triple(in.Mean) + ") times " + triple(in.Scale)
}
