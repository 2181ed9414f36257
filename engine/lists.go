package engine

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Numbers is a list of numbers, written 1,0.5 as text and [1, 0.5] in JSON.
type Numbers []float64

func (n Numbers) String() string {
	parts := make([]string, len(n))
	for i, v := range n {
		parts[i] = formatNumber(v)
	}
	return strings.Join(parts, ",")
}

func parseNumbers(text string) (Numbers, error) {
	if text == "" {
		return nil, nil
	}
	var list Numbers
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// A LayerWeight is a layer of the network and how much it counts.
type LayerWeight struct {
	Layer  string
	Weight float64
}

func (l LayerWeight) String() string {
	if l.Weight == 1 {
		return l.Layer
	}
	return l.Layer + ":" + formatNumber(l.Weight)
}

// LayerWeights is a list of layers, written relu1_1,relu2_1:0.5 as text and
// ["relu1_1", "relu2_1:0.5"] in JSON.
type LayerWeights []LayerWeight

func (l LayerWeights) String() string { return strings.Join(l.words(), ",") }

func (l LayerWeights) words() []string {
	parts := make([]string, len(l))
	for i, w := range l {
		parts[i] = w.String()
	}
	return parts
}

func parseLayers(text string) (LayerWeights, error) {
	var list LayerWeights
	for part := range strings.SplitSeq(text, ",") {
		l, err := parseLayer(part)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

func parseLayer(text string) (LayerWeight, error) {
	name, weight, weighted := strings.Cut(strings.TrimSpace(text), ":")
	l := LayerWeight{Layer: name, Weight: 1}
	if name == "" {
		return l, fmt.Errorf("a layer has no name")
	}
	if weighted {
		v, err := strconv.ParseFloat(weight, 64)
		if err != nil {
			return l, err
		}
		l.Weight = v
	}
	return l, nil
}

// MarshalJSON writes the list as strings, each as String has it.
func (l LayerWeights) MarshalJSON() ([]byte, error) { return json.Marshal(l.words()) }

// UnmarshalJSON reads a list of strings such as "relu2_1:0.5".
func (l *LayerWeights) UnmarshalJSON(data []byte) error {
	var words []string
	if err := json.Unmarshal(data, &words); err != nil {
		return err
	}
	*l = make(LayerWeights, 0, len(words))
	for _, word := range words {
		w, err := parseLayer(word)
		if err != nil {
			return Errorf(InvalidRecipe, "The recipe's layer %q cannot be read. Write it as relu2_1 or relu2_1:0.5.", word)
		}
		*l = append(*l, w)
	}
	return nil
}

func formatNumber(v float64) string {
	if math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
