//go:build !js

package pixel_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/kovidgoyal/imaging/prism/meta/icc"
	"golang.org/x/image/tiff"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/engine/pixel/label"
)

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]pixel.Format{
		"a.png": pixel.PNG, "dir.jpg/b.PNG": pixel.PNG, "c.jpg": pixel.JPEG, "d.x.JpEg": pixel.JPEG,
		"a.webp": pixel.WebP, "a.tif": pixel.TIFF, "a.TIFF": pixel.TIFF,
	} {
		if got, err := pixel.FormatOf(name); err != nil || got != want {
			t.Errorf("FormatOf(%q) = %q, %v, want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"", "png", "a.gif", "a.png.txt", "a.bmp", "dir.png/a"} {
		_, err := pixel.FormatOf(name)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.Unwritable {
			t.Errorf("FormatOf(%q) gives error %v", name, err)
		}
	}
}

var formats = []pixel.Format{pixel.PNG, pixel.JPEG, pixel.WebP, pixel.TIFF}

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
		{"WebP", smooth, pixel.WebP, 0, smooth.NRGBAAt},
		{"WebP of a part", part, pixel.WebP, 0, func(x, y int) color.NRGBA { return part.NRGBAAt(x+8, y+8) }},
		{"WebP with alpha", glass, pixel.WebP, 0, glass.NRGBAAt},
		{"TIFF", smooth, pixel.TIFF, 0, smooth.NRGBAAt},
		{"TIFF of a part", part, pixel.TIFF, 0, func(x, y int) color.NRGBA { return part.NRGBAAt(x+8, y+8) }},
		{"TIFF with alpha", glass, pixel.TIFF, 0, glass.NRGBAAt},
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
	for _, format := range formats {
		err := pixel.Encode(fullDisk{}, random(8, 8), format)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.Unwritable || !errors.Is(err, errFull) {
			t.Errorf("%s: the error is %v", format, err)
		}
	}
}

// Lossless is lossless for each colour behind each alpha, but what cannot be seen.
func TestWebPIsLossless(t *testing.T) {
	img := picture(256, 256, func(x, y int) color.NRGBA { return color.NRGBA{uint8(x), uint8(255 - x), uint8(x * 7), uint8(y)} })
	var b bytes.Buffer
	if err := pixel.Encode(&b, img, pixel.WebP); err != nil {
		t.Fatal(err)
	}
	got := mustDecode(t, b.Bytes())
	for i := range 256 * 256 {
		want := img.NRGBAAt(i%256, i/256)
		if want.A == 0 {
			want = color.NRGBA{}
		}
		if g := got.NRGBAAt(i%256, i/256); g != want {
			t.Fatalf("%v comes back as %v", want, g)
		}
	}
}

// nativewebp 0.9.3 panicked on these.
func TestWebPOfNoise(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {2, 1}, {256, 256}, {600, 400}} {
		img := random(size.X, size.Y)
		var b bytes.Buffer
		if err := pixel.Encode(&b, img, pixel.WebP); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(mustDecode(t, b.Bytes()).Pix, img.Pix) {
			t.Errorf("%v: the pixels are others", size)
		}
	}
}

func TestWebPIsTooLarge(t *testing.T) {
	err := pixel.Encode(&bytes.Buffer{}, image.NewNRGBA(image.Rect(0, 0, 16385, 1)), pixel.WebP)
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != engine.TooLarge || !strings.Contains(e.Message, "16385 x 1") {
		t.Errorf("the error is %v", err)
	}
}

// painted is a result whose levels lie between those of 8 bits, half transparent.
func painted(t testing.TB) *engine.Result {
	t.Helper()
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Seed = 424242
	const w, h = 24, 16
	planes := make([]float32, 3*w*h)
	for i := range planes {
		planes[i] = float32(i) * 255 / (3 * w * h)
	}
	res := &engine.Result{Picture: pixel.Image(planes, w, h), Deep: pixel.Image64(planes, w, h), Recipe: recipe}
	pixel.CopyAlpha(res.Picture, res.Deep, picture(w, h, func(x, _ int) color.NRGBA { return color.NRGBA{A: uint8(10 * x)} }))
	return res
}

func TestEncodeResult(t *testing.T) {
	res := painted(t)
	for _, c := range []struct {
		format pixel.Format
		deep   bool
		bits   int
	}{{pixel.PNG, false, 8}, {pixel.PNG, true, 16}, {pixel.JPEG, false, 8}, {pixel.WebP, false, 8}, {pixel.TIFF, false, 16}} {
		var b bytes.Buffer
		if err := pixel.EncodeResult(&b, res, c.format, c.deep); err != nil {
			t.Fatal(err)
		}
		got, err := label.Extract(engine.File{Name: "a", Data: b.Bytes()})
		if err != nil || !bytes.Equal(got.JSON(), res.Recipe.JSON()) {
			t.Errorf("%s: the recipe is %v, %v", c.format, got, err)
		}
		if img := mustDecode(t, b.Bytes()); c.format != pixel.JPEG && !bytes.Equal(seen(img), seen(res.Picture)) {
			t.Errorf("%s: the pixels are others", c.format)
		}
		// It says that it is sRGB, in one of two ways, and not both.
		coded, profile := label.Coded(b.Bytes()) == label.SRGB, label.Profile(b.Bytes())
		if isPNG := c.format == pixel.PNG; coded != isPNG || (profile == nil) != isPNG {
			t.Errorf("%s: coded %v, and a profile of %d bytes", c.format, coded, len(profile))
		}
		if profile != nil {
			p, err := icc.DecodeProfile(bytes.NewReader(profile))
			if err != nil || !p.IsSRGB() {
				t.Errorf("%s: the profile is not sRGB's, %v", c.format, err)
			}
		}
		if c.bits == 16 {
			samePixels64(t, b.Bytes(), c.format, res.Deep)
		}
	}
}

// seen returns the pixels, without the colour of those that are not seen.
func seen(img *image.NRGBA) []byte {
	pix := bytes.Clone(img.Pix)
	for i := 0; i < len(pix); i += 4 {
		if pix[i+3] == 0 {
			copy(pix[i:], []byte{0, 0, 0})
		}
	}
	return pix
}

func samePixels64(t *testing.T, file []byte, format pixel.Format, want *image.NRGBA64) {
	t.Helper()
	decode := png.Decode
	if format == pixel.TIFF {
		decode = tiff.Decode
	}
	img, err := decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := img.(*image.NRGBA64); !ok || !bytes.Equal(got.Pix, want.Pix) {
		t.Errorf("%s: it is a %T, or the pixels are others", format, img)
	}
}

// A result from a worker or server has no more than 8 bits.
func TestEncodeResultWithoutDeep(t *testing.T) {
	res := painted(t)
	res.Deep = nil
	for _, format := range formats {
		var b bytes.Buffer
		if err := pixel.EncodeResult(&b, res, format, true); err != nil {
			t.Fatal(err)
		}
		if img := mustDecode(t, b.Bytes()); format != pixel.JPEG && !bytes.Equal(seen(img), seen(res.Picture)) {
			t.Errorf("%s: the pixels are others", format)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	img := random(1024, 768)
	for _, format := range formats {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				if err := pixel.Encode(&bytes.Buffer{}, img, format); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
