//go:build !js

package pixel_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/internal/fixture"
)

// Made with Debian's cwebp 1.2.4 from four grey and coloured stripes, each 8 wide,
// of 32 x 16 in all; and from 3 x 2 pixels.
const (
	lossyWebP      = "UklGRkgAAABXRUJQVlA4IDwAAACQAgCdASogABAAPjEUiEKiISEYBAAgAwSgABU2AAD+on///e4et/7wQ//0FLP//MEf9/j//62B//1oAAA="
	lossyAlphaWebP = "UklGRoIAAABXRUJQVlA4WAoAAAAQAAAAHwAADwAAQUxQSB8AAAABHyAQIPwXWVBlIyKCE4TZRpOc5CSP4P4R/Q/doH4BAFZQOCA8AAAAkAIAnQEqIAAQAD4xFIhCoiEhGAQAIAMEoAAVNgAA/qJ///3uHrf+8EP/9BSz//zBH/f4//+tgf/9aAAA"
	losslessWebP   = "UklGRjwAAABXRUJQVlA4TC8AAAAvAkAAEC8gFkyGlf8VokAgyZ9hoLFGhiDbpmADvPWDH7YgDRAIUMaKYy6I6H+sDwA="
)

func fromBase64(t testing.TB, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func pngFile(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegFile(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(data []byte) (*image.NRGBA, error) {
	return pixel.Decode(context.Background(), engine.File{Name: "picture", Data: data})
}

func mustDecode(t *testing.T, data []byte) *image.NRGBA {
	t.Helper()
	img, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if img.Rect.Min != (image.Point{}) {
		t.Fatalf("the picture's corner is at %v", img.Rect.Min)
	}
	return img
}

func nearColor(t *testing.T, what string, got, want color.NRGBA, tolerance int) {
	t.Helper()
	g, w := []uint8{got.R, got.G, got.B, got.A}, []uint8{want.R, want.G, want.B, want.A}
	for i := range g {
		if d := int(g[i]) - int(w[i]); d > tolerance || d < -tolerance {
			t.Errorf("%s is %v, want %v within %d", what, got, want, tolerance)
			return
		}
	}
}

func TestDecodeKindsOfPixels(t *testing.T) {
	rect := image.Rect(0, 0, 2, 1)
	gray, gray16 := image.NewGray(rect), image.NewGray16(rect)
	gray.SetGray(1, 0, color.Gray{77})
	gray16.SetGray16(1, 0, color.Gray16{0x4dc0}) // 77.46
	opaque16, alpha16 := image.NewRGBA64(rect), image.NewNRGBA64(rect)
	opaque16.SetRGBA64(0, 0, color.RGBA64{A: 0xffff})
	opaque16.SetRGBA64(1, 0, color.RGBA64{0xffff, 0x8080, 0x0101, 0xffff})
	alpha16.SetNRGBA64(1, 0, color.NRGBA64{0xffff, 0x8080, 0x01ff, 0x4040})
	palette := image.NewPaletted(rect, color.Palette{color.NRGBA{1, 2, 3, 255}, color.NRGBA{200, 100, 50, 25}})
	palette.Pix[1] = 1
	alpha := picture(2, 1, func(int, int) color.NRGBA { return color.NRGBA{200, 100, 50, 25} })

	tests := []struct {
		name      string
		data      []byte
		want      color.NRGBA // at 1, 0
		tolerance int
	}{
		{"opaque PNG", pngFile(t, picture(2, 1, func(int, int) color.NRGBA { return color.NRGBA{9, 8, 7, 255} })), color.NRGBA{9, 8, 7, 255}, 0},
		{"PNG with alpha", pngFile(t, alpha), color.NRGBA{200, 100, 50, 25}, 0},
		{"grey PNG", pngFile(t, gray), grey(77), 0},
		{"grey PNG of 16 bits", pngFile(t, gray16), grey(77), 0},
		{"PNG of 16 bits", pngFile(t, opaque16), color.NRGBA{255, 128, 1, 255}, 0},
		{"PNG of 16 bits with alpha", pngFile(t, alpha16), color.NRGBA{255, 128, 2, 64}, 0},
		{"PNG with a palette", pngFile(t, palette), color.NRGBA{200, 100, 50, 25}, 0},
		{"JPEG", jpegFile(t, picture(2, 1, func(int, int) color.NRGBA { return color.NRGBA{200, 100, 50, 255} })), color.NRGBA{200, 100, 50, 255}, 2},
		{"grey JPEG", jpegFile(t, gray), grey(77), 3},
		{"CMYK JPEG, cyan and yellow", cmykJPEG(255, 0, 255, 0), color.NRGBA{0, 255, 0, 255}, 1},
		{"CMYK JPEG, half black", cmykJPEG(0, 51, 0, 128), color.NRGBA{127, 102, 127, 255}, 1},
		{"lossless WebP", fromBase64(t, losslessWebP), color.NRGBA{100, 0, 50, 195}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			nearColor(t, "the pixel", mustDecode(t, test.data).NRGBAAt(1, 0), test.want, test.tolerance)
		})
	}
}

// The stripes of the lossy WebP files; libwebp's dwebp gives these values to 1.
func TestDecodeLossyWebP(t *testing.T) {
	for name, file := range map[string]string{"opaque": lossyWebP, "with alpha": lossyAlphaWebP} {
		alpha := []uint8{255, 255, 255, 255}
		if file == lossyAlphaWebP {
			alpha = []uint8{255, 128, 0, 200}
		}
		img := mustDecode(t, fromBase64(t, file))
		if img.Rect.Dx() != 32 || img.Rect.Dy() != 16 {
			t.Fatalf("%s: the size is %v", name, img.Rect)
		}
		for i, want := range []color.NRGBA{{0, 0, 0, 0}, {255, 255, 255, 0}, {128, 128, 128, 0}, {221, 30, 40, 0}} {
			want.A = alpha[i]
			nearColor(t, fmt.Sprintf("%s: stripe %d", name, i), img.NRGBAAt(8*i+3, 8), want, 1)
		}
	}
}

// cmykJPEG makes an 8 x 8 JPEG of one colour, given in ink from 0 to 255: each of the
// four planes has a DC coefficient, in steps of 8, and nothing else. Adobe stores ink inverted.
func cmykJPEG(ink ...uint8) []byte {
	b := []byte("\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00") // the last 0: no colour transform
	b = append(b, 0xff, 0xdb, 0, 67, 0)
	b = append(b, bytes.Repeat([]byte{8}, 64)...)
	b = append(b, "\xff\xc0\x00\x14\x08\x00\x08\x00\x08\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00"...)
	// DC: categories 0 to 8 as 0000 to 1000. AC: end of block as 0.
	b = append(b, "\xff\xc4\x00\x1c\x00\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08"...)
	b = append(b, "\xff\xc4\x00\x14\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	b = append(b, "\xff\xda\x00\x0e\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3f\x00"...)
	bits := ""
	for _, v := range ink {
		dc := 255 - int(v) - 128
		n := len(fmt.Sprintf("%b", max(dc, -dc)))
		if dc == 0 {
			n = 0
		}
		bits += fmt.Sprintf("%04b", n)
		if n > 0 {
			if dc < 0 {
				dc += 1<<n - 1
			}
			bits += fmt.Sprintf("%0*b", n, dc)
		}
		bits += "0"
	}
	for len(bits)%8 != 0 {
		bits += "1"
	}
	for ; bits != ""; bits = bits[8:] {
		var v uint8
		fmt.Sscanf(bits[:8], "%b", &v)
		if b = append(b, v); v == 0xff {
			b = append(b, 0)
		}
	}
	return append(b, 0xff, 0xd9)
}

// exif is a TIFF structure that holds an orientation.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("MM")
	if order == binary.LittleEndian {
		b = []byte("II")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)      // entries
	b = order.AppendUint16(b, 0x0112) // Orientation
	b = order.AppendUint16(b, 3)      // SHORT
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	b = order.AppendUint16(b, 0)
	return order.AppendUint32(b, 0) // no second directory
}

func withExifJPEG(file, block []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+6+len(block)))
	segment = append(append(segment, "Exif\x00\x00"...), block...)
	return bytes.Join([][]byte{file[:2], segment, file[2:]}, nil)
}

func withExifPNG(file, block []byte) []byte { return withChunkPNG(file, "eXIf", block) }

func withChunkPNG(file []byte, id string, block []byte) []byte {
	const afterIHDR = 8 + 25
	return bytes.Join([][]byte{file[:afterIHDR], pngChunk(id, block), file[afterIHDR:]}, nil)
}

func pngChunk(id string, block []byte) []byte {
	body := append([]byte(id), block...)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(block))), body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
}

// withExifWebP turns a plain lossless file into an extended one. The VP8L chunk it
// holds is cut to its odd length.
func withExifWebP(file, block []byte, w, h int) []byte {
	chunk := func(id string, body []byte) []byte {
		b := append(binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body))), body...)
		return append(b, make([]byte, len(body)%2)...)
	}
	const exifBit, alphaBit = 1 << 3, 1 << 4
	header := []byte{exifBit | alphaBit, 0, 0, 0, byte(w - 1), 0, 0, byte(h - 1), 0, 0}
	n := binary.LittleEndian.Uint32(file[16:])
	body := bytes.Join([][]byte{[]byte("WEBP"), chunk("VP8X", header), chunk("VP8L", file[20:20+n]), chunk("EXIF", block)}, nil)
	return chunk("RIFF", body)
}

func TestDecodeUpright(t *testing.T) {
	// Where the source's corners (top left, top right, bottom left) are shown.
	corners := []string{1: "tl tr bl", 2: "tr tl br", 3: "br bl tr", 4: "bl br tl", 5: "tl bl tr", 6: "tr br tl", 7: "br tr bl", 8: "bl tl br"}
	red, green, blue := color.NRGBA{250, 10, 10, 255}, color.NRGBA{10, 250, 10, 255}, color.NRGBA{10, 10, 250, 255}
	const w, h = 48, 32
	img := picture(w, h, func(x, y int) color.NRGBA {
		switch {
		case x < w/2 && y < h/2:
			return red
		case y < h/2:
			return green
		case x < w/2:
			return blue
		}
		return grey(0)
	})
	jpg, pngs := jpegFile(t, img), pngFile(t, img)
	for o := uint16(1); o <= 8; o++ {
		files := map[string][]byte{
			"JPEG, Motorola":    withExifJPEG(jpg, exif(binary.BigEndian, o)),
			"JPEG, Intel":       withExifJPEG(jpg, exif(binary.LittleEndian, o)),
			"PNG":               withExifPNG(pngs, exif(binary.BigEndian, o)),
			"JPEG, then no end": withExifJPEG(jpg, exif(binary.BigEndian, o)[:22]),
		}
		for name, data := range files {
			t.Run(fmt.Sprint(name, " ", o), func(t *testing.T) {
				got := mustDecode(t, data)
				w, h := w, h
				if o >= 5 {
					w, h = h, w
				}
				if got.Rect.Dx() != w || got.Rect.Dy() != h {
					t.Fatalf("the size is %v, want %d x %d", got.Rect, w, h)
				}
				at := map[string]color.NRGBA{
					"tl": got.NRGBAAt(4, 4), "tr": got.NRGBAAt(w-5, 4), "bl": got.NRGBAAt(4, h-5), "br": got.NRGBAAt(w-5, h-5),
				}
				var places [3]string
				fmt.Sscan(corners[o], &places[0], &places[1], &places[2])
				for i, want := range []color.NRGBA{red, green, blue} {
					nearColor(t, places[i], at[places[i]], want, 6)
				}
			})
		}
	}
}

func TestDecodeUprightWebP(t *testing.T) {
	plain := fromBase64(t, losslessWebP)
	first := mustDecode(t, plain).NRGBAAt(0, 0)
	for _, prefix := range []string{"", "Exif\x00\x00"} {
		block := append([]byte(prefix), exif(binary.LittleEndian, 6)...)
		img := mustDecode(t, withExifWebP(plain, block, 3, 2))
		if img.Rect.Dx() != 2 || img.Rect.Dy() != 3 {
			t.Fatalf("prefix %q: the size is %v, want 2 x 3", prefix, img.Rect)
		}
		nearColor(t, "the top right corner", img.NRGBAAt(1, 0), first, 0)
	}
}

// A picture with broken Exif data is read all the same.
func TestDecodeBrokenExif(t *testing.T) {
	good := exif(binary.BigEndian, 6)
	loop := bytes.Clone(good)
	binary.BigEndian.PutUint32(loop[4:], 0xfffffff0)
	many := bytes.Clone(good)
	binary.BigEndian.PutUint16(many[8:], 0xffff)
	text := bytes.Clone(good)
	binary.BigEndian.PutUint16(text[12:], 2) // ASCII
	tests := map[string][]byte{
		"empty": {}, "cut": good[:13], "directory far away": loop, "text": text,
		"orientation 0": exif(binary.BigEndian, 0), "orientation 9": exif(binary.BigEndian, 9),
		"noise": bytes.Repeat([]byte{0xa5}, 300),
	}
	plain := picture(24, 16, func(int, int) color.NRGBA { return grey(99) })
	jpg, pngs := jpegFile(t, plain), pngFile(t, plain)
	for name, block := range tests {
		for kind, data := range map[string][]byte{"JPEG": withExifJPEG(jpg, block), "PNG": withExifPNG(pngs, block)} {
			if img := mustDecode(t, data); img.Rect.Dx() != 24 {
				t.Errorf("%s in a %s turns the picture", name, kind)
			}
		}
	}
	if img := mustDecode(t, withExifJPEG(jpg, many)); img.Rect.Dx() != 16 {
		t.Error("an orientation that stands before the broken place is not obeyed")
	}
}

func TestDecodeStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	img := random(300, 200)
	for _, data := range [][]byte{pngFile(t, img), jpegFile(t, img), fromBase64(t, lossyWebP)} {
		var err error
		bytes := allocated(func() { _, err = pixel.Decode(ctx, engine.File{Name: "picture", Data: data}) })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v, want %v", err, context.Canceled)
		}
		if bytes > 3*300*200 {
			t.Errorf("%d bytes were taken: the picture was decoded all the same", bytes)
		}
	}
}

func TestDecodePhotographs(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(fixture.Shared(t, "images"), "*.jpg"))
	if len(files) == 0 {
		t.Fatal("there are no photographs")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		img := mustDecode(t, data)
		for i := range 100 {
			x, y := i*img.Rect.Dx()/100, i*img.Rect.Dy()/100
			nearColor(t, filepath.Base(file), img.NRGBAAt(x, y), color.NRGBAModel.Convert(want.At(x, y)).(color.NRGBA), 1)
		}
	}
}
