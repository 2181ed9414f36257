package vgg

import (
	"fmt"
	"slices"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/backend"
)

// A Network is weights made ready on a back end. It sees pictures of red, green and
// blue, 0..255, less Mean.
type Network struct {
	Mean [3]float64
	// Scales are those of the weights, or 1.
	Scales Scales
	// Pooling is what the network was trained with.
	Pooling backend.Pooling
	// White is what a picture's 255 is to the network: 255, or by oversight of some
	// programs 256.
	White float64
	// Ceil says that pooling rounds the sizes of feature maps up, and not down.
	Ceil bool

	be    backend.Backend
	name  string
	taps  []string
	outs  []int
	convs []backend.Conv
	// The filters of Patches, nil if nobody looks at them.
	patches backend.Conv
	// Metrics of the layers that have one, by tap.
	metrics map[string]backend.Sums
}

// Metric returns the metric of a tap, to be read only, or nil.
func (n *Network) Metric(tap string) backend.Sums {
	if m, ok := n.metrics[tap]; ok {
		return m
	}
	return nil
}

// New prepares the layers of w up to the deepest of the given taps. The channel
// order and scale of the input become part of the first layer, so that the picture
// itself need only be freed of its mean: zeros beyond the border are then zeros to
// the network as well.
func New(be backend.Backend, w *Weights, taps []string) (*Network, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	n := &Network{Mean: w.Input.Mean, Scales: w.Scales, Pooling: w.Pooling, White: 255, be: be, name: w.Name, taps: w.Taps(), metrics: map[string]backend.Sums{}}
	for _, scale := range []*float64{&n.Scales.Content, &n.Scales.Style} {
		if *scale == 0 {
			*scale = 1
		}
	}
	depth := 0
	for _, tap := range taps {
		if tap == Patches {
			n.patches = be.Prepare(patchBasis())
			continue
		}
		i := slices.Index(n.taps, tap)
		if i < 0 {
			return nil, engine.Errorf(engine.MissingLayer, "The network %q has no layer %q. It has %s.", w.Name, tap, strings.Join(n.taps, ", "))
		}
		depth = max(depth, i+1)
	}
	for i, c := range w.Convs[:depth] {
		cw := c.ConvWeights
		if i == 0 {
			cw.Weight, cw.Int8 = firstWeights(&cw, w.Input), nil
		}
		n.convs = append(n.convs, be.Prepare(cw))
		n.outs = append(n.outs, c.O)
		if c.Metric != nil && slices.Contains(taps, n.taps[i]) {
			wide := make([]float64, len(c.Metric))
			for k, v := range c.Metric {
				wide[k] = float64(v)
			}
			m := be.NewSums(len(wide))
			be.WriteSums(m, wide)
			n.metrics[n.taps[i]] = m
		}
	}
	return n, nil
}

func firstWeights(w *backend.ConvWeights, in Input) []float32 {
	weight := make([]float32, w.O*w.I*9)
	for o := range w.O {
		for c := range 3 {
			from := c
			if in.BGR {
				from = 2 - c
			}
			for k := range 9 {
				weight[(o*3+c)*9+k] = float32(float64(w.At((o*3+from)*9+k)) * in.Scale[c])
			}
		}
	}
	return weight
}

// A Plan is a network at one size: every feature map and memo that a pass needs,
// allocated once. Only taps keep their activations; elsewhere the way back needs no
// more than which units were positive, and maps share memory.
type Plan struct {
	be      backend.Backend
	pooling backend.Pooling
	forward bool // and never backward
	steps   []step
	owned   []any
	added   backend.Buffer // the gradient that patches give, before it is added
}

// A step is a convolution with its ReLU, a pooling, or the look at the picture's patches.
type step struct {
	conv backend.Conv // nil for pooling
	side bool         // of patches: what comes next sees the picture itself
	out  backend.Buffer
	memo backend.Memo // nil for average pooling
	tap  string       // the layer's name if somebody looks at it
	dout backend.Buffer
}

// Plan lays out passes over pictures [3,h,w] that keep the given taps, which must
// be among those that New was given.
func (n *Network) Plan(h, w int, pooling backend.Pooling, taps []string) (*Plan, error) {
	return n.plan(h, w, pooling, taps, false)
}

// ForwardPlan is a Plan that only goes forward, in less memory: a tap is kept no longer
// than Forward shows it.
func (n *Network) ForwardPlan(h, w int, pooling backend.Pooling, taps []string) (*Plan, error) {
	return n.plan(h, w, pooling, taps, true)
}

// A TooSmallError says that a layer has no places left of a picture.
type TooSmallError struct {
	W, H  int
	Layer string
}

func (e *TooSmallError) Error() string { return fmt.Sprintf("%d x %d, %s", e.W, e.H, e.Layer) }

func (n *Network) plan(h, w int, pooling backend.Pooling, taps []string, forward bool) (*Plan, error) {
	p := &Plan{be: n.be, pooling: pooling, forward: forward}
	layers := layOut(n.taps[:len(n.convs)], n.outs, backend.Shape{C: 3, H: h, W: w}, n.Ceil, taps)
	if forward && len(taps) == 1 && taps[0] == Patches {
		layers = layers[:1] // nobody looks at a convolution
	}
	deepest := layers[len(layers)-1]
	if deepest.H < 1 || deepest.W < 1 {
		return nil, &engine.Error{
			Code:    engine.InvalidRecipe,
			Message: fmt.Sprintf("A picture of %d x %d is too small for the layer %s. Choose a larger size.", w, h, deepest.tap),
			Err:     &TooSmallError{w, h, deepest.tap},
		}
	}
	maps, memory := p.be.NewShared(uses(layers, forward))
	p.owned = append(p.owned, memory)
	for i, l := range layers {
		s := step{out: maps[i], tap: l.tap}
		if !forward {
			s.dout = maps[len(layers)+i]
		}
		switch {
		case l.tap == Patches:
			s.conv, s.side = n.patches, true
			if !forward {
				p.added = n.be.New(backend.Shape{C: 3, H: h, W: w})
				p.owned = append(p.owned, p.added)
			}
		case l.conv >= 0:
			s.conv = n.convs[l.conv]
		}
		if s.conv != nil && !s.side && !forward || s.conv == nil && pooling == backend.Maximum {
			s.memo = p.be.NewMemo(l.Shape)
			p.owned = append(p.owned, s.memo)
		}
		p.steps = append(p.steps, s)
	}
	return p, nil
}

// A layer is a step before anything is made for it.
type layer struct {
	backend.Shape
	conv int // -1 for pooling and patches
	tap  string
}

// layOut returns the layers to the deepest of the taps that are looked at; names and
// outs are those of the convolutions' taps and channels, shape is the picture's.
func layOut(names []string, outs []int, shape backend.Shape, ceil bool, taps []string) []layer {
	deepest := 0
	for _, tap := range taps {
		deepest = max(deepest, slices.Index(names, tap))
	}
	var layers []layer
	if slices.Contains(taps, Patches) {
		layers = append(layers, layer{backend.Shape{C: patchChannels, H: shape.H, W: shape.W}, -1, Patches})
	}
	for i, name := range names[:deepest+1] {
		if i > 0 && FirstOfBlock(name) {
			shape = Pooled(shape, ceil)
			layers = append(layers, layer{shape, -1, ""})
		}
		shape.C = outs[i]
		l := layer{shape, i, ""}
		if slices.Contains(taps, name) {
			l.tap = name
		}
		layers = append(layers, l)
	}
	return layers
}

// Pooled is the shape that pooling brings s to, rounded up or down.
func Pooled(s backend.Shape, ceil bool) backend.Shape {
	if ceil {
		s.H, s.W = s.H+1, s.W+1
	}
	s.H, s.W = s.H/2, s.W/2
	return s
}

// uses returns when each layer's map is needed and, unless there is only the way
// forward, each layer's gradient. Step i is the i-th on the way forward and the i-th
// from the end on the way back; a tap is needed until the way back has come to it, any
// other map until the next step has read it.
func uses(layers []layer, forward bool) []backend.Use {
	n := len(layers)
	var list []backend.Use
	for i, l := range layers {
		to := i + 1
		if l.tap != "" && !forward {
			to = 2*n - 1 - i
		}
		list = append(list, backend.Use{Shape: l.Shape, From: i, To: to})
	}
	for i, l := range layers {
		if !forward {
			list = append(list, backend.Use{Shape: l.Shape, From: max(n, 2*n-2-i), To: 2*n - 1 - i})
		}
	}
	return list
}

// Floats returns the most elements that the maps of a Plan or, if it only goes forward, a
// ForwardPlan hold at the same time, and as elements of 32 bits what its masks take.
func (w *Weights) Floats(height, width int, ceil bool, taps []string, forward bool) int {
	layers := layOut(w.Taps(), w.outs(), backend.Shape{C: 3, H: height, W: width}, ceil, taps)
	list := uses(layers, forward)
	most, masks := 0, 0
	for at := range 2 * len(layers) { // as many steps as there are ways through the layers
		sum := 0
		for _, u := range list {
			if u.From <= at && at <= u.To {
				sum += u.Len()
			}
		}
		most = max(most, sum)
	}
	for _, l := range layers {
		if !forward {
			masks += l.Len() / 32
		}
	}
	return most + masks
}

func (w *Weights) outs() []int {
	outs := make([]int, len(w.Convs))
	for i, c := range w.Convs {
		outs[i] = c.O
	}
	return outs
}

// Taps returns the taps that are kept, shallowest first.
func (p *Plan) Taps() []string {
	var taps []string
	for _, s := range p.steps {
		if s.tap != "" {
			taps = append(taps, s.tap)
		}
	}
	return taps
}

// Shape returns the shape of a tap's feature map.
func (p *Plan) Shape(tap string) backend.Shape {
	for _, s := range p.steps {
		if s.tap == tap {
			return s.out.Shape()
		}
	}
	panic("vgg: the plan does not keep this tap")
}

// Release gives the plan's memory back.
func (p *Plan) Release() {
	for _, v := range p.owned {
		p.be.Release(v)
	}
	p.owned = nil
}

// Forward passes x [3,h,w] through the network and calls at with each tap's name
// and activations, shallowest first.
func (p *Plan) Forward(x backend.Buffer, at func(tap string, f backend.Buffer)) {
	for _, s := range p.steps {
		if s.conv != nil {
			p.be.Convolve(s.out, x, s.conv, s.memo)
		} else {
			p.be.Pool(s.out, x, p.pooling, s.memo)
		}
		if s.tap != "" {
			at(s.tap, s.out)
		}
		if !s.side {
			x = s.out
		}
	}
}

// Backward overwrites dx [3,h,w] with the gradient with respect to the picture that
// Forward was last called with. At each tap, deepest first, add is called to add
// what the loss there gives to df.
func (p *Plan) Backward(dx backend.Buffer, add func(tap string, df, f backend.Buffer)) {
	if p.forward {
		panic("vgg: a plan that only goes forward has no way back")
	}
	for i := len(p.steps) - 1; i >= 0; i-- {
		s := &p.steps[i]
		if i == len(p.steps)-1 || s.side {
			p.be.Combine(s.dout, 0, s.dout, 0, nil)
		}
		if s.tap != "" {
			add(s.tap, s.dout, s.out)
		}
		to := dx
		if s.side {
			p.be.ConvolveBack(p.added, s.dout, s.conv, nil)
			p.be.Combine(dx, 1, dx, 1, p.added)
			continue
		}
		if i > 0 && !p.steps[i-1].side {
			to = p.steps[i-1].dout
		}
		if s.conv != nil {
			p.be.ConvolveBack(to, s.dout, s.conv, s.memo)
		} else {
			p.be.PoolBack(to, s.dout, p.pooling, s.memo)
		}
	}
}
