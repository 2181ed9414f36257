package transfer_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/internal/fixture"
	"trappedinart/weights"
)

// vgg19 reads conv1_1 to conv3_4 and, if deep, fills conv4_1 to conv5_1 with the
// numbers that the golden answers were made with.
func vgg19(t testing.TB, deep bool) *vgg.Weights {
	t.Helper()
	w, err := weights.Parse(fixture.Read(t, fixture.Shared(t, "vgg19", "vgg19-conv1-conv3.safetensors")))
	if err != nil {
		t.Fatal(err)
	}
	if deep {
		fill(w, 13)
	}
	return w
}

// drawnVGG19 has numbers of nobody's in all layers: to conv3_4, or if deep to conv5_1.
func drawnVGG19(_ testing.TB, deep bool) *vgg.Weights {
	w := &vgg.Weights{Name: "vgg19", Input: vgg.Caffe}
	fill(w, map[bool]int{false: 8, true: 13}[deep])
	return w
}

// fill adds layers up to n, with the numbers that PyTorch was given.
func fill(w *vgg.Weights, n int) {
	for l := len(w.Convs); l < n; l++ {
		outputs, inputs := []int{64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512}[l], 3
		if l > 0 {
			inputs = w.Convs[l-1].O
		}
		c := vgg.Conv{Name: vgg.ConvName(l), ConvWeights: backend.ConvWeights{O: outputs, I: inputs}}
		c.Weight = filled(1000+uint64(l), c.O*c.I*9, math.Sqrt(6/float64(9*c.I)))
		c.Bias = filled(2000+uint64(l), c.O, 0.1)
		w.Convs = append(w.Convs, c)
	}
}

// filled draws n numbers by SplitMix64 (Steele, Lea and Flood 2014), -scale to scale.
func filled(seed uint64, n int, scale float64) []float32 {
	d := make([]float32, n)
	for k := range d {
		z := seed + uint64(k+1)*0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		d[k] = float32((float64(z>>40)/(1<<23) - 1) * scale)
	}
	return d
}

// A set is answers of PyTorch.
type set struct {
	name    string
	dir     func(t testing.TB) string
	weights func(t testing.TB, deep bool) *vgg.Weights
	// real is for VGG-19's own parameters, which lie beside the project; without, the set is
	// in every clone, and so small that it is always run.
	real       bool
	iterations int // of a trace
}

var sets = []set{
	{"drawn", func(testing.TB) string { return filepath.Join("testdata", "golden") }, drawnVGG19, false, 50},
	{"real", func(t testing.TB) string { return fixture.Shared(t, "golden") }, vgg19, true, 200},
}

func (s *set) picture(t testing.TB, name string) *image.NRGBA {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(fixture.Read(t, filepath.Join(s.dir(t), name+".png"))))
	if err != nil {
		t.Fatal(err)
	}
	rgba := image.NewNRGBA(img.Bounds())
	draw.Draw(rgba, rgba.Bounds(), img, img.Bounds().Min, draw.Src)
	return rgba
}

type golden struct {
	Loss             float64
	Parts            map[string]float64
	LossAtEvaluation map[string]float64 `json:"loss_at_evaluation"`
}

func (s *set) goldens(t testing.TB) map[string]golden {
	t.Helper()
	var all map[string]golden
	if err := json.Unmarshal(fixture.Read(t, filepath.Join(s.dir(t), "golden.json")), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// notebook is the recipe of the golden answers, on all layers or on those of the
// truncated network.
func notebook(t testing.TB, layers, pooling string) engine.Recipe {
	t.Helper()
	r, err := engine.Preset(engine.GatysNotebook)
	if err != nil {
		t.Fatal(err)
	}
	r.Pooling = pooling
	if layers == "trunc" {
		r.ContentLayers = engine.LayerWeights{{Layer: "relu3_2", Weight: 1}}
		r.StyleLayers = r.StyleLayers[:3]
	}
	return r
}

// TestGolden holds losses and gradients against PyTorch's, as near as its own
// float32 and float64 are to each other, or to a float32 with a little more rounding
// (see the answers' README).
func TestGolden(t *testing.T) {
	for _, s := range sets {
		t.Run(s.name, func(t *testing.T) {
			if s.real && testing.Short() {
				fixture.Elsewhere(t, "make test")
			}
			s.hold(t)
		})
	}
}

func (s *set) hold(t *testing.T) {
	answers := s.goldens(t)
	gradients, err := safetensors.Deserialize(fixture.Read(t, filepath.Join(s.dir(t), "gradients.safetensors")))
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, layers := range []string{"trunc", "full"} {
		w := s.weights(t, layers == "full")
		for _, be := range backends() {
			for _, pooling := range []string{"max", "avg"} {
				for _, at := range []string{"content", "noise"} {
					name := fmt.Sprintf("%s/%s/%s", layers, pooling, at)
					held++
					t.Run(be.Name()+"/"+name, func(t *testing.T) {
						e, err := transfer.Evaluate(context.Background(), be.Backend, w, notebook(t, layers, pooling),
							s.picture(t, "content"), []*image.NRGBA{s.picture(t, "style")}, s.picture(t, at))
						if err != nil {
							t.Fatal(err)
						}
						want := answers[name]
						near(t, "loss", e.Loss, want.Loss, 1e-5)
						if len(e.Parts) != len(want.Parts) {
							t.Errorf("got %d parts, want %d", len(e.Parts), len(want.Parts))
						}
						for _, p := range e.Parts {
							near(t, p.Name, p.Value, want.Parts[p.Name], 1e-5)
						}
						view, ok := gradients.Tensor("grad/" + name)
						if !ok {
							t.Fatal("no golden gradient")
						}
						compareGradient(t, e.Gradient, view.Data(), be.gradient)
					})
				}
			}
		}
	}
	if held == 0 {
		t.Error("nothing is held against PyTorch")
	}
}

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

// compareGradient compares [3,H,W], red first, with PyTorch's, blue first.
func compareGradient(t *testing.T, got []float32, want []byte, tolerance float64) {
	t.Helper()
	var diff, norm float64
	places := len(got) / 3
	for i, g := range got {
		j := (2-i/places)*places + i%places
		w := float64(math.Float32frombits(binary.LittleEndian.Uint32(want[4*j:])))
		diff += (float64(g) - w) * (float64(g) - w)
		norm += w * w
	}
	if d := math.Sqrt(diff / norm); !(d <= tolerance) {
		t.Errorf("gradient differs by %.3g", d)
	} else {
		t.Logf("gradient differs by %.3g", d)
	}
}

// TestGoldenTrace runs torch's L-BFGS through the whole Runner: the pictures have the golden
// sizes, so that nothing is resized.
func TestGoldenTrace(t *testing.T) {
	for _, s := range sets {
		t.Run(s.name, func(t *testing.T) {
			if s.real && testing.Short() {
				fixture.Elsewhere(t, "make test")
			}
			list := backends()
			if s.real {
				if list = traceBackends(); len(list) == 0 {
					fixture.Elsewhere(t, "make prove: plain Go kernels take minutes for the traces")
				}
			}
			answers := s.goldens(t)
			w := s.weights(t, false)
			for _, be := range list {
				for _, pooling := range []string{"max", "avg"} {
					t.Run(be.Name()+"/"+pooling, func(t *testing.T) {
						s.trace(t, be.Backend, w, pooling, answers["lbfgs/trunc/"+pooling].LossAtEvaluation)
					})
				}
			}
		})
	}
}

func (s *set) trace(t *testing.T, be backend.Backend, w *vgg.Weights, pooling string, want map[string]float64) {
	r := notebook(t, "trunc", pooling)
	r.Iterations = s.iterations
	list, err := transfer.Trace(context.Background(), be, w, r, s.picture(t, "content"), s.picture(t, "style"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, k := range []int{1, 2, 5, 10, 20, 50, 100, 150, 200} {
		if k > s.iterations {
			break
		}
		loss, of := list[k-1], want[fmt.Sprint(k)]
		said = append(said, fmt.Sprintf("%d: %.0f (%.0f)", k, loss, of))
		switch {
		case k <= 2:
			near(t, fmt.Sprintf("loss at evaluation %d", k), loss, of, 1e-4)
		case k >= 100:
			near(t, fmt.Sprintf("loss at evaluation %d", k), loss, of, 0.02)
		}
	}
	t.Logf("loss at evaluation (PyTorch's): %s", strings.Join(said, ", "))
}
