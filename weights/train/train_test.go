//go:build !js

package train_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/pixel"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
	"trappedinart/weights/train"
)

func teacher() *vgg.Weights { return vgg.Random("teacher", []int{8, 8, 9, 8, 12, 8, 8}) }

// pictures writes a few pictures of coloured waves.
func pictures(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for k := range n {
		img := image.NewNRGBA(image.Rect(0, 0, 70+k, 60))
		for y := range 60 {
			for x := range 70 + k {
				wave := func(a, b float64) uint8 {
					return uint8(127 + 120*math.Sin(float64(k)+a*float64(x)+b*float64(y)))
				}
				img.SetNRGBA(x, y, color.NRGBA{wave(0.1, 0.3), wave(0.4, -0.1*float64(k)), wave(0.02, 0.5), 255})
			}
		}
		var b bytes.Buffer
		if err := pixel.Encode(&b, img, pixel.PNG); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.png", k)), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func options() train.Options {
	return train.Options{Widths: []int{6, 6, 8, 8, 12, 12}, Steps: 40, Batch: 4, Side: 32, Rate: 0.01, Seed: 1}
}

func backends(n int) []backend.Trainer {
	var list []backend.Trainer
	for range n {
		list = append(list, cpu.New(1))
	}
	return list
}

func start(t *testing.T, o train.Options, dir string) *train.Trainer {
	t.Helper()
	tr, err := train.New(context.Background(), o, teacher(), dir, backends(2))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func steps(t *testing.T, tr *train.Trainer, n int) {
	t.Helper()
	for range n {
		if _, err := tr.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func mean(e [train.Layers]float64) float64 {
	sum := 0.
	for _, v := range e {
		sum += v / train.Layers
	}
	return sum
}

// The gradient of the whole loss with respect to any parameter is the slope of the loss.
func TestGradient(t *testing.T) {
	const side = 16
	random := rand.New(rand.NewPCG(1, 1))
	p, err := train.NewPass(ref.New(), teacher(), side, []int{3, 4, 3, 4, 3, 4}, 0.5, backend.Maximum)
	if err != nil {
		t.Fatal(err)
	}
	params, planes := p.Params(), make([]float32, 3*side*side)
	for i := range params {
		params[i] = float32(0.3 * random.NormFloat64())
	}
	for i := range planes {
		planes[i] = 255 * random.Float32()
	}
	_, gradient, err := p.Loss(planes)
	if err != nil {
		t.Fatal(err)
	}
	gradient = slices.Clone(gradient)
	wrong := 0
	for range 200 {
		k := random.IntN(len(params))
		was := params[k]
		const step = 1e-3
		params[k] = was + step
		up, _, _ := p.Loss(planes)
		upper := params[k]
		params[k] = was - step
		down, _, _ := p.Loss(planes)
		lower := params[k]
		params[k] = was
		slope := (up - down) / float64(upper-lower)
		if !(math.Abs(slope-float64(gradient[k])) <= 1e-3*math.Abs(slope)+2e-4) {
			wrong++
			t.Logf("parameter %d: the gradient is %v, the slope %v", k, gradient[k], slope)
		}
	}
	if wrong > 4 { // units that cross 0 within the step
		t.Errorf("%d of 200 gradients are wrong", wrong)
	}
}

func TestLearns(t *testing.T) {
	o := options()
	o.Gram, o.Painted, o.Steps = 0.1, 0.5, 200
	tr := start(t, o, pictures(t, 5))
	before, err := tr.Held()
	if err != nil {
		t.Fatal(err)
	}
	steps(t, tr, o.Steps)
	after, err := tr.Held()
	if err != nil {
		t.Fatal(err)
	}
	if b, a := mean(before.Feature), mean(after.Feature); !(a < b/2) {
		t.Errorf("the error is %v after training and %v before", a, b)
	}
	if tr.PaintedPictures() == 0 {
		t.Error("nothing was painted")
	}
	w := tr.Network("mine")
	file, err := weights.Marshal(w, nil)
	if err != nil {
		t.Fatal(err)
	}
	read, err := weights.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range read.Convs {
		if !slices.Equal(c.Weight, w.Convs[i].Weight) || !slices.Equal(c.Metric, w.Convs[i].Metric) || c.Metric == nil {
			t.Errorf("%s is not what was written", c.Name)
		}
		trace := 0.
		for k := range c.O {
			trace += float64(c.Metric[k*c.O+k]) / float64(c.O)
		}
		if !(math.Abs(trace-1) < 1e-4) {
			t.Errorf("the metric of %s has %v along its diagonal, want 1", c.Name, trace)
		}
	}
}

// Stopped and resumed elsewhere, a training ends with the same bits.
func TestResumes(t *testing.T) {
	dir := pictures(t, 3)
	o := options()
	o.Steps = 10
	whole := start(t, o, dir)
	steps(t, whole, 10)

	first := start(t, o, dir)
	steps(t, first, 4)
	state, err := first.State()
	if err != nil {
		t.Fatal(err)
	}
	second := start(t, o, dir)
	if err := second.Resume(state); err != nil {
		t.Fatal(err)
	}
	steps(t, second, 6)
	if !slices.Equal(second.AllParams(), whole.AllParams()) {
		t.Error("the resumed training ends elsewhere")
	}

	o.Rate = 0.02
	other := start(t, o, dir)
	for name, state := range map[string][]byte{"another rate": state, "nothing": nil, "a cut state": state[:len(state)/2]} {
		var e *engine.Error
		if err := other.Resume(state); !errors.As(err, &e) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// A training begins where another, or the network that it made, has come; of a network the
// heads are learnt anew before anything else changes.
func TestFrom(t *testing.T) {
	dir := pictures(t, 3)
	o := options()
	o.Steps, o.Pooling = 30, backend.Maximum
	first := start(t, o, dir)
	steps(t, first, 30)
	state, err := first.State()
	if err != nil {
		t.Fatal(err)
	}
	made := first.Network("made")
	if made.Pooling != backend.Maximum {
		t.Errorf("the network pools by %v", made.Pooling)
	}

	o.Rate = 0.001
	other := start(t, o, dir)
	if err := other.From(state, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(other.AllParams(), first.AllParams()) {
		t.Error("begun from a state, the parameters are others")
	}
	again := start(t, o, dir)
	if err := again.From(nil, made); err != nil {
		t.Fatal(err)
	}
	steps(t, again, 5)
	for l, c := range again.Network("again").Convs {
		for k, v := range c.Weight {
			if !(math.Abs(float64(v-made.Convs[l].Weight[k])) <= 1e-6) {
				t.Fatalf("%s has changed while the heads learn", c.Name)
			}
		}
	}

	// The same network that takes blue first.
	turned := *made
	turned.Convs, turned.Input.BGR = slices.Clone(made.Convs), true
	turned.Convs[0].Weight = slices.Clone(made.Convs[0].Weight)
	for k := range turned.Convs[0].Weight {
		turned.Convs[0].Weight[k] = made.Convs[0].Weight[k+9*(2-2*(k/9%3))]
	}
	blueFirst := start(t, o, dir)
	if err := blueFirst.From(nil, &turned); err != nil {
		t.Fatal(err)
	}
	if got := blueFirst.Network("blue first").Convs[0].Weight; !slices.Equal(got, again.Network("again").Convs[0].Weight) {
		t.Error("begun from a network that takes blue first, the first convolution is another")
	}

	o.Widths = []int{6, 6, 8, 8, 12, 16}
	wider := start(t, o, dir)
	for name, err := range map[string]error{"a state": wider.From(state, nil), "a network": wider.From(nil, made), "nothing": wider.From(nil, nil)} {
		var e *engine.Error
		if !errors.As(err, &e) {
			t.Errorf("%s of other widths: the error is %v", name, err)
		}
	}
}

func TestRefuses(t *testing.T) {
	dir := pictures(t, 2)
	for name, test := range map[string]struct {
		change  func(*train.Options)
		teacher *vgg.Weights
		dir     string
		code    engine.Code
	}{
		"five widths":      {func(o *train.Options) { o.Widths = o.Widths[1:] }, teacher(), dir, engine.InvalidRecipe},
		"no steps":         {func(o *train.Options) { o.Steps = 0 }, teacher(), dir, engine.InvalidRecipe},
		"a side of 30":     {func(o *train.Options) { o.Side = 30 }, teacher(), dir, engine.InvalidRecipe},
		"a rate of NaN":    {func(o *train.Options) { o.Rate = math.NaN() }, teacher(), dir, engine.InvalidRecipe},
		"a short teacher":  {nil, vgg.Random("short", []int{4, 4, 4, 4, 4}), dir, engine.MissingLayer},
		"no directory":     {nil, teacher(), filepath.Join(dir, "none"), engine.Unreadable},
		"no pictures":      {nil, teacher(), t.TempDir(), engine.MissingPicture},
		"too small a side": {func(o *train.Options) { o.Side = 64 }, teacher(), dir, engine.MissingPicture},
	} {
		o := options()
		if test.change != nil {
			test.change(&o)
		}
		_, err := train.New(context.Background(), o, test.teacher, test.dir, backends(1))
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != test.code {
			t.Errorf("%s: the error is %v, want %s", name, err, test.code)
		}
	}
}
