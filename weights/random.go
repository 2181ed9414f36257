package weights

import "trappedinart/engine/vgg"

// Random returns random weights, to be timed: as wide as the embedded network for
// "small", and otherwise as VGG-19 to conv5_1, deeper than which nothing looks.
func Random(network string) (*vgg.Weights, error) {
	if network != SmallName {
		return vgg.Random(network, vgg.Widths[:13]), nil
	}
	w, err := Parse(Small())
	if err != nil {
		return nil, err
	}
	var widths []int
	for _, c := range w.Convs {
		widths = append(widths, c.O)
	}
	return vgg.Random(network, widths), nil
}
