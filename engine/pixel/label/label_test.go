package label_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
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

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
)

// Made with Debian's cwebp 1.2.4: of 32 x 16 pixels, lossy, the same with alpha (which is
// extended), and of 3 x 2, lossless.
var webps = map[string]string{
	"WebP, lossy":    "UklGRkgAAABXRUJQVlA4IDwAAACQAgCdASogABAAPjEUiEKiISEYBAAgAwSgABU2AAD+on///e4et/7wQ//0FLP//MEf9/j//62B//1oAAA=",
	"WebP, extended": "UklGRoIAAABXRUJQVlA4WAoAAAAQAAAAHwAADwAAQUxQSB8AAAABHyAQIPwXWVBlIyKCE4TZRpOc5CSP4P4R/Q/doH4BAFZQOCA8AAAAkAIAnQEqIAAQAD4xFIhCoiEhGAQAIAMEoAAVNgAA/qJ///3uHrf+8EP/9BSz//zBH/f4//+tgf/9aAAA",
	"WebP, lossless": "UklGRjwAAABXRUJQVlA4TC8AAAAvAkAAEC8gFkyGlf8VokAgyZ9hoLFGhiDbpmADvPWDH7YgDRAIUMaKYy6I6H+sDwA=",
}

func files(t testing.TB) map[string][]byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 32, 16))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i)
	}
	all := map[string][]byte{}
	encode := func(name string, f func(b *bytes.Buffer) error) {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		all[name] = b.Bytes()
	}
	encode("PNG", func(b *bytes.Buffer) error { return png.Encode(b, img) })
	encode("JPEG", func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) })
	encode("TIFF", func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) })
	encode("TIFF of odd length", func(b *bytes.Buffer) error {
		return tiff.Encode(b, img.SubImage(image.Rect(0, 0, 3, 3)), &tiff.Options{Compression: tiff.Deflate})
	})
	jfif := []byte("\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
	all["JPEG with JFIF"] = bytes.Join([][]byte{all["JPEG"][:2], jfif, all["JPEG"][2:]}, nil)
	for name, text := range webps {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = data
	}
	return all
}

func pixels(t *testing.T, name string, file []byte) image.Image {
	t.Helper()
	decode := map[string]func([]byte) (image.Image, error){
		"P": func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
		"J": func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
		"T": func(b []byte) (image.Image, error) { return tiff.Decode(bytes.NewReader(b)) },
		"W": func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) },
	}[name[:1]]
	img, err := decode(file)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return img
}

func samePixels(t *testing.T, name string, got, want image.Image) {
	t.Helper()
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s: the size is %v, want %v", name, got.Bounds(), want.Bounds())
	}
	b := want.Bounds()
	for i := range b.Dx() * b.Dy() {
		x, y := b.Min.X+i%b.Dx(), b.Min.Y+i/b.Dx()
		if g, w := color.NRGBA64Model.Convert(got.At(x, y)), color.NRGBA64Model.Convert(want.At(x, y)); g != w {
			t.Fatalf("%s: the pixel at %d, %d is %v, want %v", name, x, y, g, w)
		}
	}
}

func recipe(t testing.TB) engine.Recipe {
	t.Helper()
	r, err := engine.Preset(engine.GatysNotebook)
	if err != nil {
		t.Fatal(err)
	}
	r.Seed, r.Strength, r.Weights = 1234567890123, 12.5, `vgg19<&>"'`
	return r
}

// The calibration's style factor stands beside the recipe; an invalid one is not
// believed.
func TestStyleFactor(t *testing.T) {
	for name, plain := range files(t) {
		file, err := label.InsertResult(plain, &engine.Result{Recipe: recipe(t), StyleFactor: 1.375})
		if err != nil {
			t.Fatal(err)
		}
		got, err := label.Extract(engine.File{Name: "a", Data: file})
		if f := label.StyleFactor(file); f != 1.375 || err != nil || !bytes.Equal(got.JSON(), recipe(t).JSON()) {
			t.Errorf("%s: the style factor is %v, the recipe %v, %v", name, f, got, err)
		}
		if f := label.StyleFactor(plain); f != 0 {
			t.Errorf("%s: without one it is %v", name, f)
		}
		for _, bad := range []string{"-1.37", "NaN", "+Inf", "x"} {
			if f := label.StyleFactor(bytes.Replace(file, []byte("1.375"), []byte(bad), 1)); f != 0 {
				t.Errorf("%s: %s is %v", name, bad, f)
			}
		}
	}
}

func TestInsertExtract(t *testing.T) {
	want := recipe(t)
	profile := bytes.Repeat([]byte("profile of 150000 bytes, and odd"), 4688)[:149999]
	for name, plain := range files(t) {
		t.Run(name, func(t *testing.T) {
			before := bytes.Clone(plain)
			file, err := label.Insert(plain, want)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(plain, before) {
				t.Error("the file that was given is changed")
			}
			profile := profile
			if strings.HasPrefix(name, "PNG") {
				profile = nil
			} else if file, err = label.SetProfile(file, profile); err != nil {
				t.Fatal(err)
			}
			samePixels(t, name, pixels(t, name, file), pixels(t, name, plain))
			got, err := label.Extract(engine.File{Name: "a", Data: file})
			if err != nil || !bytes.Equal(got.JSON(), want.JSON()) {
				t.Errorf("the recipe is %v, %v", got, err)
			}
			if !bytes.Equal(label.Profile(file), profile) {
				t.Errorf("the profile has %d bytes", len(label.Profile(file)))
			}
			// The last one counts.
			second := want
			second.Seed = 7
			if file, err = label.Insert(file, second); err != nil {
				t.Fatal(err)
			}
			if got, err := label.Extract(engine.File{Name: "a", Data: file}); err != nil || got.Seed != 7 {
				t.Errorf("the second recipe is %v, %v", got, err)
			}
			samePixels(t, name, pixels(t, name, file), pixels(t, name, plain))
			if !bytes.Equal(label.Profile(file), profile) {
				t.Error("the second recipe takes the profile away")
			}
		})
	}
}

func TestSecondProfile(t *testing.T) {
	for name, file := range files(t) {
		if name == "PNG" {
			if _, err := label.SetProfile(file, []byte("first profile")); err == nil {
				t.Error("a PNG takes a profile")
			}
			continue
		}
		for _, profile := range []string{"first profile", "second profile"} {
			var err error
			if file, err = label.SetProfile(file, []byte(profile)); err != nil {
				t.Fatal(err)
			}
			if got := label.Profile(file); string(got) != profile {
				t.Errorf("%s: the profile is %q, want %q", name, got, profile)
			}
			if n := bytes.Count(file, []byte("ICCP")); n > 1 {
				t.Errorf("%s: there are %d profiles", name, n)
			}
			pixels(t, name, file)
		}
	}
}

// JFIF's segment stays the first.
func TestInsertAfterJFIF(t *testing.T) {
	file, err := label.Insert(files(t)["JPEG with JFIF"], recipe(t))
	if err != nil || string(file[6:10]) != "JFIF" {
		t.Errorf("it begins with %q, %v", file[:12], err)
	}
}

// A path says more of a person's machine than of the picture.
func TestInsertNoPath(t *testing.T) {
	for _, path := range []string{"/home/ann/nets/secret", `C:\nets\secret`, "secret.safetensors"} {
		r := recipe(t)
		r.Weights = path
		for name, plain := range files(t) {
			file, err := label.Insert(plain, r)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(file, []byte("secret")) {
				t.Errorf("%s: %q is in the file", name, path)
			}
			if _, err := label.Extract(engine.File{Data: file}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSetSRGB(t *testing.T) {
	plain := files(t)["PNG"]
	file, err := label.SetSRGB(plain)
	if err != nil {
		t.Fatal(err)
	}
	samePixels(t, "PNG", pixels(t, "PNG", file), pixels(t, "PNG", plain))
	if label.Coded(file) != label.SRGB || label.Coded(plain) != label.Uncoded {
		t.Errorf("coded as %v and %v", label.Coded(file), label.Coded(plain))
	}
	i := bytes.Index(file, []byte("sRGB"))
	if i < 0 || binary.BigEndian.Uint32(file[i-4:]) != 1 || file[i+4] != 0 ||
		binary.BigEndian.Uint32(file[i+5:]) != crc32.ChecksumIEEE(file[i:i+5]) || i > bytes.Index(file, []byte("IDAT")) {
		t.Error("the sRGB chunk is not as the specification wants it")
	}
}

func TestExtractRefuses(t *testing.T) {
	plain := files(t)["PNG"]
	file, err := label.Insert(plain, recipe(t))
	if err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) []byte {
		if len(from) != len(to) || !bytes.Contains(file, []byte(from)) {
			t.Fatalf("%q is not there", from)
		}
		return bytes.Replace(file, []byte(from), []byte(to), 1)
	}
	for name, c := range map[string]struct {
		data []byte
		code engine.Code
		says string
	}{
		"text":             {[]byte(`{"version":1}`), engine.InvalidPicture, "cannot hold a recipe. Choose a PNG"},
		"nothing":          {nil, engine.InvalidPicture, "cannot hold a recipe"},
		"no recipe":        {plain, engine.InvalidRecipe, `There is no recipe in "holiday.png". Choose a picture that`},
		"another packet":   {change("art:recipe>{", "art:zzcipe>{"), engine.InvalidRecipe, "is damaged"},
		"another's packet": {change("urn:x-trapped", "urn:y-trapped"), engine.InvalidRecipe, "There is no recipe"},
		"no JSON":          {change("{&#34;", "zz;34;"), engine.InvalidRecipe, ""},
		"unknown field":    {change("strength", "strenght"), engine.InvalidRecipe, "strenght"},
		"broken XML":       {change("</art:recipe>", "<<art:recipe>"), engine.InvalidRecipe, "is damaged"},
		"cut in the XML":   {file[:400], engine.InvalidRecipe, "There is no recipe"},
	} {
		_, err := label.Extract(engine.File{Name: "holiday.png", Data: c.data})
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: the error is %v, want %s: %s", name, err, c.code, c.says)
		}
	}
}

// Programs that write XMP anew make attributes of plain properties.
func TestExtractAttribute(t *testing.T) {
	packet := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description xmlns:q="urn:x-trapped-in-art:recipe#" q:recipe="{&quot;seed&quot;:5}"/></rdf:RDF></x:xmpmeta>`
	body := "http://ns.adobe.com/xap/1.0/\x00" + packet
	segment := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(body))), body...)
	plain := files(t)["JPEG"]
	file := bytes.Join([][]byte{plain[:2], segment, plain[2:]}, nil)
	if r, err := label.Extract(engine.File{Data: file}); err != nil || r.Seed != 5 {
		t.Errorf("got %v, %v", r.Seed, err)
	}
}

// A broken file gives an error or nothing, never a panic.
func FuzzLabel(f *testing.F) {
	for _, plain := range files(f) {
		f.Add(plain)
		file, err := label.Insert(plain, recipe(f))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
		f.Add(file[:len(file)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		label.Extract(engine.File{Data: data})
		label.Profile(data)
		label.Coded(data)
		label.SetSRGB(data)
		r, _ := engine.Preset(engine.Painterly)
		file, err := label.Insert(data, r)
		if err != nil {
			return
		}
		if got, err := label.Extract(engine.File{Data: file}); err != nil || !bytes.Equal(got.JSON(), r.JSON()) {
			t.Fatalf("what was put in comes out as %v, %v", got, err)
		}
	})
}

// Every kind has its name, by its first bytes; those that are not read are refused by it.
func TestKind(t *testing.T) {
	for file, want := range map[string]struct {
		name string
		read bool
	}{
		"\xff\xd8\xff\xe0":             {"JPEG", true},
		"\x89PNG\r\n\x1a\n":            {"PNG", true},
		"RIFF\x00\x00\x00\x00WEBPVP8 ": {"WebP", true},
		"GIF87a":                       {"GIF", true},
		"BM":                           {"BMP", true},
		"II*\x00":                      {"TIFF", true},
		"MM\x00+\x00\x08\x00\x00":      {"TIFF", true},
		"\x00\x00\x00\x18ftypheic":     {"HEIC", false},
		"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif": {"AVIF", false},
		"\x00\x00\x00\x18ftypcrx ":                         {"camera's raw", false},
		"\x00\x00\x00\x18ftypmp42":                         {"video", false},
		"\xff\x0a":                                         {"JPEG XL", false},
		"\x00\x00\x00\x0cjP  \r\n":                         {"JPEG 2000", false},
		"8BPS\x00\x01":                                     {"Photoshop", false},
		"%PDF-1.4":                                         {"PDF", false},
		"<svg xmlns":                                       {"SVG", false},
		"\x00\x00\x01\x00\x01\x00":                         {"icon", false},
		"P6\n2 2\n":                                        {"Netpbm", false},
		"RIFF\x00\x00\x00\x00WAVE":                         {"", false},
		"Dear diary":                                       {"", false},
		"":                                                 {"", false},
	} {
		if name, read := label.Kind([]byte(file)); name != want.name || read != want.read {
			t.Errorf("%q is %q, %v, want %v", file, name, read, want)
		}
	}
}

// The kinds of JPEG are told apart as package pixel does.
func TestPlainJPEG(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "corpus", "*.jpg"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	rare := map[string]bool{"jpeg_12_bits.jpg": true, "jpeg_arithmetic.jpg": true, "jpeg_arithmetic_progressive.jpg": true, "jpeg_lossless.jpg": true}
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(path); label.PlainJPEG(file) == rare[name] {
			t.Errorf("%s is plain: %v", name, !rare[name])
		}
	}
}
