package transfer_test

import (
	"context"
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// The presets named after other programs against these programs on 17 x 21 pixels: written here
// once more in plain loops and float64 from their published formulas, and by PyTorch.

// drawnWeights is a narrow VGG-19 to conv5_1, filled as the golden answers' is.
func drawnWeights() *vgg.Weights {
	w := &vgg.Weights{Name: "drawn", Input: vgg.Caffe}
	in := 3
	for l, out := range []int{4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8} {
		w.Convs = append(w.Convs, vgg.Conv{Name: vgg.ConvName(l), ConvWeights: backend.ConvWeights{
			O: out, I: in, Weight: filled(1000+uint64(l), out*in*9, math.Sqrt(6/float64(9*in))), Bias: filled(2000+uint64(l), out, 0.1),
		}})
		in = out
	}
	return w
}

// drawnPixels is a picture of bytes by SplitMix64, red first.
func drawnPixels(seed uint64, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for k, v := range filled(seed, 3*w*h, 1) {
		img.Pix[k/3*4+k%3], img.Pix[k/3*4+3] = uint8((float64(v)+1)*128), 255
	}
	return img
}

// A program is how one of them differs from the others.
type program struct {
	white, styleWeight, contentWeight float64
	ceil, divideByAll                 bool // Gram matrices by C*H*W, or by H*W
	gram                              func(channels float64) float64
	variation                         float64
	absolute                          bool
}

var programs = map[string]program{
	engine.GatysNotebook: {white: 255, styleWeight: 1, contentWeight: 1, gram: func(c float64) float64 { return 1000 / (c * c) }},
	engine.NeuralStyle:   {white: 256, styleWeight: 100, contentWeight: 5, ceil: true, divideByAll: true, variation: 1e-3},
	engine.NeuralStylePT: {white: 255, styleWeight: 100, contentWeight: 5, divideByAll: true, variation: 1e-3, absolute: true},
}

// A plane is a map [c][h*w].
type plane struct {
	h, w int
	c    [][]float64
}

// input is a picture as the network gets it, blue first; red, green and blue are moved by
// change at place p.
func (g program) input(img *image.NRGBA, p, channel int, change float64) plane {
	b := img.Bounds()
	x := plane{h: b.Dy(), w: b.Dx()}
	for c, mean := range []float64{103.939, 116.779, 123.68} {
		row := make([]float64, x.h*x.w)
		for i := range row {
			v := float64(img.Pix[4*i+2-c])
			if i == p && channel == 2-c {
				v += change
			}
			row[i] = v/255*g.white - mean
		}
		x.c = append(x.c, row)
	}
	return x
}

func (g program) features(x plane, w *vgg.Weights) map[string]plane {
	seen := map[string]plane{}
	for l, conv := range w.Convs {
		if l > 0 && strings.HasSuffix(conv.Name, "_1") {
			x = g.pool(x)
		}
		y := plane{h: x.h, w: x.w}
		for o := range conv.O {
			row := make([]float64, x.h*x.w)
			for i := range row {
				sum := float64(conv.Bias[o])
				for c := range x.c {
					for k := range 9 {
						if v, u := i/x.w+k/3-1, i%x.w+k%3-1; v >= 0 && v < x.h && u >= 0 && u < x.w {
							sum += float64(conv.Weight[(o*conv.I+c)*9+k]) * x.c[c][v*x.w+u]
						}
					}
				}
				row[i] = max(0, sum)
			}
			y.c = append(y.c, row)
		}
		x = y
		seen["relu"+strings.TrimPrefix(conv.Name, "conv")] = x
	}
	return seen
}

func (g program) pool(x plane) plane {
	y := plane{h: x.h / 2, w: x.w / 2}
	if g.ceil {
		y.h, y.w = int(math.Ceil(float64(x.h)/2)), int(math.Ceil(float64(x.w)/2))
	}
	for _, from := range x.c {
		row := make([]float64, y.h*y.w)
		for i := range row {
			row[i] = math.Inf(-1)
			for v := 2 * (i / y.w); v < min(2*(i/y.w)+2, x.h); v++ {
				for u := 2 * (i % y.w); u < min(2*(i%y.w)+2, x.w); u++ {
					row[i] = max(row[i], from[v*x.w+u])
				}
			}
		}
		y.c = append(y.c, row)
	}
	return y
}

func (g program) gramOf(f plane) []float64 {
	n := float64(f.h * f.w)
	if g.divideByAll {
		n *= float64(len(f.c))
	}
	var all []float64
	for _, a := range f.c {
		for _, b := range f.c {
			sum := 0.0
			for i := range a {
				sum += a[i] * b[i]
			}
			all = append(all, sum/n)
		}
	}
	return all
}

func meanSquare(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return sum / float64(len(a))
}

func joined(f plane) []float64 {
	var all []float64
	for _, row := range f.c {
		all = append(all, row...)
	}
	return all
}

// parts are the terms of the loss; pull is what the gradient of a total variation that is
// none of them would come of.
func (g program) parts(x, content, style map[string]plane, picture plane) (parts map[string]float64, pull float64) {
	parts = map[string]float64{"content:relu4_2": g.contentWeight * meanSquare(joined(x["relu4_2"]), joined(content["relu4_2"]))}
	for _, l := range []string{"relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"} {
		weight := g.styleWeight
		if g.gram != nil {
			weight *= g.gram(float64(len(x[l].c)))
		}
		parts["style:"+l] = weight * meanSquare(g.gramOf(x[l]), g.gramOf(style[l]))
	}
	if g.variation == 0 {
		return parts, 0
	}
	for _, row := range picture.c {
		for i, v := range row {
			right, below := i%picture.w+1 < picture.w, i/picture.w+1 < picture.h
			if g.absolute {
				if right {
					parts["variation"] += g.variation * math.Abs(row[i+1]-v)
				}
				if below {
					parts["variation"] += g.variation * math.Abs(row[i+picture.w]-v)
				}
			} else if right && below { // whose derivative is the published pull
				pull += g.variation / 2 * ((row[i+1]-v)*(row[i+1]-v) + (row[i+picture.w]-v)*(row[i+picture.w]-v))
			}
		}
	}
	if !g.absolute {
		parts["variation"] = 0
	}
	return parts, pull
}

// evaluated is a preset's evaluation at x of 21 x 17, and style of 18 x 19.
func evaluated(t *testing.T, be backend.Backend, preset string, change func(*engine.Recipe)) *transfer.Evaluation {
	t.Helper()
	r, err := engine.Preset(preset)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&r)
	}
	e, err := transfer.Evaluate(context.Background(), be, drawnWeights(), r,
		drawnPixels(1, 21, 17), []*image.NRGBA{drawnPixels(2, 18, 19)}, drawnPixels(3, 21, 17))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestProgramsByTheirFormulas(t *testing.T) {
	w := drawnWeights()
	for _, be := range backends() {
		for preset, g := range programs {
			// Once as it is, and once with so little style and content that the variation shows.
			for _, faint := range []float64{1, 1e-9} {
				t.Run(fmt.Sprint(be.Name(), "/", preset, "/", faint), func(t *testing.T) {
					g := g
					g.styleWeight, g.contentWeight = g.styleWeight*faint, g.contentWeight*faint
					e := evaluated(t, be.Backend, preset, func(r *engine.Recipe) {
						r.StyleWeight, r.ContentWeight = r.StyleWeight*faint, r.ContentWeight*faint
					})
					x := drawnPixels(3, 21, 17)
					content := g.features(g.input(drawnPixels(1, 21, 17), -1, 0, 0), w)
					style := g.features(g.input(drawnPixels(2, 18, 19), -1, 0, 0), w)
					at := func(p, channel int, change float64) (parts map[string]float64, loss, pull float64) {
						in := g.input(x, p, channel, change)
						parts, pull = g.parts(g.features(in, w), content, style, in)
						for _, v := range parts {
							loss += v
						}
						return parts, loss, pull
					}
					parts, loss, _ := at(-1, 0, 0)
					near(t, "loss", e.Loss, loss, 1e-5)
					if len(e.Parts) != len(parts) {
						t.Errorf("got %d parts, want %d", len(e.Parts), len(parts))
					}
					for _, p := range e.Parts {
						want, ok := parts[p.Name]
						if !ok {
							t.Errorf("the program has no part %s", p.Name)
						}
						near(t, p.Name, p.Value, want, 1e-5)
					}
					var diff, norm float64
					const h = 1e-4
					for i := 0; i < len(e.Gradient); i += 7 {
						_, up, upPull := at(i%(17*21), i/(17*21), h)
						_, down, downPull := at(i%(17*21), i/(17*21), -h)
						want := (up + upPull - down - downPull) / (2 * h)
						diff += (float64(e.Gradient[i]) - want) * (float64(e.Gradient[i]) - want)
						norm += want * want
					}
					if d := math.Sqrt(diff / norm); !(d <= 1e-4) {
						t.Errorf("gradient differs by %.3g", d)
					}
				})
			}
		}
	}
}

// answers are PyTorch's (1.13, float64): the same weights and pictures through conv2d,
// max_pool2d with ceil_mode, mse_loss and autograd; neural-style's total variation was
// added to the gradient by the formula of its TVLoss. gradient is its 2-norm per pixel of
// 0..255, first its element for red at the upper left.
var answers = map[string]struct {
	parts           map[string]float64
	gradient, first float64
}{
	engine.NeuralStyle: {map[string]float64{
		"content:relu4_2": 5608.767841, "variation": 0,
		"style:relu1_1": 2369048.282, "style:relu2_1": 8576159.982, "style:relu3_1": 6946652.767,
		"style:relu4_1": 212891602.5, "style:relu5_1": 5536509.609,
	}, 4906526.398, -6856.567582},
	engine.NeuralStylePT: {map[string]float64{
		"content:relu4_2": 5136.898869, "variation": 174.874,
		"style:relu1_1": 2303513.216, "style:relu2_1": 4914387.618, "style:relu3_1": 11315571.71,
		"style:relu4_1": 69777577.42, "style:relu5_1": 77492.17656,
	}, 1575543.589, -20758.93844},
}

func TestProgramsByPyTorch(t *testing.T) {
	for _, be := range backends() {
		for preset, want := range answers {
			e := evaluated(t, be.Backend, preset, nil)
			for _, p := range e.Parts {
				near(t, preset+" "+p.Name, p.Value, want.parts[p.Name], 1e-5)
			}
			square := 0.0
			for _, v := range e.Gradient {
				square += float64(v) * float64(v)
			}
			near(t, preset+" gradient", math.Sqrt(square), want.gradient, 1e-5)
			near(t, preset+" gradient of the first pixel", float64(e.Gradient[0]), want.first, 1e-3)
		}
	}
}

// A white of 256 is the network's affair: what goes in comes out again.
func TestMeanStartAndWhite(t *testing.T) {
	run := func(start string, white int) *image.NRGBA {
		req := request(func(r *engine.Recipe) {
			r.Optimizer, r.LearningRate, r.Start, r.White = engine.Adam, 1e-6, start, white
			r.Scales, r.Border, r.Copies, r.Size, r.Iterations = 1, 0, 0, 75, 1
		})
		res, err := runner(1).Run(context.Background(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		return res.Picture
	}
	for _, white := range []int{255, 256} {
		same, photo := run(engine.StartContent, white), drawn("photo", 75, 50)
		for i, v := range same.Pix {
			if v != photo.Pix[i] {
				t.Fatalf("white %d: value %d of the photograph becomes %d", white, photo.Pix[i], v)
			}
		}
		grey := run(engine.StartMean, white).Pix
		for c, mean := range narrow().Input.Mean {
			want := uint8(mean*255/float64(white) + 0.5)
			if grey[c] != want || grey[len(grey)-4+c] != want {
				t.Errorf("white %d: channel %d starts from %d, want %d", white, c, grey[c], want)
			}
		}
	}
}

// With a mask that is white everywhere all is as without one, at odd sizes and in either
// rounding: masks have the feature maps' sizes.
func TestMaskFollowsRounding(t *testing.T) {
	for _, rounding := range []string{engine.RoundDown, engine.RoundUp} {
		run := func(change func(*engine.Request)) float64 {
			req := request(func(r *engine.Recipe) {
				r.Rounding, r.Size, r.Iterations, r.Scales, r.Border = rounding, 51, 2, 1, 0
			})
			change(&req)
			res, err := masked().Run(context.Background(), req, nil)
			if err != nil {
				t.Fatal(err)
			}
			return float64(res.Loss)
		}
		plain := run(func(*engine.Request) {})
		near(t, rounding, run(func(r *engine.Request) { r.Masks = []engine.File{file("white")} }), plain, 1e-6)
		near(t, rounding+" of the style", run(func(r *engine.Request) { r.StyleMasks = []engine.File{file("white")} }), plain, 1e-6)
	}
}
