package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
)

// masked is a runner that also knows pictures by these names: masks that are white,
// black, grey, or white in the left third, the last at a size of its own.
func masked() *transfer.Runner {
	r := runner(2)
	pictures := r.Decode
	r.Decode = func(ctx context.Context, f engine.File) (*image.NRGBA, error) {
		w, h := 75, 50
		var white func(x int) uint8
		switch f.Name {
		case "white":
			white = func(int) uint8 { return 255 }
		case "black":
			white = func(int) uint8 { return 0 }
		case "grey":
			white = func(int) uint8 { return 128 }
		case "left":
			white = func(x int) uint8 {
				if x < 100 {
					return 255
				}
				return 0
			}
			w, h = 300, 200
		default:
			return pictures(ctx, f)
		}
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for i := range w * h {
			v := white(i % w)
			img.SetNRGBA(i%w, i/w, color.NRGBA{v, v, v, 255})
		}
		return img, nil
	}
	return r
}

func paint(t *testing.T, change func(*engine.Request)) *image.NRGBA {
	t.Helper()
	req := request(func(r *engine.Recipe) { r.Size, r.Iterations, r.Feather = 75, 15, 0 })
	change(&req)
	res, _ := run(t, masked(), req)
	return res.Picture
}

// changed is the mean difference from the photograph in columns from..to.
func changed(t *testing.T, img *image.NRGBA, from, to int) float64 {
	t.Helper()
	original := drawn("photo", 75, 50)
	sum, n := 0., 0
	for y := range 50 {
		for i := 4 * from; i < 4*to; i++ {
			sum += math.Abs(float64(img.Pix[img.PixOffset(0, y)+i]) - float64(original.Pix[original.PixOffset(0, y)+i]))
			n++
		}
	}
	return sum / float64(n)
}

// Where the mask is white the result is the photograph, bit for bit, feathered or not.
func TestKeep(t *testing.T) {
	for _, feather := range []float64{0, 5} {
		img := paint(t, func(r *engine.Request) { r.Keep, r.Recipe.Feather = file("left"), feather })
		if d := changed(t, img, 0, 24); d != 0 {
			t.Errorf("feather %v: what is kept changes by %v grey levels", feather, d)
		}
		if d := changed(t, img, 45, 75); d < 5 {
			t.Errorf("feather %v: what is not kept changes by %v grey levels only", feather, d)
		}
	}
}

// A style stays within its mask, and a style without one goes where no mask is.
func TestMasks(t *testing.T) {
	plain := paint(t, func(*engine.Request) {})
	left := paint(t, func(r *engine.Request) { r.Masks = []engine.File{file("left")} })
	if inside, outside := changed(t, left, 0, 22), changed(t, left, 28, 75); outside != 0 || inside < 5 {
		t.Errorf("the picture changes by %v inside the mask and by %v where no style is", inside, outside)
	}
	two := func(style string) *image.NRGBA {
		return paint(t, func(r *engine.Request) {
			// Smaller pictures see far, and L-BFGS's step is one for all pixels.
			r.Recipe.Copies, r.Recipe.Scales = 0, 1
			r.Recipe.Optimizer, r.Recipe.LearningRate = engine.Adam, 5
			r.Styles = append(r.Styles, file(style))
			r.Masks = []engine.File{file("left")}
		})
	}
	one, other := two("another"), two("a very different one")
	difference := func(from, to int) float64 {
		sum := 0.
		for y := range 50 {
			for i := 4 * from; i < 4*to; i++ {
				sum += math.Abs(float64(one.Pix[one.PixOffset(0, y)+i]) - float64(other.Pix[other.PixOffset(0, y)+i]))
			}
		}
		return sum / float64(200*(to-from))
	}
	if inside, outside := difference(0, 8), difference(30, 75); !(outside > 10*inside) {
		t.Errorf("another second style changes the first's region by %v and its own by %v", inside, outside)
	}
	if bytes.Equal(plain.Pix, left.Pix) {
		t.Error("a mask changes nothing")
	}
}

// Statistics are divided by the mask's area: white is no mask, and grey is white but for
// its smaller share of the picture.
func TestMaskArea(t *testing.T) {
	few := func(change func(*engine.Request)) *image.NRGBA { // before rounding makes a difference
		return paint(t, func(r *engine.Request) {
			r.Recipe.Iterations = 6
			change(r)
		})
	}
	plain := few(func(*engine.Request) {})
	white := few(func(r *engine.Request) { r.Masks = []engine.File{file("white")} })
	if d := distance(plain, white); d > 0.5 {
		t.Errorf("a white mask changes the picture by %v grey levels", d)
	}
	of := few(func(r *engine.Request) { r.StyleMasks = []engine.File{file("grey")} })
	if d := distance(plain, of); d > 0.5 {
		t.Errorf("a grey mask on the style changes the picture by %v grey levels", d)
	}
	part := few(func(r *engine.Request) { r.StyleMasks = []engine.File{file("left")} })
	if d := distance(plain, part); d < 1 {
		t.Errorf("a part of the style changes the picture by %v grey levels only", d)
	}
}

func TestMaskErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*engine.Request)
		code   engine.Code
		says   string
	}{
		"black":       {func(r *engine.Request) { r.Masks = []engine.File{file("black")} }, engine.InvalidPicture, "style 1 (\"painting\") is black"},
		"black style": {func(r *engine.Request) { r.StyleMasks = []engine.File{file("black")} }, engine.InvalidPicture, "style picture 1 (\"painting\") is black"},
		"keep all":    {func(r *engine.Request) { r.Keep = file("white") }, engine.InvalidPicture, "keeps the whole photograph"},
		"broken":      {func(r *engine.Request) { r.Keep = engine.File{Name: "x", Data: []byte("broken")} }, engine.InvalidPicture, "broken"},
		"too many":    {func(r *engine.Request) { r.Masks = make([]engine.File, 2) }, engine.MissingPicture, "more masks than style"},
		"no start":    {func(r *engine.Request) { r.Recipe.Start = engine.StartPicture }, engine.MissingPicture, "starts from a picture"},
	} {
		req := request(nil)
		c.change(&req)
		_, err := masked().Run(context.Background(), req, nil)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: the error is %v, want %s: ... %s", name, err, c.code, c.says)
		}
	}
}

// A run can start from a picture; with no iterations to speak of it is still there.
func TestStartPicture(t *testing.T) {
	img := paint(t, func(r *engine.Request) {
		r.Recipe.Start, r.StartPicture = engine.StartPicture, file("a start")
		r.Recipe.Iterations, r.Recipe.Scales, r.Recipe.Strength = 1, 1, 1
	})
	if a, b := distance(img, drawn("a start", 75, 50)), distance(img, drawn("photo", 75, 50)); !(a < b/4) {
		t.Errorf("the picture is %v from its start and %v from the photograph", a, b)
	}
}

// means returns the mean red, green and blue.
func means(img *image.NRGBA) [3]float64 {
	var m [3]float64
	for i, v := range img.Pix {
		if c := i % 4; c < 3 {
			m[c] += float64(v) / float64(len(img.Pix)/4)
		}
	}
	return m
}

func TestKeepColours(t *testing.T) {
	photograph := means(drawn("photo", 75, 50))
	off := func(img *image.NRGBA) float64 {
		sum := 0.
		for c, v := range means(img) {
			sum += math.Abs(v - photograph[c])
		}
		return sum
	}
	var plain float64
	for _, method := range []string{"", engine.ColoursSymmetric, engine.ColoursPCA, engine.ColoursCholesky, engine.ColoursLuminance} {
		img := paint(t, func(r *engine.Request) {
			r.Recipe.Strength = 90
			if method != "" {
				r.Recipe.KeepColours, r.Recipe.ColourMethod = 100, method
			}
		})
		if method == "" {
			plain = off(img)
			continue
		}
		if d := off(img); !(d < plain/2) {
			t.Errorf("%s: the mean colour is %v from the photograph's, without keeping it %v", method, d, plain)
		}
		if d := changed(t, img, 0, 75); d < 3 {
			t.Errorf("%s: the picture changes by %v grey levels only", method, d)
		}
	}
	// Luminance: the differences of the channels are the photograph's, to rounding and
	// where nothing is cut off.
	img, original := paint(t, func(r *engine.Request) {
		r.Recipe.KeepColours, r.Recipe.ColourMethod = 100, engine.ColoursLuminance
	}), drawn("photo", 75, 50)
	for i := 0; i < len(img.Pix); i += 4 {
		p, q := img.Pix[i:][:3], original.Pix[i:][:3]
		if min(p[0], p[1], p[2]) == 0 || max(p[0], p[1], p[2]) == 255 {
			continue
		}
		if d := int(p[0]) - int(p[2]) - int(q[0]) + int(q[2]); d < -1 || d > 1 {
			t.Fatalf("pixel %d is %v, the photograph's %v", i/4, p, q)
		}
	}
}
