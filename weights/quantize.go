package weights

import (
	"math"

	"trappedinart/engine/vgg"
)

// Bits is how many bits a quantised weight has in a file of the finest grade.
const Bits = 8

// Quantize returns the network as a file in int8, for each output channel o
//
//	scale[o] = max|weight[o,...]| / 127
//	int8[o,...] = weight[o,...] / scale[o], rounded
//
// Layers that are in int8 already stay as they are, and so do the metadata. The same file
// gives the same bytes. Package quantize finds better scales, from pictures.
func Quantize(data []byte) ([]byte, error) { return quantizeTo(data, math.MaxInt) }

// quantizeTo leaves out what comes after so many layers.
func quantizeTo(data []byte, layers int) ([]byte, error) {
	f, err := open(data)
	if err != nil {
		return nil, err
	}
	w := f.weights(data)
	w.Convs = w.Convs[:min(len(w.Convs), layers)]
	for i := range w.Convs {
		if c := &w.Convs[i]; c.Int8 == nil {
			Round(c, LargestScales(c, Bits), Bits)
		}
	}
	return Marshal(w, f.metadata)
}

// LargestScales returns for each output channel the scale at which its largest weight
// is the largest number of so many bits.
func LargestScales(c *vgg.Conv, bits int) []float32 {
	n := c.I * 9
	scales := make([]float32, c.O)
	for o := range scales {
		var largest float64
		for k := range n {
			largest = max(largest, math.Abs(float64(c.At(o*n+k))))
		}
		scales[o] = float32(largest / float64(levels(bits))) // 0 for a filter of zeros, and for one that is next to it
	}
	return scales
}

// levels is the largest number of so many bits; its negative is the smallest.
func levels(bits int) int { return 1<<(bits-1) - 1 }

// Round brings a layer to int8 with the given scales: numbers of so many bits, from 2 to 8.
func Round(c *vgg.Conv, scales []float32, bits int) {
	n, most := c.I*9, float64(levels(bits))
	ints := make([]int8, c.O*n)
	for i := range ints {
		if s := scales[i/n]; s > 0 {
			ints[i] = int8(min(max(math.RoundToEven(float64(c.At(i))/float64(s)), -most), most))
		}
	}
	c.Weight, c.Int8, c.Scale = nil, ints, scales
}
