//go:build !js

package pixel_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]pixel.Format{
		"a.png": pixel.PNG, "dir.jpg/b.PNG": pixel.PNG, "c.jpg": pixel.JPEG, "d.x.JpEg": pixel.JPEG,
	} {
		if got, err := pixel.FormatOf(name); err != nil || got != want {
			t.Errorf("FormatOf(%q) = %q, %v, want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"", "png", "a.gif", "a.png.txt", "a.webp", "dir.png/a"} {
		_, err := pixel.FormatOf(name)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.Unwritable {
			t.Errorf("FormatOf(%q) gives error %v", name, err)
		}
	}
}

func TestEncodeIsDecoded(t *testing.T) {
	smooth := picture(40, 30, func(x, y int) color.NRGBA { return color.NRGBA{uint8(6 * x), uint8(8 * y), 90, 255} })
	glass := picture(40, 30, func(x, y int) color.NRGBA { return color.NRGBA{100, 0, 200, 51} })
	part := smooth.SubImage(image.Rect(8, 8, 24, 16)).(*image.NRGBA)
	tests := []struct {
		name      string
		img       *image.NRGBA
		format    pixel.Format
		tolerance int
		want      func(x, y int) color.NRGBA
	}{
		{"PNG", smooth, pixel.PNG, 0, smooth.NRGBAAt},
		{"PNG of a part", part, pixel.PNG, 0, func(x, y int) color.NRGBA { return part.NRGBAAt(x+8, y+8) }},
		{"PNG with alpha", glass, pixel.PNG, 0, glass.NRGBAAt},
		{"JPEG", smooth, pixel.JPEG, 8, smooth.NRGBAAt},
		{"JPEG of a part", part, pixel.JPEG, 8, func(x, y int) color.NRGBA { return part.NRGBAAt(x+8, y+8) }},
		{"JPEG with alpha", glass, pixel.JPEG, 2, func(int, int) color.NRGBA { return color.NRGBA{224, 204, 244, 255} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := pixel.Encode(&b, test.img, test.format); err != nil {
				t.Fatal(err)
			}
			got := mustDecode(t, b.Bytes())
			if got.Rect.Size() != test.img.Rect.Size() {
				t.Fatalf("the size is %v, want %v", got.Rect.Size(), test.img.Rect.Size())
			}
			for _, p := range []image.Point{{0, 0}, {5, 7}, {15, 2}} {
				nearColor(t, p.String(), got.NRGBAAt(p.X, p.Y), test.want(p.X, p.Y), test.tolerance)
			}
		})
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left on device")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestEncodeSaysThatTheDiskIsFull(t *testing.T) {
	for _, format := range []pixel.Format{pixel.PNG, pixel.JPEG} {
		err := pixel.Encode(fullDisk{}, random(8, 8), format)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.Unwritable || !errors.Is(err, errFull) {
			t.Errorf("%s: the error is %v", format, err)
		}
	}
}
