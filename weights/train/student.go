//go:build !js

package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// Layers is how many convolutions the student has: conv1_1 to conv3_2.
const Layers = 6

// inputScale brings grey levels less the mean to about -2..2.
const inputScale = 1. / 58

// params are the student's parameters in one row, which Adam walks along, and views of
// it: of each layer the filters [O,I,3,3], the biases [O], and the head [T,O] that
// predicts the teacher's T channels.
type params struct {
	all    []float32
	weight [Layers][]float32
	bias   [Layers][]float32
	head   [Layers][]float32
}

func newParams(widths, teacher []int) *params {
	n, in := 0, 3
	for l, out := range widths {
		n += out*in*9 + out + teacher[l]*out
		in = out
	}
	p := &params{all: make([]float32, n)}
	at, in := 0, 3
	take := func(n int) []float32 {
		at += n
		return p.all[at-n : at : at]
	}
	for l, out := range widths {
		p.weight[l], p.bias[l], p.head[l] = take(out*in*9), take(out), take(teacher[l]*out)
		in = out
	}
	return p
}

// ofHead says whether parameter i belongs to a head.
func (p *params) ofHead(i int) bool {
	for l := range Layers {
		convolution := len(p.weight[l]) + len(p.bias[l])
		if i < convolution {
			return false
		}
		if i -= convolution + len(p.head[l]); i < 0 {
			return true
		}
	}
	panic("train: no such parameter")
}

// draw fills the parameters as He et al. 2015 (arXiv 1502.01852) begin.
func (p *params) draw(random *rand.Rand, widths []int) {
	in := 3
	for l, out := range widths {
		for i := range p.weight[l] {
			p.weight[l][i] = float32(random.NormFloat64() * math.Sqrt(2/float64(9*in)))
		}
		for i := range p.head[l] {
			p.head[l][i] = float32(random.NormFloat64() * 0.3 / math.Sqrt(float64(out)))
		}
		in = out
	}
}

// network returns the student as a network of its own. The metric of a layer is that of
// its head, brought to a mean of 1 along the diagonal.
func (p *params) network(widths []int, pooling backend.Pooling, name string) *vgg.Weights {
	w := &vgg.Weights{Name: name, Pooling: pooling, Input: vgg.Input{Mean: vgg.Caffe.Mean, Scale: [3]float64{inputScale, inputScale, inputScale}}}
	in := 3
	for l, out := range widths {
		w.Convs = append(w.Convs, vgg.Conv{
			Name:        vgg.ConvName(l),
			ConvWeights: backend.ConvWeights{O: out, I: in, Weight: slices.Clone(p.weight[l]), Bias: slices.Clone(p.bias[l])},
			Metric:      metric(p.head[l], out),
		})
		in = out
	}
	return w
}

// metric returns H'H [n,n] of the head H [T,n], divided by the mean of its diagonal.
func metric(head []float32, n int) []float32 {
	k := make([]float64, n*n)
	for at := 0; at < len(head); at += n {
		row := head[at:][:n]
		for i, a := range row {
			for j, b := range row {
				k[i*n+j] += float64(a) * float64(b)
			}
		}
	}
	trace := 0.
	for i := range n {
		trace += k[i*n+i]
	}
	out := make([]float32, n*n)
	for i, v := range k {
		out[i] = float32(v / trace * float64(n))
	}
	return out
}

// A pass is the student and its teacher at one size on one thread: forward, the
// losses of the heads, and backward to the weights.
type pass struct {
	be      backend.Trainer
	side    int
	pooling backend.Pooling
	widths  []int
	p       *params // shared, read
	grad    *params // of this pass
	rms     *[Layers]float64
	gram    float64 // weight of the loss on Gram matrices
	teacher *vgg.Network
	plan    *vgg.Plan
	picture backend.Buffer // less the mean
	layers  [Layers]passLayer
}

type passLayer struct {
	conv         backend.Conv
	x            backend.Buffer // input
	out          backend.Buffer
	pos          backend.Memo
	dout         backend.Buffer
	dx           backend.Buffer // gradient with respect to x
	dwide        backend.Buffer // and to what was pooled before it, if that was so
	won          backend.Memo   // by maximum pooling before it
	e, predicted backend.Buffer // [T,h,w]: what the head gets wrong; what it says
	turned       []float32      // the head's transpose
	sums         [2]backend.Sums
	squares      []float64
}

func newPass(be backend.Trainer, teacher *vgg.Weights, o *Options, p *params, rms *[Layers]float64) (*pass, error) {
	side, widths := o.Side, o.Widths
	s := &pass{be: be, side: side, pooling: o.Pooling, widths: widths, p: p, rms: rms, gram: o.Gram}
	taps := teacher.Taps()[:Layers]
	var err error
	if s.teacher, err = vgg.New(be, teacher, taps); err != nil {
		return nil, err
	}
	if s.plan, err = s.teacher.ForwardPlan(side, side, o.Pooling, taps); err != nil {
		return nil, err
	}
	var outs []int
	for _, c := range teacher.Convs[:Layers] {
		outs = append(outs, c.O)
	}
	s.grad = newParams(widths, outs)
	in, n := 3, side
	for l, out := range widths {
		if s.pooled(l) {
			s.layers[l].dwide = be.New(backend.Shape{C: in, H: n, W: n})
			n /= 2
			s.layers[l].won = be.NewMemo(backend.Shape{C: in, H: n, W: n})
		}
		shape := backend.Shape{C: out, H: n, W: n}
		seen := backend.Shape{C: outs[l], H: n, W: n}
		layer := &s.layers[l]
		layer.out, layer.dout, layer.pos = be.New(shape), be.New(shape), be.NewMemo(shape)
		layer.dx = be.New(backend.Shape{C: in, H: n, W: n})
		layer.e, layer.predicted = be.New(seen), be.New(seen)
		layer.sums = [2]backend.Sums{be.NewSums(seen.C * seen.C), be.NewSums(seen.C * seen.C)}
		layer.turned = make([]float32, seen.C*out)
		layer.squares = make([]float64, 2)
		if l == 0 || s.pooled(l) {
			layer.x = be.New(backend.Shape{C: in, H: n, W: n})
		} else {
			layer.x = s.layers[l-1].out
		}
		in = out
	}
	return s, nil
}

func (s *pass) pooled(l int) bool { return l > 0 && vgg.FirstOfBlock(vgg.ConvName(l)) }

// take makes the shared parameters those of the passes to come, and forgets the gradient.
func (s *pass) take() {
	clear(s.grad.all)
	in := 3
	for l, out := range s.widths {
		layer := &s.layers[l]
		layer.conv = s.be.Prepare(backend.ConvWeights{O: out, I: in, Weight: s.p.weight[l], Bias: s.p.bias[l]})
		for i, v := range s.p.head[l] {
			layer.turned[i%out*(len(s.p.head[l])/out)+i/out] = v
		}
		in = out
	}
}

// Errors of a crop: of each layer the mean squared error of the head, relative to the
// teacher's mean square, and the squared distance of the Gram matrices, relative to
// the teacher's.
type Errors struct{ Feature, Gram [Layers]float64 }

// run looks at a crop [3,side,side], and, if learn is set, adds weight times the
// gradient of its loss, the mean of all errors.
func (s *pass) run(planes []float32, weight float64, learn bool) (Errors, error) {
	var errs Errors
	s.picture = s.teacher.Picture(planes, s.side, s.side)
	defer s.be.Release(s.picture)
	s.forward()
	var err error
	s.plan.Forward(s.picture, func(tap string, t backend.Buffer) {
		if err == nil {
			err = s.compare(tap, t, weight/Layers, learn, &errs)
		}
	})
	if err == nil && learn {
		s.backward()
	}
	return errs, err
}

func (s *pass) forward() {
	s.be.Combine(s.layers[0].x, inputScale, s.picture, 0, nil)
	for l := range s.layers {
		layer := &s.layers[l]
		if s.pooled(l) {
			s.be.Pool(layer.x, s.layers[l-1].out, s.pooling, layer.won)
		}
		s.be.Convolve(layer.out, layer.x, layer.conv, layer.pos)
	}
}

func layerOf(tap string) int {
	for l := range Layers {
		if vgg.ConvName(l) == "conv"+strings.TrimPrefix(tap, "relu") {
			return l
		}
	}
	panic("train: no such tap")
}

// compare measures a layer's head against the teacher, and leaves in dout the gradient
// with respect to the layer's output.
func (s *pass) compare(tap string, t backend.Buffer, weight float64, learn bool, errs *Errors) error {
	l := layerOf(tap)
	layer := &s.layers[l]
	e, n := layer.e, float64(layer.e.Len())
	s.be.Map(layer.predicted, layer.out, s.p.head[l])
	s.be.Combine(e, 1, layer.predicted, -1/s.rms[l], t)
	if err := s.be.Dots(context.Background(), layer.squares[:1], []backend.Pair{{A: e, B: e}}); err != nil {
		return err
	}
	errs.Feature[l] = layer.squares[0] / n
	s.be.Combine(e, 2*weight/n, e, 0, nil)
	if s.gram > 0 || !learn {
		// D = (G_predicted - G_teacher) / area, teacher in units of its rms.
		predicted, taught := layer.sums[0], layer.sums[1]
		area := n / float64(t.Shape().C)
		for _, sums := range layer.sums {
			s.be.Combine(sums, 0, sums, 0, nil)
		}
		s.be.AddGram(predicted, layer.predicted, t.Shape().Whole(), nil)
		s.be.AddGram(taught, t, t.Shape().Whole(), nil)
		s.be.Combine(taught, 1/(area*s.rms[l]*s.rms[l]), taught, 0, nil)
		s.be.Combine(predicted, 1/area, predicted, -1, taught)
		if err := s.be.Dots(context.Background(), layer.squares, []backend.Pair{{A: predicted, B: predicted}, {A: taught, B: taught}}); err != nil {
			return err
		}
		errs.Gram[l] = layer.squares[0] / layer.squares[1]
		if learn {
			s.be.GramGrad(e, layer.predicted, predicted, 4*weight*s.gram/(area*(layer.squares[1]+1e-9)), t.Shape().Whole(), nil)
		}
	}
	if learn {
		s.be.MapGrad(s.grad.head[l], e, layer.out)
		s.be.Map(layer.dout, e, layer.turned)
	}
	return nil
}

// backward adds to the gradient of all weights, from the gradients at the layers' outputs
// that compare has left.
func (s *pass) backward() {
	for l := Layers - 1; l >= 0; l-- {
		layer := &s.layers[l]
		s.be.ConvolveGrad(s.grad.weight[l], s.grad.bias[l], layer.dout, layer.x, layer.pos)
		if l == 0 {
			return
		}
		s.be.ConvolveBack(layer.dx, layer.dout, layer.conv, layer.pos)
		below := &s.layers[l-1]
		back := layer.dx
		if s.pooled(l) {
			s.be.PoolBack(layer.dwide, back, s.pooling, layer.won)
			back = layer.dwide
		}
		s.be.Combine(below.dout, 1, below.dout, 1, back)
	}
}

// Add adds the errors of o.
func (e *Errors) Add(o *Errors) { e.add(o, 1) }

func (e *Errors) add(o *Errors, share float64) {
	for l := range e.Feature {
		e.Feature[l] += share * o.Feature[l]
		e.Gram[l] += share * o.Gram[l]
	}
}
