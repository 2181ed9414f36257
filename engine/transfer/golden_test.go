package transfer_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

// shared returns the path of a file of the data that lies beside the project, or
// skips the test where that is absent.
func shared(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("TRAPPED_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("left out: PyTorch's answers and VGG-19 are not beside the project (%s)", filepath.Join(elem...))
	}
	return path
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// vgg19 reads conv1_1 to conv3_4 and, if deep, fills conv4_1 to conv5_1 with the
// numbers that the golden answers were made with.
func vgg19(t testing.TB, deep bool) *vgg.Weights {
	t.Helper()
	w, err := weights.Parse(readFile(t, shared(t, "vgg19", "vgg19-conv1-conv3.safetensors")))
	if err != nil {
		t.Fatal(err)
	}
	for l := len(w.Convs); deep && l < 13; l++ {
		c := vgg.Conv{Name: vgg.ConvName(l), ConvWeights: backend.ConvWeights{O: 512, I: w.Convs[l-1].O}}
		c.Weight = filled(1000+uint64(l), c.O*c.I*9, math.Sqrt(6/float64(9*c.I)))
		c.Bias = filled(2000+uint64(l), c.O, 0.1)
		w.Convs = append(w.Convs, c)
	}
	return w
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

func picture(t testing.TB, name string) *image.NRGBA {
	t.Helper()
	f, err := os.Open(shared(t, "golden", name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
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

func goldens(t testing.TB) map[string]golden {
	t.Helper()
	var all map[string]golden
	if err := json.Unmarshal(readFile(t, shared(t, "golden", "golden.json")), &all); err != nil {
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
	if testing.Short() {
		t.Skip("left out in short mode")
	}
	answers := goldens(t)
	gradients, err := safetensors.Deserialize(readFile(t, shared(t, "golden", "gradients.safetensors")))
	if err != nil {
		t.Fatal(err)
	}
	for _, be := range backends() {
		for _, layers := range []string{"trunc", "full"} {
			w := vgg19(t, layers == "full")
			for _, pooling := range []string{"max", "avg"} {
				for _, at := range []string{"content", "noise"} {
					name := fmt.Sprintf("%s/%s/%s", layers, pooling, at)
					t.Run(be.Name()+"/"+name, func(t *testing.T) {
						e, err := transfer.Evaluate(context.Background(), be.Backend, w, notebook(t, layers, pooling),
							picture(t, "content"), []*image.NRGBA{picture(t, "style")}, picture(t, at))
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

// TestGoldenTrace runs 200 evaluations of torch's L-BFGS through the whole Runner:
// the pictures have the golden sizes, so that nothing is resized.
func TestGoldenTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("left out in short mode")
	}
	answers := goldens(t)
	w := vgg19(t, false)
	list := traceBackends()
	if len(list) == 0 {
		t.Skip("left out: plain Go kernels take minutes for the traces; make prove runs them")
	}
	for _, be := range list {
		for _, pooling := range []string{"max", "avg"} {
			t.Run(be.Name()+"/"+pooling, func(t *testing.T) {
				trace(t, be.Backend, w, pooling, answers["lbfgs/trunc/"+pooling].LossAtEvaluation)
			})
		}
	}
}

func trace(t *testing.T, be backend.Backend, w *vgg.Weights, pooling string, want map[string]float64) {
	r := notebook(t, "trunc", pooling)
	r.Iterations = 200
	list, err := transfer.Trace(context.Background(), be, w, r, picture(t, "content"), picture(t, "style"), nil)
	if err != nil {
		t.Fatal(err)
	}
	losses := map[string]float64{}
	for i, loss := range list {
		losses[fmt.Sprint(i+1)] = loss
	}
	var said []string
	for _, k := range []string{"1", "2", "5", "10", "20", "50", "100", "150", "200"} {
		said = append(said, fmt.Sprintf("%s: %.0f (%.0f)", k, losses[k], want[k]))
		switch k {
		case "1", "2":
			near(t, "loss at evaluation "+k, losses[k], want[k], 1e-4)
		case "100", "150", "200":
			near(t, "loss at evaluation "+k, losses[k], want[k], 0.02)
		}
	}
	t.Logf("loss at evaluation (PyTorch's): %s", strings.Join(said, ", "))
}
