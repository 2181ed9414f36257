package command

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Pictures that few people have are painted from, or refused in one sentence that names them,
// on the whole way from a file to a file.
func TestRarePictures(t *testing.T) {
	dir := folder(t)
	corpus := func(name string) string {
		return filepath.Join("..", "..", "engine", "pixel", "testdata", "corpus", name)
	}
	made := func(name string, w, h int, alpha uint8) string {
		t.Helper()
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for i := range w * h {
			img.SetNRGBA(i%w, i/w, color.NRGBA{uint8(i), uint8(i / w), 90, alpha})
		}
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	photo, style := filepath.Join(dir, "photo.png"), filepath.Join(dir, "one.png")
	for i, c := range []struct {
		content string
		styles  int
		more    string
		says    string // "" if it is painted
	}{
		{corpus("jpeg_arithmetic.jpg"), 1, "", `jpeg_arithmetic.jpg" is a JPEG with arithmetic coding`},
		{corpus("jpeg_12_bits.jpg"), 1, "", `jpeg_12_bits.jpg" is a JPEG with 12 bits to a sample`},
		{corpus("jpeg_ycck.jpg"), 1, "", ""},
		{corpus("jpeg_turned_6.jpg"), 1, "", ""},
		{corpus("png_turned_6.png"), 1, "", ""},
		{corpus("tiff_tiles.tif"), 1, "", ""},
		{corpus("tiff_big_tiles.tif"), 1, "", ""},
		{made("clear.png", 40, 30, 0), 1, "", ""},
		{made("panorama.png", 10000, 20, 255), 1, "", `panorama.png" is too narrow: at 32 x 1 pixels`},
		{made("tower.png", 20, 10000, 255), 1, "", `tower.png" is too narrow: at 1 x 32 pixels`},
		{filepath.Join(dir, "panorama.png"), 1, "--size=2048", ""},
		{photo, 12, "", ""},
		{photo, 17, "", "style pictures"},
	} {
		out := filepath.Join(dir, "out"+strconv.Itoa(i)+".png")
		args := []string{"stylize", "--content", c.content, "--size", "32", "--scales", "1", "--iterations", "1", "--network", "small", "--out", out}
		for range c.styles {
			args = append(args, "--style", style)
		}
		if c.more != "" {
			args = append(args, c.more)
		}
		r := command(t, t.Context(), args...)
		_, err := os.Stat(out)
		switch {
		case c.says == "" && (r.code != exitDone || err != nil):
			t.Errorf("%s, %d styles: %+v", filepath.Base(c.content), c.styles, r)
		case c.says != "" && (r.code == exitDone || err == nil || !strings.Contains(r.err, c.says) || strings.Count(strings.TrimSpace(r.err), "\n") > 0):
			t.Errorf("%s, %d styles: %+v, want %q in one line", filepath.Base(c.content), c.styles, r, c.says)
		}
	}
}
