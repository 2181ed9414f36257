//go:build browser

package main_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The page takes the files that the command line and the server take: those that the browser
// does not read are read by the engine's decoders, which are fetched for them.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	files, err := filepath.Glob(filepath.Join("..", "engine", "pixel", "testdata", "files", "*.*"))
	if err != nil || len(files) < 22 {
		t.Fatalf("there are %d files, %v", len(files), err)
	}
	engines := 0 // that the browser left to us
	for _, file := range append(files, filepath.Join("testdata", "photo.avif")) {
		name := filepath.Base(file)
		ext := filepath.Ext(name)
		if ext == ".json" {
			continue
		}
		path, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		as := strings.TrimSuffix(name, ext) + ".png"
		b.choose("Photograph file", path)
		b.until(fmt.Sprintf(`[%q, %q].includes(%s) || %s !== ''`, name, as, photographName, problem), time.Minute)
		// A file that is kept as it is went through the browser, which says nothing.
		switch shown, said := value[string](b, photographName), value[string](b, problem); {
		case shown != name && shown != as:
			t.Errorf("%s is refused: %s", name, said)
		case shown == as && ext != ".png" && ext != ".avif":
			engines++
		}
		if value[bool](b, problem+` !== ''`) {
			value[bool](b, `document.querySelector('[aria-label=Dismiss]').click(), true`)
			b.until(problem+` === ''`, 10*time.Second)
		}
	}
	t.Logf("%d of %d files are not read by the browser", engines, len(files)-1)
	if engines == 0 {
		t.Error("none of the files was read by the engine's decoders")
	}
	b.paint() // of the last one, an AVIF
	photo, err := filepath.Abs(filepath.Join("..", "engine", "pixel", "testdata", "files", "tif_planar.tif"))
	if err != nil {
		t.Fatal(err)
	}
	b.choose("Photograph file", photo)
	b.until(photographName+` === 'tif_planar.png'`, 20*time.Second)
	b.paint()
	b.clean()
}

// The page says that a picture is incomplete, and names the kind of an unreadable file.
func TestNotesOfFiles(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	broken := filepath.Join(t.TempDir(), "fax.tif")
	whole, err := os.ReadFile(filepath.Join("..", "engine", "pixel", "testdata", "corpus", "tiff_lzma.tif"))
	if err == nil {
		err = os.WriteFile(broken, whole, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		broken:                                  `"fax.tif" is a TIFF with LZMA compression`,
		filepath.Join("testdata", "photo.heic"): `"photo.heic" is a HEIC file`,
		filepath.Join("..", "engine", "pixel", "testdata", "files", "gif_notenough.gif"): ``,
	} {
		absolute, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		b.choose("Photograph file", absolute)
		if want != "" {
			b.until(fmt.Sprintf(`%s.includes(%q)`, problem, want), time.Minute)
		}
	}
	b.paint()
}

// A picture that only the browser reads goes to the server as one that the server reads.
func TestHandOverOfWhatTheBrowserReads(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	for i, c := range []struct{ file, as string }{
		{filepath.Join("testdata", "photo.avif"), "photo.png"},
		{filepath.Join("..", "engine", "pixel", "testdata", "corpus", "jpeg_arithmetic.jpg"), "jpeg_arithmetic.png"},
	} {
		photo, err := filepath.Abs(c.file)
		if err != nil {
			t.Fatal(err)
		}
		b.choose("Photograph file", photo)
		b.until(fmt.Sprintf(`%s === %q`, photographName, c.as), 20*time.Second)
		b.press("Make it print size")
		b.press("Send and paint")
		b.until(state+` !== 'done'`, 20*time.Second)
		b.until(state+` === 'done'`, 2*time.Minute)
		if sent := s.sent(); len(sent) <= i || sent[0] != "POST /api/v1/jobs" {
			t.Errorf("%s: sent %v", c.file, sent)
		}
	}
	b.clean()
}

// Pictures that few people have are painted from, or refused in a sentence that names them, as on
// the command line (server/command.TestRarePictures); and so are twelve styles.
func TestRarePictures(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=2&scales=1", 1280, 800)
	b.ready(1)
	corpus := func(name string) string {
		path, err := filepath.Abs(filepath.Join("..", "engine", "pixel", "testdata", "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	dir := t.TempDir()
	made := func(name string, w, h int, alpha uint8) string {
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for i := range w * h {
			img.SetNRGBA(i%w, i/w, color.NRGBA{uint8(i), uint8(i / w), 90, alpha})
		}
		path := filepath.Join(dir, name)
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, says string }{ // "" if it is painted
		{corpus("jpeg_arithmetic.jpg"), ""}, // which Chromium reads
		{corpus("jpeg_12_bits.jpg"), `"jpeg_12_bits.jpg" is a JPEG with 12 bits to a sample`},
		{corpus("jpeg_ycck.jpg"), ""},
		{corpus("jpeg_turned_6.jpg"), ""},
		{corpus("png_turned_6.png"), ""},
		{corpus("tiff_tiles.tif"), ""},
		{corpus("tiff_big_tiles.tif"), ""},
		{corpus("tiff_turned_6.tif"), ""},
		{made("clear.png", 40, 30, 0), ""},
		{made("panorama.png", 10000, 20, 255), "too narrow"},
		{made("tower.png", 20, 10000, 255), "too narrow"},
	} {
		name := filepath.Base(c.path)
		b.choose("Photograph file", c.path)
		if c.says == "" || c.says == "too narrow" {
			b.until(fmt.Sprintf(`%s.split('.')[0] === %q`, photographName, strings.TrimSuffix(name, filepath.Ext(name))), 20*time.Second)
		}
		if c.says == "" {
			b.paint()
			continue
		}
		if c.says == "too narrow" {
			b.press("Start")
		}
		b.until(fmt.Sprintf(`%s.includes(%q)`, problem, c.says), 30*time.Second)
		if said := value[string](b, problem); !strings.Contains(said, name) {
			t.Errorf("%s is refused without its name: %s", name, said)
		}
		value[bool](b, `document.querySelector('[aria-label=Dismiss]').click(), true`)
		b.until(problem+` === ''`, 10*time.Second)
	}
	b.choose("Photograph file", corpus("jpeg_quality_100.jpg"))
	var styles []string
	for i := range 12 {
		styles = append(styles, made(fmt.Sprint("style", i, ".png"), 40+i, 50, 255))
	}
	b.choose("Style picture file", styles...)
	b.ready(len(styles))
	b.paint()
	b.clean()
}
