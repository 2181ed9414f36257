//go:build !js

package pixel_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/tiff"

	"trappedinart/engine/pixel/label"
)

// The columns of Display P3's matrix to XYZ, and its white point, in the profile
// connection space: from its primaries (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)
// and D65 (0.3127, 0.3290) (SMPTE EG 432-1 and RP 431-2), adapted to D50 by Bradford's matrix
// (ICC.1:2022, annex E).
var (
	p3Columns   = [3][3]float64{{0.51512, 0.24119, -0.00105}, {0.29198, 0.69224, 0.04188}, {0.15710, 0.06657, 0.78407}}
	srgbColumns = [3][3]float64{{0.43604, 0.22248, 0.01392}, {0.38511, 0.71691, 0.09707}, {0.14305, 0.06061, 0.71391}}
	d50         = [3]float64{0.9642, 1, 0.8249}
)

// A curve of tags: parameters of ICC.1:2022, table 68, of sRGB's function, or a gamma.
func srgbCurve() []byte {
	return curveTag("para\x00\x00\x00\x00\x00\x03\x00\x00", 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
}

func curveTag(head string, values ...float64) []byte {
	b := []byte(head)
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

type profileTag struct {
	name string
	body []byte
}

func xyzTag(v [3]float64) []byte { return curveTag("XYZ \x00\x00\x00\x00", v[:]...) }

// matrixProfile is a display profile of nothing but a matrix and a curve.
func matrixProfile(columns [3][3]float64, curve []byte) []byte {
	return iccProfile("mntrRGB XYZ ", []profileTag{
		{"rXYZ", xyzTag(columns[0])}, {"gXYZ", xyzTag(columns[1])}, {"bXYZ", xyzTag(columns[2])},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	})
}

// greyInks is a printer's profile by which ink is grey: cyan, magenta and yellow take a
// third of the lightness L* each, and black the rest. It has one table (ICC.1:2022, section
// 10.11) of the sixteen corners.
func greyInks() []byte {
	b := []byte("mft1\x00\x00\x00\x00\x04\x03\x02\x00")
	b = append(b, curveTag("", 1, 0, 0, 0, 1, 0, 0, 0, 1)...)
	straight := make([]byte, 256)
	for i := range straight {
		straight[i] = byte(i)
	}
	b = append(b, bytes.Repeat(straight, 4)...)
	for corner := range 16 {
		light := 255 - 85*(corner>>3&1) - 85*(corner>>2&1) - 85*(corner>>1&1)
		b = append(b, byte(light*(1-corner&1)), 128, 128)
	}
	return iccProfile("prtrCMYKLab ", []profileTag{{"A2B0", append(b, bytes.Repeat(straight, 3)...)}})
}

// iccProfile is a profile of version 4.
func iccProfile(kind string, tags []profileTag) []byte {
	tags = append(tags, profileTag{"wtpt", xyzTag(d50)})
	header := make([]byte, 128)
	copy(header[8:], "\x04\x20\x00\x00"+kind)
	copy(header[36:], "acsp")
	copy(header[68:], xyzTag(d50)[8:])
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var data []byte
	for _, t := range tags {
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(128+4+12*len(tags)+len(data)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.body)))
		data = append(data, t.body...)
		data = append(data, make([]byte, -len(data)&3)...)
	}
	profile := bytes.Join([][]byte{header, table, data}, nil)
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	return profile
}

func withProfile(t testing.TB, file, profile []byte) []byte {
	t.Helper()
	if bytes.HasPrefix(file, []byte("\x89PNG")) {
		packed := bytes.NewBufferString("any name\x00\x00")
		z := zlib.NewWriter(packed)
		z.Write(profile)
		z.Close()
		return withChunkPNG(file, "iCCP", packed.Bytes())
	}
	file, err := label.SetProfile(file, profile)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// even is a picture of one colour, of the size of a block of JPEG's.
func even(c color.NRGBA) *image.NRGBA {
	return picture(16, 16, func(int, int) color.NRGBA { return c })
}

func tiffFile(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tiff.Encode(&b, img, &tiff.Options{Compression: tiff.Deflate}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Display P3 to sRGB by the matrices of their primaries (sRGB's: ITU-R BT.709, (0.64, 0.33),
// (0.30, 0.60), (0.15, 0.06)), both with D65 and sRGB's curve, computed apart from this
// program in Python; colours out of sRGB are clipped.
var p3Colours = []struct{ p3, srgb color.NRGBA }{
	{color.NRGBA{200, 100, 50, 255}, color.NRGBA{215, 93, 31, 255}},
	{color.NRGBA{100, 150, 200, 255}, color.NRGBA{83, 152, 205, 255}},
	{color.NRGBA{128, 128, 128, 255}, color.NRGBA{128, 128, 128, 255}},
	{color.NRGBA{30, 60, 20, 255}, color.NRGBA{17, 61, 13, 255}},
	{color.NRGBA{180, 40, 90, 255}, color.NRGBA{196, 10, 90, 255}},
	{color.NRGBA{90, 200, 110, 255}, color.NRGBA{0, 203, 99, 255}},
	{color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 0, 0, 255}},
	{color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 255, 0, 255}},
	{color.NRGBA{240, 230, 220, 99}, color.NRGBA{242, 230, 219, 99}},
}

func TestDecodeDisplayP3(t *testing.T) {
	profile := matrixProfile(p3Columns, srgbCurve())
	for _, test := range p3Colours {
		img := even(test.p3)
		deep := image.NewNRGBA64(img.Rect)
		for i, v := range img.Pix {
			deep.Pix[2*i], deep.Pix[2*i+1] = v, v
		}
		coded := withChunkPNG(pngFile(t, img), "cICP", []byte{12, 13, 0, 1})
		files := map[string][]byte{
			"PNG":                 withProfile(t, pngFile(t, img), profile),
			"PNG of 16 bits":      withProfile(t, pngFile(t, deep), profile),
			"PNG with cICP":       coded,
			"TIFF":                withProfile(t, tiffFile(t, img), profile),
			"TIFF of 16 bits":     withProfile(t, tiffFile(t, deep), profile),
			"PNG, cICP and sRGB":  withProfile(t, coded, matrixProfile(srgbColumns, srgbCurve())),
			"PNG with EXIF as it": withExifPNG(withProfile(t, pngFile(t, img), profile), exif(binary.BigEndian, 6)),
		}
		if test.p3.A == 255 {
			files["JPEG"] = withProfile(t, jpegFile(t, img), profile)
		}
		for name, file := range files {
			nearColor(t, name, mustDecode(t, file).NRGBAAt(7, 7), test.srgb, 2)
		}
	}
}

func TestDecodeProfileWebP(t *testing.T) {
	plain := fromBase64(t, losslessWebP)
	want := mustDecode(t, plain)
	got := mustDecode(t, withProfile(t, plain, matrixProfile(p3Columns, srgbCurve())))
	if got.Rect != want.Rect {
		t.Fatalf("the size is %v, want %v", got.Rect, want.Rect)
	}
	// Of Display P3 (100, 0, 50): sRGB (110, -18, 51), by the same matrices.
	nearColor(t, "the pixel", got.NRGBAAt(1, 0), color.NRGBA{110, 0, 51, want.NRGBAAt(1, 0).A}, 2)
}

// Another curve than sRGB's, by its one parameter and as a table.
func TestDecodeGamma(t *testing.T) {
	const gamma = 563. / 256 // as Adobe RGB (1998), section 4.3.1.2, has it
	table := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), 1024)
	for i := range 1024 {
		table = binary.BigEndian.AppendUint16(table, uint16(math.Pow(float64(i)/1023, gamma)*65535+0.5))
	}
	for name, curve := range map[string][]byte{
		"gamma": []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33"),
		"table": table,
	} {
		profile := matrixProfile(srgbColumns, curve)
		for from, want := range map[color.NRGBA]color.NRGBA{
			{200, 100, 50, 255}: {201, 100, 46, 255},
			{20, 60, 128, 255}:  {12, 57, 129, 255},
		} {
			nearColor(t, name, mustDecode(t, withProfile(t, pngFile(t, even(from)), profile)).NRGBAAt(3, 3), want, 2)
		}
	}
}

// Grey of lightness L* has, with Y = ((L*+16)/116)^3, the sRGB level of that light.
func TestDecodeInks(t *testing.T) {
	for _, test := range []struct {
		ink  [4]uint8
		want uint8
	}{
		{[4]uint8{0, 0, 0, 0}, 255},
		{[4]uint8{0, 0, 0, 128}, 118},   // L* 49.8
		{[4]uint8{255, 0, 0, 0}, 162},   // 66.7
		{[4]uint8{255, 255, 0, 0}, 79},  // 33.3
		{[4]uint8{255, 255, 255, 0}, 0}, // 0
		{[4]uint8{0, 51, 0, 0}, 237},    // 93.3
	} {
		file := withProfile(t, cmykJPEG(test.ink[:]...), greyInks())
		nearColor(t, fmt.Sprint(test.ink), mustDecode(t, file).NRGBAAt(3, 3), grey(test.want), 2)
	}
}

// An sRGB picture is not touched by being told that it is one.
func TestDecodeProfileOfSRGB(t *testing.T) {
	img := random(16, 16)
	got := mustDecode(t, withProfile(t, pngFile(t, img), matrixProfile(srgbColumns, srgbCurve())))
	if !bytes.Equal(got.Pix, img.Pix) {
		t.Error("the pixels are others")
	}
}

// A coded colour space (cICP) goes before the profile, be it known or not.
func TestDecodeCodedSpace(t *testing.T) {
	img := random(16, 16)
	for name, code := range map[string][]byte{"sRGB": {1, 13, 0, 1}, "BT.2020 with PQ": {9, 16, 0, 1}} {
		file := withChunkPNG(withProfile(t, pngFile(t, img), matrixProfile(p3Columns, srgbCurve())), "cICP", code)
		if !bytes.Equal(mustDecode(t, file).Pix, img.Pix) {
			t.Errorf("%s: the pixels are others", name)
		}
	}
}

// A pixel does not depend on those that came before it, of which there are more here
// than are remembered.
func TestDecodeProfileOfManyColours(t *testing.T) {
	img := random(500, 400)
	profile := matrixProfile(p3Columns, srgbCurve())
	got := mustDecode(t, withProfile(t, pngFile(t, img), profile))
	for i := range 40 {
		x, y := (i*83)%500, (i*97)%400
		alone := mustDecode(t, withProfile(t, pngFile(t, even(img.NRGBAAt(x, y))), profile))
		nearColor(t, fmt.Sprint(x, y), got.NRGBAAt(x, y), alone.NRGBAAt(0, 0), 0)
	}
}

// A broken profile neither refuses the picture nor takes memory.
func TestDecodeBrokenProfile(t *testing.T) {
	good := matrixProfile(p3Columns, srgbCurve())
	change := func(at int, body string) []byte {
		p := bytes.Clone(good)
		copy(p[at:], body)
		return p
	}
	long := matrixProfile(p3Columns, []byte("curv\x00\x00\x00\x00\x7f\xff\xff\xff\x00\x00"))
	table := matrixProfile(p3Columns, append([]byte("mAB \x00\x00\x00\x00\x03\x03\x00\x00"), make([]byte, 60)...))
	copy(table[bytes.Index(table, []byte("mAB "))+24:], "\x00\x00\x00\x20\x00\x00\x00\x00\xff\xff\xff") // a table of 0 bytes to the number
	img := even(color.NRGBA{200, 100, 50, 255})
	for name, profile := range map[string][]byte{
		"text":                 []byte("no profile at all, but rather long: " + string(make([]byte, 200))),
		"cut":                  good[:300],
		"only a header":        good[:128],
		"many tags":            change(128, "\x0f\xff\xff\xff"),
		"tag far away":         change(128+4+4, "\xff\xff\xff\x00"),
		"long tag":             change(128+4+8, "\x7f\xff\xff\x00"),
		"grey":                 change(16, "GRAY"),
		"four inks":            change(16, "CMYK"),
		"no signature":         change(36, "xxxx"),
		"unknown curve":        matrixProfile(p3Columns, []byte("what\x00\x00\x00\x00\x00\x00\x00\x00")),
		"curve of two billion": long,
		"table without bytes":  table,
	} {
		for kind, file := range map[string][]byte{
			"PNG": withProfile(t, pngFile(t, img), profile), "JPEG": withProfile(t, jpegFile(t, img), profile), "TIFF": withProfile(t, tiffFile(t, img), profile),
		} {
			var got *image.NRGBA
			if bytes := allocated(func() { got = mustDecode(t, file) }); bytes > 4<<20 {
				t.Errorf("%s in a %s takes %d bytes", name, kind, bytes)
			}
			nearColor(t, name+" in a "+kind, got.NRGBAAt(8, 8), color.NRGBA{200, 100, 50, 255}, 2)
		}
	}
}

// A profile that inflates without end is not inflated to it.
func TestDecodeProfileBomb(t *testing.T) {
	file := withProfile(t, pngFile(t, even(grey(9))), make([]byte, 50<<20))
	if bytes := allocated(func() { mustDecode(t, file) }); bytes > 32<<20 {
		t.Errorf("it takes %d bytes", bytes)
	}
}

func BenchmarkDecodeDisplayP3(b *testing.B) {
	img := picture(4000, 3000, func(x, y int) color.NRGBA {
		return color.NRGBA{uint8(x / 16), uint8(y / 12), uint8((x + y) / 28), 255}
	})
	file := withProfile(b, jpegFile(b, img), matrixProfile(p3Columns, srgbCurve()))
	for b.Loop() {
		if _, err := decode(file); err != nil {
			b.Fatal(err)
		}
	}
}
