package command

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// A recipe comes back from every kind of file that it was written into, and paints the same
// picture again.
func TestRecipeInPicture(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	base := []string{"stylize", "--content", at("photo.png"), "--style", at("one.png"), "--data", dir}
	first := command(t, t.Context(), append(base, "--out", at("first.png"), "--size", "32", "--iterations", "2", "--seed", "7", "--strength", "33", "--start", "noise")...)
	if first.code != exitDone {
		t.Fatalf("%+v", first)
	}
	want, err := os.ReadFile(at("first.png"))
	if err != nil {
		t.Fatal(err)
	}
	from := at("first.png")
	for _, name := range []string{"a.jpg", "b.webp", "c.tif", "d.tiff", "e.jpeg", "f.png"} {
		if r := command(t, t.Context(), append(base, "--out", at(name), "--recipe", from)...); r.code != exitDone {
			t.Fatalf("%s: %+v", name, r)
		}
		from = at(name)
	}
	got, _ := os.ReadFile(at("f.png"))
	if !bytes.Equal(got, want) {
		t.Error("the picture by the recipe of a recipe of a recipe is another")
	}
	r := command(t, t.Context(), append(base, "--out", at("g.png"), "--recipe", at("photo.png"))...)
	if r.code != exitWrongUse || !strings.Contains(r.err, "There is no recipe in") {
		t.Errorf("a picture without a recipe: %+v", r)
	}
	r = command(t, t.Context(), append(base, "--out", at("g.png"), "--recipe", at("letter.txt"))...)
	if r.code != exitWrongUse {
		t.Errorf("a letter: %+v", r)
	}
}

func TestDepth(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		name, depth string
		code        int
		is          func([]byte) (image.Image, error)
		model       color.Model
	}{
		{"a.png", "8", exitDone, decodePNG, color.RGBAModel},
		{"b.png", "16", exitDone, decodePNG, color.RGBA64Model},
		{"c.tif", "16", exitDone, decodeTIFF, color.NRGBA64Model},
		{"d.tif", "8", exitDone, decodeTIFF, color.NRGBA64Model},
		{"e.webp", "8", exitDone, decodeWebP, color.NRGBAModel},
		{"f.webp", "16", exitWrongUse, nil, nil},
		{"g.jpg", "16", exitWrongUse, nil, nil},
		{"h.png", "12", exitWrongUse, nil, nil},
	} {
		r := command(t, t.Context(), "stylize", "--content", at("photo.png"), "--style", at("one.png"), "--data", dir,
			"--out", at(c.name), "--depth", c.depth, "--size", "32", "--iterations", "2")
		if r.code != c.code {
			t.Errorf("%s, depth %s: %+v", c.name, c.depth, r)
		}
		if c.is == nil {
			continue
		}
		data, err := os.ReadFile(at(c.name))
		if err != nil {
			t.Fatal(err)
		}
		img, err := c.is(data)
		if err != nil || img.ColorModel() != c.model {
			t.Errorf("%s, depth %s: it is a %T, %v", c.name, c.depth, img, err)
			continue
		}
		// 16 bits are more than 8 bits said twice.
		between := false
		for i := range img.Bounds().Dx() {
			red, _, _, _ := img.At(i, 5).RGBA()
			between = between || red%257 != 0
		}
		if deep := c.depth == "16" || c.model == color.NRGBA64Model; between != deep {
			t.Errorf("%s, depth %s: levels between those of 8 bits: %v", c.name, c.depth, between)
		}
	}
}

func decodePNG(b []byte) (image.Image, error)  { return png.Decode(bytes.NewReader(b)) }
func decodeTIFF(b []byte) (image.Image, error) { return tiff.Decode(bytes.NewReader(b)) }
func decodeWebP(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) }

// Nothing that a photograph's file says of its owner is in the result, nor the names of
// the files.
func TestNothingPersonal(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	img := image.NewNRGBA(image.Rect(0, 0, 32, 24))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	const owner = "Ann Owner\x00"
	order := binary.BigEndian
	block := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x02")
	entry := func(tag, kind uint16, count, value uint32) {
		block = order.AppendUint16(order.AppendUint16(block, tag), kind)
		block = order.AppendUint32(order.AppendUint32(block, count), value)
	}
	entry(0x013b, 2, uint32(len(owner)), 56) // Artist
	entry(0x8825, 4, 1, 38)                  // GPS directory
	block = append(block, 0, 0, 0, 0, 0, 1)
	entry(1, 2, 2, 'N'<<24) // GPSLatitudeRef
	block = append(append(block, 0, 0, 0, 0), owner...)
	comment := "\xff\xfe\x00\x0cAnn wrote." // a comment of its own
	app1 := append(order.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(block))), block...)
	write(t, at("annphoto.jpg"), bytes.Join([][]byte{b.Bytes()[:2], app1, []byte(comment), b.Bytes()[2:]}, nil))

	const says = "The photograph's GPS position and other personal data are not in the result."
	for _, name := range []string{"out.png", "out.jpg", "out.webp", "out.tif"} {
		r := command(t, t.Context(), "stylize", "--content", at("annphoto.jpg"), "--style", at("one.png"), "--data", dir,
			"--out", at(name), "--size", "32", "--iterations", "1")
		if r.code != exitDone || strings.Count(r.err, says) != 1 {
			t.Errorf("%s: %+v", name, r)
		}
		data, err := os.ReadFile(at(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Ann", "Exif", "GPS", "annphoto", "one.png", dir, "MM\x00\x2a"} {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%q is in %s", word, name)
			}
		}
	}
	r := command(t, t.Context(), "stylize", "--content", at("photo.png"), "--style", at("one.png"), "--data", dir, "--out", at("out.png"), "--size", "32", "--iterations", "1")
	if r.code != exitDone || strings.Contains(r.err, "GPS") {
		t.Errorf("a photograph without a position: %+v", r)
	}
}

// A network of a person's own is not named by its path.
func TestNoPathInPicture(t *testing.T) {
	dir := folder(t)
	own := filepath.Join(dir, "ownnet.safetensors")
	small, err := os.ReadFile(filepath.Join("..", "..", "weights", "small.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, own, small)
	out := filepath.Join(dir, "out.png")
	r := command(t, t.Context(), "stylize", "--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"), "--network", own, "--out", out, "--size", "32", "--iterations", "1")
	if r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	if data, _ := os.ReadFile(out); bytes.Contains(data, []byte("ownnet")) {
		t.Error("the path is in the picture")
	}
}
