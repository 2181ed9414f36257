//go:build !js

package pixel_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"testing"

	"golang.org/x/image/bmp"
)

func bmpFile(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := bmp.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifFile has frames of 6 x 4 pixels, the first of which is smaller: 3 x 2, from 2, 1 on.
func gifFile(t testing.TB) []byte {
	t.Helper()
	palette := color.Palette{color.NRGBA{10, 20, 30, 255}, color.NRGBA{200, 100, 50, 255}, color.NRGBA{}}
	first := image.NewPaletted(image.Rect(2, 1, 5, 3), palette)
	first.SetColorIndex(3, 1, 1)
	first.SetColorIndex(4, 2, 2)
	second := image.NewPaletted(image.Rect(0, 0, 6, 4), color.Palette{color.White})
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{
		Image: []*image.Paletted{first, second}, Delay: []int{1, 1},
		Config: image.Config{ColorModel: palette, Width: 6, Height: 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeFirstOfGIF(t *testing.T) {
	img := mustDecode(t, gifFile(t))
	if img.Rect != image.Rect(0, 0, 6, 4) {
		t.Fatalf("the size is %v", img.Rect)
	}
	for p, want := range map[image.Point]color.NRGBA{
		{2, 1}: {10, 20, 30, 255}, {3, 1}: {200, 100, 50, 255}, {4, 2}: {},
		{0, 0}: {}, {5, 1}: {}, {4, 3}: {}, // beside the first picture
	} {
		nearColor(t, p.String(), img.NRGBAAt(p.X, p.Y), want, 0)
	}
}

func TestDecodeBMPAndTIFF(t *testing.T) {
	img := random(7, 5)
	glass := picture(7, 5, func(x, y int) color.NRGBA { return color.NRGBA{uint8(30 * x), 100, uint8(50 * y), uint8(36*x + 1)} })
	deep := image.NewNRGBA64(img.Rect)
	premultiplied, premultiplied64 := image.NewRGBA(img.Rect), image.NewRGBA64(img.Rect)
	palette := image.NewPaletted(img.Rect, color.Palette{color.Black, color.NRGBA{1, 2, 3, 255}})
	gray := image.NewGray16(img.Rect)
	for y := range 5 {
		for x := range 7 {
			c := glass.NRGBAAt(x, y)
			deep.SetNRGBA64(x, y, color.NRGBA64{uint16(c.R)*257 + 100, uint16(c.G)*257 - 100, uint16(c.B) * 257, uint16(c.A) * 257})
			premultiplied.Set(x, y, c)
			premultiplied64.Set(x, y, c)
			palette.SetColorIndex(x, y, uint8(x&1))
			gray.SetGray16(x, y, color.Gray16{uint16(x)*8000 + 127}) // 31.13 x + 0.49
		}
	}
	turned := withTagTIFF(tiffFile(t, img), 0x0112, 6)
	tests := []struct {
		name      string
		data      []byte
		want      func(x, y int) color.NRGBA
		tolerance int
	}{
		{"BMP", bmpFile(t, img), img.NRGBAAt, 0},
		// A header as short as this one's knows no alpha, whatever stands in the fourth byte.
		{"BMP of 32 bits", bmpFile(t, glass), func(x, y int) color.NRGBA {
			c := glass.NRGBAAt(x, y)
			return color.NRGBA{c.R, c.G, c.B, 255}
		}, 0},
		{"BMP with a palette", bmpFile(t, palette), func(x, _ int) color.NRGBA {
			return []color.NRGBA{{0, 0, 0, 255}, {1, 2, 3, 255}}[x&1]
		}, 0},
		{"TIFF", tiffFile(t, img), img.NRGBAAt, 0},
		{"TIFF with alpha", tiffFile(t, glass), glass.NRGBAAt, 0},
		{"TIFF of 16 bits with alpha", tiffFile(t, deep), glass.NRGBAAt, 0},
		{"TIFF with multiplied alpha", tiffFile(t, premultiplied), func(x, y int) color.NRGBA {
			return color.NRGBAModel.Convert(premultiplied.RGBAAt(x, y)).(color.NRGBA)
		}, 0},
		{"TIFF of 16 bits with multiplied alpha", tiffFile(t, premultiplied64), glass.NRGBAAt, 1},
		{"TIFF of 16 bits, grey", tiffFile(t, gray), func(x, _ int) color.NRGBA { return grey(uint8(float64(x)*8000/257 + 127./257 + 0.5)) }, 0},
		{"TIFF with a palette", tiffFile(t, palette), func(x, _ int) color.NRGBA {
			return []color.NRGBA{{0, 0, 0, 255}, {1, 2, 3, 255}}[x&1]
		}, 0},
		{"TIFF on its side", turned, func(x, y int) color.NRGBA { return img.NRGBAAt(y, 4-x) }, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustDecode(t, test.data)
			for y := range got.Rect.Dy() {
				for x := range got.Rect.Dx() {
					nearColor(t, image.Pt(x, y).String(), got.NRGBAAt(x, y), test.want(x, y), test.tolerance)
				}
			}
			if n := got.Rect.Dx() * got.Rect.Dy(); n != 35 {
				t.Errorf("the size is %v", got.Rect)
			}
		})
	}
}

// withTagTIFF gives a file of package tiff a tag with a number, for its resolution unit.
func withTagTIFF(file []byte, tag, value uint16) []byte {
	file = bytes.Clone(file)
	at := int(binary.LittleEndian.Uint32(file[4:]))
	n := int(binary.LittleEndian.Uint16(file[at:]))
	entries := file[at+2:][:12*n]
	const resolutionUnit = 296
	var kept []byte
	entry := binary.LittleEndian.AppendUint16(nil, tag)
	entry = binary.LittleEndian.AppendUint16(entry, 3)
	entry = binary.LittleEndian.AppendUint32(entry, 1)
	entry = binary.LittleEndian.AppendUint32(entry, uint32(value))
	for i := 0; i < len(entries); i += 12 {
		e := bytes.Clone(entries[i:][:12])
		if id := binary.LittleEndian.Uint16(e); id == resolutionUnit {
			continue
		} else if entry != nil && id > tag {
			kept, entry = append(kept, entry...), nil
		}
		kept = append(kept, e...)
	}
	copy(entries, kept)
	return file
}
