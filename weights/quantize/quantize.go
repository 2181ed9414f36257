//go:build !js

// Package quantize brings a network to few bits so that what its layers give changes
// least, rather than its weights: for each output channel it tries scales, on what the
// layers see of some pictures, and moves the bias by the mean of the error that is left.
package quantize

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

// A Picture is planes [3,H,W], 0..255.
type Picture struct {
	W, H   int
	Planes []float32
}

// A Grade says how many bits each layer has.
type Grade struct {
	Name string
	Help string
	bits func(layer int) int
}

// Grades are what a network can be brought to, the finest first.
var Grades = []Grade{
	{"int8", "8 bits", func(int) int { return 8 }},
	{"mixed", "8 bits in blocks 1 to 3, 7 in what follows, which compresses better", func(layer int) int {
		if vgg.ConvName(layer) < "conv4_1" {
			return 8
		}
		return 7
	}},
	{"int6", "6 bits, for comparison", func(int) int { return 6 }},
}

// A Layer is what became of a layer. Ratios of signal to noise are of the layer's output
// before its ReLU, in decibels.
type Layer struct {
	Name         string
	Bits         int
	SNR          float64
	LargestScale float64 // the ratio when each filter's largest weight decides
}

// places is how many places of the pictures a layer is tried on.
const places = 2048

// shares of the scale at which the largest weight fits that are tried.
var shares = []float64{1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4}

// Network returns the network in the given grade, with what became of each layer.
func Network(ctx context.Context, be backend.Trainer, w *vgg.Weights, pictures []Picture, grade Grade) (*vgg.Weights, []Layer, error) {
	if len(pictures) == 0 {
		return nil, nil, engine.Errorf(engine.MissingPicture, "Scales are chosen on pictures, and there is none.")
	}
	seen, err := look(ctx, be, w, pictures)
	if err != nil {
		return nil, nil, err
	}
	out := &vgg.Weights{Name: w.Name, Input: w.Input, Scales: w.Scales, Pooling: w.Pooling, Convs: slices.Clone(w.Convs)}
	var layers []Layer
	for l := range out.Convs {
		c, bits := &out.Convs[l], grade.bits(l)
		layers = append(layers, round(be, c, sight(be, seen[l], c.I*9), bits))
		seen[l] = nil // of VGG-19 to conv5_1 all together have 255 MB
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
	return out, layers, nil
}

// look returns what each layer sees at some places of the pictures: rows [places][I*9], in
// the order of the layer's weights.
func look(ctx context.Context, be backend.Trainer, w *vgg.Weights, pictures []Picture) ([][]float32, error) {
	net, err := vgg.New(be, w, w.Taps())
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(1, 1))
	each := (places + len(pictures) - 1) / len(pictures)
	rows := make([][]float32, len(w.Convs))
	for l := range rows {
		rows[l] = make([]float32, 0, each*len(pictures)*w.Convs[l].I*9)
	}
	for _, p := range pictures {
		features, err := net.Features(ctx, p.Planes, p.H, p.W, backend.Average, w.Taps())
		if err != nil {
			return nil, err
		}
		input := featureMap{vgg.FeatureMap{Shape: backend.Shape{C: 3, H: p.H, W: p.W}, Values: firstInput(p.Planes, w.Input)}}
		for l, tap := range w.Taps() {
			for range each {
				rows[l] = input.around(rows[l], random.IntN(input.H), random.IntN(input.W))
			}
			input = featureMap{features[tap]}
			if vgg.FirstOfBlock(vgg.ConvName(l + 1)) {
				input = input.pooled()
			}
		}
	}
	return rows, nil
}

// sight is rows [places][n] as a buffer [n,1,places].
func sight(be backend.Trainer, rows []float32, n int) backend.Buffer {
	seen := be.New(backend.Shape{C: n, H: 1, W: len(rows) / n})
	be.Write(seen, transposed(rows, n))
	return seen
}

// firstInput is what the first convolution sees, in the order and scale of its weights.
func firstInput(planes []float32, in vgg.Input) []float32 {
	out, n := make([]float32, len(planes)), len(planes)/3
	for c := range 3 {
		from := c
		if in.BGR {
			from = 2 - c
		}
		for i, v := range planes[from*n:][:n] {
			out[c*n+i] = (v - float32(in.Mean[from])) * float32(in.Scale[from])
		}
	}
	return out
}

type featureMap struct{ vgg.FeatureMap }

// around appends the 3x3 places round (y,x) of each channel, with zeros beyond the edge.
func (f featureMap) around(row []float32, y, x int) []float32 {
	for c := range f.C {
		for tap := range 9 {
			v, u, value := y+tap/3-1, x+tap%3-1, float32(0)
			if v >= 0 && v < f.H && u >= 0 && u < f.W {
				value = f.Values[(c*f.H+v)*f.W+u]
			}
			row = append(row, value)
		}
	}
	return row
}

// pooled averages 2x2 places.
func (f featureMap) pooled() featureMap {
	to := featureMap{vgg.FeatureMap{Shape: backend.Shape{C: f.C, H: f.H / 2, W: f.W / 2}}}
	for c := range to.C {
		for y := range to.H {
			for x := range to.W {
				at := f.Values[(c*f.H+2*y)*f.W+2*x:]
				to.Values = append(to.Values, (at[0]+at[1]+at[f.W]+at[f.W+1])/4)
			}
		}
	}
	return to
}

// transposed turns rows [m][n] into [n][m].
func transposed(rows []float32, n int) []float32 {
	m := len(rows) / n
	out := make([]float32, len(rows))
	for i, v := range rows {
		out[i%n*m+i/n] = v
	}
	return out
}

// round brings a layer to so many bits, with the best of the scales for each output.
func round(be backend.Trainer, c *vgg.Conv, seen backend.Buffer, bits int) Layer {
	largest := weights.LargestScales(c, bits)
	best := slices.Clone(largest)
	n := c.I * 9
	float := make([]float32, c.O*n)
	for i := range float {
		float[i] = c.At(i)
	}
	_, signal := spread(be, float, c, seen)
	least, means := make([]float64, c.O), make([]float64, c.O)
	first := 0. // noise at the largest scales
	for k, share := range shares {
		scales := make([]float32, c.O)
		for o := range scales {
			scales[o] = float32(share) * largest[o]
		}
		tried := vgg.Conv{Name: c.Name, ConvWeights: backend.ConvWeights{O: c.O, I: c.I, Weight: float}}
		weights.Round(&tried, scales, bits)
		off := make([]float32, len(float))
		for i := range off {
			off[i] = float[i] - tried.At(i)
		}
		mean, square := spread(be, off, c, seen)
		for o := range scales {
			if k == 0 {
				first += square[o] // without the bias moved
			}
			if variance := square[o] - mean[o]*mean[o]; k == 0 || variance < least[o] {
				least[o], means[o], best[o] = variance, mean[o], scales[o]
			}
		}
	}
	c.Bias = slices.Clone(c.Bias)
	power, noise := 0., 0.
	for o := range c.Bias {
		c.Bias[o] += float32(means[o])
		power += signal[o]
		noise += least[o]
	}
	c.ConvWeights.Weight, c.Int8 = float, nil
	weights.Round(c, best, bits)
	return Layer{c.Name, bits, decibels(power / noise), decibels(power / first)}
}

// spread returns for each output of filters [O,I,3,3] the mean and the mean square of what
// they give on what the layer sees.
func spread(be backend.Trainer, filters []float32, c *vgg.Conv, seen backend.Buffer) (mean, square []float64) {
	n := seen.Shape().W
	y := be.New(backend.Shape{C: c.O, H: 1, W: n})
	defer be.Release(y)
	be.Map(y, seen, filters)
	values := make([]float32, y.Len())
	if err := be.Read(context.Background(), values, y); err != nil {
		panic(err) // the context has no end
	}
	mean, square = make([]float64, c.O), make([]float64, c.O)
	for i, v := range values {
		mean[i/n] += float64(v) / float64(n)
		square[i/n] += float64(v) * float64(v) / float64(n)
	}
	return mean, square
}

func decibels(ratio float64) float64 { return 10 * math.Log10(ratio) }
