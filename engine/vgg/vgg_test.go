package vgg_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/vgg"
)

// weights returns a network of n convolutions, all of them averages of their inputs.
func weights(n int) *vgg.Weights {
	w := &vgg.Weights{Name: "plain", Input: vgg.Caffe}
	in := 3
	for l := range n {
		out := 4 + l
		c := vgg.Conv{Name: vgg.ConvName(l), ConvWeights: backend.ConvWeights{O: out, I: in, Weight: make([]float32, out*in*9), Bias: make([]float32, out)}}
		for i := range c.Weight {
			c.Weight[i] = 1 / float32(in*9)
		}
		w.Convs = append(w.Convs, c)
		in = out
	}
	return w
}

func code(err error) engine.Code {
	var e *engine.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestNames(t *testing.T) {
	var got []string
	for l := 0; vgg.ConvName(l) != ""; l++ {
		got = append(got, vgg.ConvName(l))
	}
	want := strings.Fields("conv1_1 conv1_2 conv2_1 conv2_2 conv3_1 conv3_2 conv3_3 conv3_4 conv4_1 conv4_2 conv4_3 conv4_4 conv5_1 conv5_2 conv5_3 conv5_4")
	if !slices.Equal(got, want) {
		t.Errorf("convolutions are %v", got)
	}
}

func TestCheck(t *testing.T) {
	for name, spoil := range map[string]func(*vgg.Weights){
		"none":      func(w *vgg.Weights) { w.Convs = nil },
		"order":     func(w *vgg.Weights) { w.Convs[1].Name = "conv2_1" },
		"channels":  func(w *vgg.Weights) { w.Convs[2].I++ },
		"length":    func(w *vgg.Weights) { w.Convs[2].Weight = w.Convs[2].Weight[1:] },
		"bias":      func(w *vgg.Weights) { w.Convs[0].Bias = nil },
		"no output": func(w *vgg.Weights) { w.Convs[0].O = 0 },
		"input":     func(w *vgg.Weights) { w.Input = vgg.Input{} },
		"too many":  func(w *vgg.Weights) { *w = *weights(17) },
	} {
		w := weights(4)
		spoil(w)
		if err := w.Check(); code(err) != engine.InvalidWeights {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := weights(16).Check(); err != nil {
		t.Error(err)
	}
}

func TestMissingLayer(t *testing.T) {
	_, err := vgg.New(cpu.New(1), weights(3), []string{"relu1_1", "relu4_2"})
	if code(err) != engine.MissingLayer || !strings.Contains(err.Error(), "relu1_1, relu1_2, relu2_1") {
		t.Errorf("error is %v, want one that names the layers there are", err)
	}
}

func TestTooSmall(t *testing.T) {
	n, err := vgg.New(cpu.New(1), weights(6), []string{"relu3_2"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Plan(3, 90, backend.Average, []string{"relu3_2"}); code(err) != engine.InvalidRecipe {
		t.Errorf("error is %v", err)
	}
	if _, err := n.Plan(4, 4, backend.Average, []string{"relu3_2"}); err != nil {
		t.Error(err)
	}
}

// counting counts the feature maps that a plan takes.
type counting struct {
	backend.Backend
	maps, elements, given int
}

func (c *counting) New(s backend.Shape) backend.Buffer {
	c.maps++
	c.elements += s.Len()
	return c.Backend.New(s)
}

func (c *counting) Release(any) { c.given++ }

// A plan keeps activations at taps only, and passes allocate nothing.
func TestPlanMemory(t *testing.T) {
	be := &counting{Backend: cpu.New(1)}
	w := weights(6)
	taps := []string{"relu1_1", "relu3_2"}
	n, err := vgg.New(be, w, taps)
	if err != nil {
		t.Fatal(err)
	}
	p, err := n.Plan(32, 48, backend.Maximum, taps)
	if err != nil {
		t.Fatal(err)
	}
	maps := be.maps
	// Every layer's output and its gradient would be 16.
	if maps > 12 {
		t.Errorf("the plan takes %d feature maps", maps)
	}
	x, dx := be.New(backend.Shape{C: 3, H: 32, W: 48}), be.New(backend.Shape{C: 3, H: 32, W: 48})
	maps = be.maps
	for range 2 {
		var seen []string
		p.Forward(x, func(tap string, f backend.Buffer) {
			seen = append(seen, tap)
			if f.Shape() != p.Shape(tap) {
				t.Errorf("%s has shape %v, announced %v", tap, f.Shape(), p.Shape(tap))
			}
		})
		if !slices.Equal(seen, taps) {
			t.Errorf("Forward visits %v", seen)
		}
		seen = nil
		p.Backward(dx, func(tap string, _, _ backend.Buffer) { seen = append(seen, tap) })
		if !slices.Equal(seen, []string{"relu3_2", "relu1_1"}) {
			t.Errorf("Backward visits %v", seen)
		}
	}
	if be.maps != maps {
		t.Errorf("two passes take %d feature maps more", be.maps-maps)
	}
	p.Release()
	if be.given != 9 { // the masks of six convolutions and two poolings, and the maps together
		t.Errorf("the plan gives %d things back", be.given)
	}
}

// The first layer takes blue first where the weights say so.
func TestChannelOrder(t *testing.T) {
	w := weights(1)
	for i := range w.Convs[0].Weight {
		w.Convs[0].Weight[i] = 0
	}
	w.Convs[0].Weight[4] = 1 // filter 0: the first channel, as it is
	w.Input.Scale = [3]float64{2, 3, 5}
	for order, want := range map[bool]float32{false: 2 * 10, true: 5 * 30} {
		w.Input.BGR = order
		be := cpu.New(1)
		n, err := vgg.New(be, w, []string{"relu1_1"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := n.Plan(1, 1, backend.Average, []string{"relu1_1"})
		if err != nil {
			t.Fatal(err)
		}
		x := be.New(backend.Shape{C: 3, H: 1, W: 1})
		be.Write(x, []float32{10, 20, 30})
		p.Forward(x, func(_ string, f backend.Buffer) {
			got := make([]float32, f.Len())
			if err := be.Read(t.Context(), got, f); err != nil {
				t.Fatal(err)
			}
			if got[0] != want {
				t.Errorf("blue first %v: filter 0 sees %v, want %v", order, got[0], want)
			}
		})
	}
}

// One iteration of VGG-19 to conv5_1 at 256 x 256 costs 95 GFLOP.
func TestFlops(t *testing.T) {
	got := vgg.Random("random", vgg.Widths[:13]).Flops(256, 256, []string{"relu1_1", "relu5_1"})
	if !(got > 94e9 && got < 96e9) {
		t.Errorf("%v, want about 95e9", got)
	}
}

// Feature maps of an odd picture have the sizes that pooling rounds to, and more elements
// are announced if it rounds up.
func TestRounding(t *testing.T) {
	w := vgg.Random("deep layers are wide", []int{4, 4, 64, 64, 256, 256})
	var announced []int
	for _, ceil := range []bool{false, true} {
		n, err := vgg.New(cpu.New(1), w, w.Taps())
		if err != nil {
			t.Fatal(err)
		}
		n.Ceil = ceil
		p, err := n.Plan(17, 21, backend.Average, w.Taps())
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool][2]int{false: {4, 5}, true: {5, 6}}[ceil]
		if s := p.Shape("relu3_2"); s.H != want[0] || s.W != want[1] {
			t.Errorf("rounded up %v: relu3_2 has %d x %d places, want %v", ceil, s.H, s.W, want)
		}
		announced = append(announced, w.Floats(17, 21, ceil, w.Taps(), false))
	}
	if announced[1] <= announced[0] {
		t.Errorf("rounded down and up %v elements are announced", announced)
	}
}

// A picture comes back as it was, whatever white is to the network.
func TestPictureAndPlanes(t *testing.T) {
	be := cpu.New(1)
	n, err := vgg.New(be, weights(1), []string{"relu1_1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, white := range []float64{255, 256} {
		n.White = white
		x := n.Picture([]float32{255, 0, 100}, 1, 1)
		seen := make([]float32, 3)
		if err := be.Read(t.Context(), seen, x); err != nil {
			t.Fatal(err)
		}
		if want := float32(white - n.Mean[0]); seen[0] != want {
			t.Errorf("white of %v is %v to the network, want %v", white, seen[0], want)
		}
		for i, v := range n.Planes(seen) {
			if want := []float32{255, 0, 100}[i]; !(v-want < 1e-4 && want-v < 1e-4) {
				t.Errorf("white %v: %v comes back as %v", white, want, v)
			}
		}
	}
}
