package transfer_test

import (
	"context"
	"errors"
	"image"
	"strings"
	"testing"

	"trappedinart/engine"
)

// Every error about a picture says which one: photograph, style and masks by their files.
func TestErrorsNameThePicture(t *testing.T) {
	all := func(req *engine.Request) {
		req.Styles = append(req.Styles, file("second.png"))
		req.Masks, req.StyleMasks = []engine.File{{}, file("mask.png")}, []engine.File{{}, file("part.png")}
		req.Keep, req.StartPicture, req.Recipe.Start = file("keep.png"), file("start.png"), engine.StartPicture
		req.Palette = file("palette.png")
		req.Recipe.Border = 0
	}
	grey := func(level uint8, w, h int) *image.NRGBA {
		img := drawn("photo", w, h)
		for i := range img.Pix {
			if img.Pix[i] = level; i%4 == 3 {
				img.Pix[i] = 255
			}
		}
		return img
	}
	for name, c := range map[string]struct {
		file string
		img  *image.NRGBA // nil if it cannot be read
		want []string
	}{
		"photograph":        {"photo", nil, []string{`"photo" is broken`}},
		"style":             {"second.png", nil, []string{`"second.png" is broken`}},
		"mask":              {"mask.png", nil, []string{`"mask.png" is broken`}},
		"part of a style":   {"part.png", nil, []string{`"part.png" is broken`}},
		"keep":              {"keep.png", nil, []string{`"keep.png" is broken`}},
		"palette":           {"palette.png", nil, []string{"The palette cannot be read", `"palette.png" is broken`}},
		"start":             {"start.png", nil, []string{`"start.png" is broken`}},
		"narrow photograph": {"photo", drawn("photo", 1, 75), []string{`photograph "photo"`, "1 x 48", "relu3_2"}},
		"narrow style":      {"second.png", drawn("photo", 75, 1), []string{`style picture "second.png"`, "48 x 1", "relu3_1"}},
		"black mask":        {"mask.png", grey(0, 75, 50), []string{`"mask.png"`, `style 2 ("second.png")`, "black"}},
		"black part":        {"part.png", grey(0, 75, 50), []string{`"part.png"`, `style picture 2 ("second.png")`, "black"}},
		"white keep":        {"keep.png", grey(255, 75, 50), []string{`"keep.png"`, "white"}},
	} {
		r := runner(1)
		r.Decode = func(_ context.Context, f engine.File) (*image.NRGBA, error) {
			switch {
			case f.Name == c.file && c.img == nil:
				return nil, engine.Errorf(engine.InvalidPicture, "%q is broken.", f.Name)
			case f.Name == c.file:
				return c.img, nil
			case f.Name == "mask.png" || f.Name == "part.png" || f.Name == "keep.png":
				return grey(128, 75, 50), nil
			}
			return drawn(f.Name, 75, 50), nil
		}
		req := request(nil)
		all(&req)
		_, err := r.Run(context.Background(), req, nil)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code == engine.Internal {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(e.Message, want) {
				t.Errorf("%s: %q does not say %q", name, e.Message, want)
			}
		}
	}
}
