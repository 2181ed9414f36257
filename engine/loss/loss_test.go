package loss_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/loss"
	"trappedinart/engine/vgg"
)

// network returns a narrow VGG of seven layers, in numbers drawn from a seed.
func network(t *testing.T, be backend.Backend) *vgg.Network {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	w := &vgg.Weights{Name: "narrow", Input: vgg.Caffe}
	in := 3
	for l, out := range []int{4, 5, 6, 5, 7, 6} {
		c := vgg.Conv{Name: vgg.ConvName(l), ConvWeights: backend.ConvWeights{O: out, I: in}}
		for range out * in * 9 {
			c.Weight = append(c.Weight, float32(random.NormFloat64()*math.Sqrt(2/float64(9*in))))
		}
		for range out {
			c.Bias = append(c.Bias, float32(random.NormFloat64()))
		}
		w.Convs = append(w.Convs, c)
		in = out
	}
	n, err := vgg.New(be, w, []string{contentTap})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const contentTap = "relu3_2"

// pools counts the poolings before a tap.
var pools = map[string]int{"relu1_1": 0, "relu2_1": 1, "relu3_1": 2, contentTap: 2}

func picture(be backend.Backend, seed uint64, h, w int) backend.Buffer {
	random := rand.New(rand.NewPCG(seed, 3))
	x := be.New(backend.Shape{C: 3, H: h, W: w})
	for i := range ref.Elements(x) {
		ref.Elements(x)[i] = 50 * random.NormFloat64()
	}
	return x
}

// A block is a window of the picture and the rectangle of it that is computed, with
// a halo around the window.
type block struct{ window, computed backend.Window }

// rig is a loss of all kinds of terms over a picture in blocks.
type rig struct {
	be     backend.Backend
	blocks []block
	plans  []*vgg.Plan
	// content[i] belongs to block i; all blocks share the style terms and the variation.
	content   []*loss.Content
	styles    map[string]*loss.Style
	variation *loss.Variation
	size      backend.Shape
}

func newRig(t *testing.T, be backend.Backend, n *vgg.Network, kind backend.Pooling, content, style backend.Buffer, blocks []block) *rig {
	t.Helper()
	r := &rig{be: be, blocks: blocks, styles: map[string]*loss.Style{}, variation: loss.NewVariation(be, loss.VariationOptions{Factor: 0.002}), size: content.Shape()}
	names := []string{"relu1_1", "relu2_1", "relu3_1", contentTap}
	stylePlan, err := n.Plan(style.Shape().H, style.Shape().W, kind, names)
	if err != nil {
		t.Fatal(err)
	}
	stylePlan.Forward(style, func(tap string, f backend.Buffer) {
		if tap != contentTap {
			area := (r.size.H >> pools[tap]) * (r.size.W >> pools[tap])
			r.styles[tap] = loss.NewStyle(be, newGram(be, f, nil, float64(f.Shape().H*f.Shape().W)), loss.StyleOptions{Area: float64(area), Factor: 1e-3})
		}
	})
	for _, b := range blocks {
		c := b.computed
		plan, err := n.Plan(c.Y1-c.Y0, c.X1-c.X0, kind, names)
		if err != nil {
			t.Fatal(err)
		}
		r.plans = append(r.plans, plan)
		plan.Forward(cut(be, content, c), func(tap string, f backend.Buffer) {
			if tap == contentTap {
				target := be.New(f.Shape())
				be.Combine(target, 1, f, 0, nil)
				r.content = append(r.content, loss.NewContent(be, target, 0.1))
			}
		})
	}
	return r
}

func cut(be backend.Backend, x backend.Buffer, w backend.Window) backend.Buffer {
	part := be.New(backend.Shape{C: 3, H: w.Y1 - w.Y0, W: w.X1 - w.X0})
	each(x.Shape(), w, func(i, j int) { ref.Elements(part)[j] = ref.Elements(x)[i] })
	return part
}

// each calls visit with the index in the picture and in the part that w cuts from it.
func each(s backend.Shape, w backend.Window, visit func(i, j int)) {
	j := 0
	for c := range 3 {
		for y := w.Y0; y < w.Y1; y++ {
			for x := w.X0; x < w.X1; x++ {
				visit((c*s.H+y)*s.W+x, j)
				j++
			}
		}
	}
}

// at is the block's window at a tap, in the coordinates of what is computed.
func (b block) at(p int) backend.Window {
	w, c := b.window, b.computed
	return backend.Window{X0: w.X0>>p - c.X0>>p, Y0: w.Y0>>p - c.Y0>>p, X1: w.X1>>p - c.X0>>p, Y1: w.Y1>>p - c.Y0>>p}
}

// evaluate returns the loss at x and its gradient.
func (r *rig) evaluate(x backend.Buffer) (float64, []float64) {
	for _, s := range r.styles {
		s.Reset()
	}
	r.variation.Reset()
	for i, b := range r.blocks {
		part := cut(r.be, x, b.computed)
		r.plans[i].Forward(part, func(tap string, f backend.Buffer) {
			if tap == contentTap {
				r.content[i].Reset()
				r.content[i].Accumulate(f, b.at(pools[tap]))
				r.content[i].Complete()
				return
			}
			r.styles[tap].Accumulate(f, b.at(pools[tap]))
		})
		r.variation.Accumulate(part, b.at(0))
	}
	terms := []loss.Term{r.variation}
	r.variation.Complete()
	for _, s := range r.styles {
		s.Complete()
		terms = append(terms, s)
	}
	gradient := make([]float64, x.Len())
	for i, b := range r.blocks {
		terms = append(terms, r.content[i])
		part := cut(r.be, x, b.computed)
		r.plans[i].Forward(part, func(string, backend.Buffer) {})
		dx := r.be.New(part.Shape())
		r.plans[i].Backward(dx, func(tap string, df, f backend.Buffer) {
			if tap == contentTap {
				r.content[i].Gradient(df, f, b.at(pools[tap]))
				return
			}
			r.styles[tap].Gradient(df, f, b.at(pools[tap]))
		})
		r.variation.Gradient(dx, part, b.at(0))
		each(r.size, b.computed, func(k, j int) { gradient[k] += ref.Elements(dx)[j] })
	}
	sum := 0.0
	for _, term := range terms {
		pair, factor := term.Value()
		var dots [1]float64
		_ = r.be.Dots(context.Background(), dots[:], []backend.Pair{pair}) // the context never ends
		sum += factor * dots[0]
	}
	return sum, gradient
}

// whole is the picture as a single block.
func whole(s backend.Shape) []block { return []block{{s.Whole(), s.Whole()}} }

// uneven cuts the picture on the pooling grid of 4 into blocks of several sizes.
func uneven(s backend.Shape, halo int) []block {
	xs, ys := []int{0, 12, 36, s.W}, []int{0, 20, 28, s.H}
	var blocks []block
	for i := range len(ys) - 1 {
		for j := range len(xs) - 1 {
			w := backend.Window{X0: xs[j], Y0: ys[i], X1: xs[j+1], Y1: ys[i+1]}
			c := backend.Window{X0: max(0, w.X0-halo), Y0: max(0, w.Y0-halo), X1: min(s.W, w.X1+halo), Y1: min(s.H, w.Y1+halo)}
			blocks = append(blocks, block{w, c})
		}
	}
	return blocks
}

func difference(a, b []float64) float64 {
	var diff, norm float64
	for i := range a {
		diff += (a[i] - b[i]) * (a[i] - b[i])
		norm += b[i] * b[i]
	}
	return math.Sqrt(diff / norm)
}

// Losses over blocks with halo are the loss of the whole, and so is the gradient:
// nothing is approximated. One step of the pooling grid less is not enough, which
// shows that the comparison can tell.
func TestBlocksEqualWhole(t *testing.T) {
	be := ref.New()
	n := network(t, be)
	for name, kind := range map[string]backend.Pooling{"avg": backend.Average, "max": backend.Maximum} {
		t.Run(name, func(t *testing.T) {
			content, style, x := picture(be, 1, 45, 61), picture(be, 2, 30, 41), picture(be, 3, 45, 61)
			s := x.Shape()
			want, wantGradient := newRig(t, be, n, kind, content, style, whole(s)).evaluate(x)
			got, gotGradient := newRig(t, be, n, kind, content, style, uneven(s, 16)).evaluate(x)
			if !(math.Abs(got-want) <= 1e-9*want) {
				t.Errorf("loss of the blocks is %v, of the whole %v", got, want)
			}
			if d := difference(gotGradient, wantGradient); !(d <= 1e-9) {
				t.Errorf("gradients differ by %.3g", d)
			}
			_, short := newRig(t, be, n, kind, content, style, uneven(s, 8)).evaluate(x)
			if d := difference(short, wantGradient); d < 1e-6 {
				t.Errorf("with too small a halo gradients differ by %.3g only: this test sees nothing", d)
			}
		})
	}
}

func TestGradientByDifferences(t *testing.T) {
	be := ref.New()
	n := network(t, be)
	for name, kind := range map[string]backend.Pooling{"avg": backend.Average, "max": backend.Maximum} {
		t.Run(name, func(t *testing.T) {
			content, style, x := picture(be, 4, 18, 21), picture(be, 5, 16, 16), picture(be, 6, 18, 21)
			r := newRig(t, be, n, kind, content, style, whole(x.Shape()))
			_, gradient := r.evaluate(x)
			random := rand.New(rand.NewPCG(9, 9))
			const h = 1e-5
			for range 40 {
				i := random.IntN(x.Len())
				p := &ref.Elements(x)[i]
				at := *p
				*p = at + h
				up, _ := r.evaluate(x)
				*p = at - h
				down, _ := r.evaluate(x)
				*p = at
				want := (up - down) / (2 * h)
				if !(math.Abs(gradient[i]-want) <= 1e-5*(math.Abs(want)+1)) {
					t.Errorf("gradient[%d] is %v, differences give %v", i, gradient[i], want)
				}
			}
		})
	}
}
