package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// narrow is a network of six thin layers, in numbers drawn from a seed.
func narrow() *vgg.Weights {
	random := rand.New(rand.NewPCG(1, 2))
	w := &vgg.Weights{Name: "narrow", Input: vgg.Input{Mean: [3]float64{120, 120, 120}, Scale: [3]float64{0.02, 0.02, 0.02}}}
	in := 3
	for l, out := range []int{8, 8, 12, 12, 16, 16} {
		c := vgg.Conv{Name: vgg.ConvName(l), ConvWeights: backend.ConvWeights{O: out, I: in, Bias: make([]float32, out)}}
		for range out * in * 9 {
			c.Weight = append(c.Weight, float32(random.NormFloat64()*math.Sqrt(2/float64(9*in))))
		}
		w.Convs = append(w.Convs, c)
		in = out
	}
	return w
}

// drawn returns a picture of stripes, in colours that depend on the name.
func drawn(name string, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	k := float64(len(name))
	for y := range h {
		for x := range w {
			wave := 0.5 + 0.5*math.Sin(k+float64(x)*k/20+float64(y*y)/300)
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * wave), uint8(40 * k), uint8(200 * (1 - wave)), 255})
		}
	}
	return img
}

func runner(threads int) *transfer.Runner {
	return &transfer.Runner{
		Backend: cpu.New(threads),
		Weights: func(_ context.Context, name string) (*vgg.Weights, error) {
			if name != "fine" {
				return nil, engine.Errorf(engine.UnknownWeights, "There are no weights %q.", name)
			}
			return narrow(), nil
		},
		Decode: func(_ context.Context, f engine.File) (*image.NRGBA, error) {
			if string(f.Data) == "broken" {
				return nil, engine.Errorf(engine.InvalidPicture, "%q is broken.", f.Name)
			}
			return drawn(f.Name, 75, 50), nil
		},
	}
}

func file(name string) engine.File {
	return engine.File{Name: name, Data: []byte("picture of " + name)}
}

func request(change func(*engine.Recipe)) engine.Request {
	r, _ := engine.Preset(engine.Painterly)
	r.Size, r.Iterations, r.Taper, r.Scales = 96, 6, 100, 2
	if change != nil {
		change(&r)
	}
	return engine.Request{Recipe: r, Content: file("photo"), Styles: []engine.File{file("painting")}}
}

func run(t *testing.T, r *transfer.Runner, req engine.Request) (*engine.Result, []engine.Progress) {
	t.Helper()
	var reports []engine.Progress
	res, err := r.Run(context.Background(), req, func(p engine.Progress) { reports = append(reports, p) })
	if err != nil {
		t.Fatal(err)
	}
	return res, reports
}

func TestRun(t *testing.T) {
	req := request(nil)
	req.PreviewEvery = time.Nanosecond
	res, reports := run(t, runner(2), req)
	if got := res.Picture.Bounds(); got != image.Rect(0, 0, 96, 64) {
		t.Errorf("picture is %v, want 96 x 64", got)
	}
	if res.Iterations != 12 {
		t.Errorf("%d evaluations, want 6 at each of 2 scales", res.Iterations)
	}
	if reports[0].Stage != engine.Preparing {
		t.Errorf("first stage is %q", reports[0].Stage)
	}
	fraction := engine.Float(0)
	for i, p := range reports[1:] {
		if p.Stage != engine.Painting || p.Scale != i/6+1 || p.Scales != 2 || p.Iteration != i%6+1 || p.Iterations != 6 {
			t.Errorf("report %d is %+v", i, p)
		}
		if !(p.Fraction > fraction) {
			t.Errorf("report %d: fraction goes from %v to %v", i, fraction, p.Fraction)
		}
		fraction = p.Fraction
		if p.Loss != p.Content+p.Style+p.Variation {
			t.Errorf("report %d: loss %v, parts %v + %v + %v", i, p.Loss, p.Content, p.Style, p.Variation)
		}
		if p.Preview == nil || p.Preview.Bounds().Dx() != p.Width || p.Preview.Bounds().Dy() != p.Height {
			t.Errorf("report %d has no preview of %d x %d", i, p.Width, p.Height)
		}
	}
	if fraction != 1 {
		t.Errorf("last fraction is %v", fraction)
	}
	if first, last := reports[1].Loss, reports[len(reports)-1].Loss; !(last < 0.8*first) {
		t.Errorf("loss went from %v to %v", first, last)
	}
}

func TestSameRequestSamePicture(t *testing.T) {
	for _, optimizer := range []string{engine.LBFGS, engine.LBFGSTorch, engine.Adam} {
		req := request(func(r *engine.Recipe) { r.Optimizer, r.Start, r.Smoothness = optimizer, engine.StartNoise, 20 })
		one, _ := run(t, runner(1), req)
		two, _ := run(t, runner(3), req)
		if !bytes.Equal(one.Picture.Pix, two.Picture.Pix) {
			t.Errorf("%s: one thread and three make different pictures", optimizer)
		}
		req.Recipe.Seed++
		other, _ := run(t, runner(1), req)
		if bytes.Equal(one.Picture.Pix, other.Picture.Pix) {
			t.Errorf("%s: another seed makes the same picture", optimizer)
		}
	}
}

// distance is the mean difference of pictures in grey levels.
func distance(a, b *image.NRGBA) float64 {
	sum := 0.0
	for i := range a.Pix {
		sum += math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix))
}

// More strength brings the picture nearer to the painting and further from the
// photograph, as the network sees them; none leaves the photograph as it is.
func TestStrength(t *testing.T) {
	paint := func(strength float64) (*image.NRGBA, *transfer.Measures) {
		res, _ := run(t, runner(2), request(func(r *engine.Recipe) { r.Strength, r.Iterations, r.Scales = strength, 100, 1 }))
		return res.Picture, measure(t, photo(), pixel.Image(pixel.Planes(drawn("painting", 60, 60), 96, 96), 96, 96), res.Picture)
	}
	none, _ := paint(0)
	if d := distance(none, photo()); d > 0.5 {
		t.Errorf("without style the photograph changes by %v grey levels", d)
	}
	_, weak := paint(10)
	_, strong := paint(90)
	if a, b := weak.Content["relu3_2"], strong.Content["relu3_2"]; !(a < b) {
		t.Errorf("content distance is %v at strength 10 and %v at 90", a, b)
	}
	if a, b := weak.MultiScaleStyle, strong.MultiScaleStyle; !(a > b) {
		t.Errorf("style distance is %v at strength 10 and %v at 90", a, b)
	}
}

// photo is the photograph at the size of the results.
func photo() *image.NRGBA {
	return pixel.Image(pixel.Planes(drawn("photo", 75, 50), 96, 64), 96, 64)
}

func TestStyles(t *testing.T) {
	req := request(nil)
	first, _ := run(t, runner(2), req)
	req.Styles = append(req.Styles, file("other"))
	both, _ := run(t, runner(2), req)
	req.Recipe.StyleWeights = engine.Numbers{1, 0}
	again, _ := run(t, runner(2), req)
	if bytes.Equal(first.Picture.Pix, both.Picture.Pix) {
		t.Error("a second style changes nothing")
	}
	if !bytes.Equal(first.Picture.Pix, again.Picture.Pix) {
		t.Error("a second style of weight 0 changes the picture")
	}
}

func TestCancel(t *testing.T) {
	r := runner(2)
	for _, after := range []int{0, 1, 8} {
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		res, err := r.Run(ctx, request(nil), func(p engine.Progress) {
			if n == after {
				cancel()
			}
			if n > after {
				t.Errorf("reported %d times after it was cancelled", n-after)
			}
			n++
		})
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.Cancelled {
			t.Errorf("after %d reports: error is %v, want cancelled", after, err)
		}
		if after == 0 {
			if res != nil {
				t.Error("a run that had not begun returns a picture")
			}
			continue
		}
		if res == nil || res.Picture.Bounds() != image.Rect(0, 0, 96, 64) {
			t.Errorf("after %d reports: no picture of the full size", after)
		}
		cancel()
	}
}

func TestBadRequests(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*engine.Request)
		want   engine.Code
	}{
		"no content":     {func(r *engine.Request) { r.Content = engine.File{} }, engine.MissingPicture},
		"no style":       {func(r *engine.Request) { r.Styles = nil }, engine.MissingPicture},
		"many styles":    {func(r *engine.Request) { r.Styles = slices.Repeat(r.Styles, 17) }, engine.InvalidRecipe},
		"broken content": {func(r *engine.Request) { r.Content.Data = []byte("broken") }, engine.InvalidPicture},
		"broken style":   {func(r *engine.Request) { r.Styles[0].Data = []byte("broken") }, engine.InvalidPicture},
		"weights":        {func(r *engine.Request) { r.Recipe.Weights = "large" }, engine.UnknownWeights},
		"layer":          {func(r *engine.Request) { r.Recipe.ContentLayers[0].Layer = "relu4_2" }, engine.MissingLayer},
		"size":           {func(r *engine.Request) { r.Recipe.Size = 3 }, engine.InvalidRecipe},
		"no weight":      {func(r *engine.Request) { r.Recipe.StyleWeights = engine.Numbers{0} }, engine.InvalidRecipe},
		"more weights":   {func(r *engine.Request) { r.Recipe.StyleWeights = engine.Numbers{1, 1} }, engine.InvalidRecipe},
	} {
		req := request(nil)
		c.change(&req)
		res, err := runner(1).Run(context.Background(), req, nil)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != c.want || res != nil {
			t.Errorf("%s: got %v and error %v, want code %s", name, res, err, c.want)
		}
	}
}
