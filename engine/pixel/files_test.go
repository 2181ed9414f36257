//go:build !js

package pixel_test

import (
	"context"
	"encoding/json"
	"image"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// A known file is what another reader says of one: its size, and some pixels, each x, y, red,
// green, blue.
type known struct {
	Size   [2]int
	Pixels [][5]int
}

// decodeNoted decodes a file of testdata, and returns the notes on it.
func decodeNoted(t *testing.T, dir, name string) (*image.NRGBA, []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	ctx := engine.WithNotes(context.Background(), func(n string) { notes = append(notes, n) })
	img, err := pixel.Decode(ctx, engine.File{Name: name, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if w, h, err := pixel.Size(engine.File{Name: name, Data: data}); err != nil || w*h != img.Rect.Dx()*img.Rect.Dy() {
		t.Errorf("Size says %d x %d, %v; the picture is %v", w, h, err, img.Rect)
	}
	return img, notes
}

// pixelsOf reads what pixels.json of a folder of testdata says of its files.
func pixelsOf[T any](t *testing.T, dir string) map[string]T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", dir, "pixels.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]T
	if err := json.Unmarshal(data, &files); err != nil {
		t.Fatal(err)
	}
	return files
}

// Files as people have them are read as viewers show them, and a note says what is missing.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	notes := map[string]string{
		"trunc_2bytes_noEOI.jpg": `"trunc_2bytes_noEOI.jpg" lacks its end mark. The picture is complete.`,
		"trunc_90.jpg":           `"trunc_90.jpg" is cut short: the lowest 16 of its 64 rows are missing and filled with one colour.`,
		"png_badcrc_text.png":    `"png_badcrc_text.png" has a fault in the data beside the picture. The picture is complete.`,
		"png_noIEND.png":         `"png_noIEND.png" lacks its end. The picture is complete.`,
		"gif_toomuch.gif":        `"gif_toomuch.gif" has faults in its data. Its first picture is complete.`,
		"gif_screen0.gif":        `"gif_screen0.gif" has faults in its data. Its first picture is complete.`,
		"gif_notenough.gif":      `"gif_notenough.gif" is cut short: 2% of its first picture is missing and filled with one colour.`,
		"gif_trunc.gif":          `"gif_trunc.gif" is cut short: `,
	}
	// Beyond which row there is nothing right.
	there := map[string]int{"trunc_90.jpg": 48, "gif_trunc.gif": 56, "gif_notenough.gif": 64}
	files := pixelsOf[known](t, "files")
	// The list has the unconverted colours of this file; it is the same picture.
	files["tif_ycbcr.tif"] = files["ok.png"]
	if len(files) < 22 {
		t.Fatalf("there are %d files", len(files))
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			img, said := decodeNoted(t, "files", name)
			want := files[name]
			if img.Rect != image.Rect(0, 0, want.Size[0], want.Size[1]) {
				t.Fatalf("the size is %v, want %v", img.Rect, want.Size)
			}
			tolerance := 6
			switch {
			case strings.HasPrefix(name, "bl_"):
				tolerance = 0
			case strings.HasSuffix(name, ".jpg"), strings.Contains(name, "jpeg"):
				tolerance = 12
			}
			for _, p := range want.Pixels {
				if limit, ok := there[name]; !ok || p[1] < limit {
					nearColor(t, image.Pt(p[0], p[1]).String(), img.NRGBAAt(p[0], p[1]), color.NRGBA{uint8(p[2]), uint8(p[3]), uint8(p[4]), 255}, tolerance)
				}
			}
			if n := strings.Join(said, " "); !strings.HasPrefix(n, notes[name]) || (n == "") != (notes[name] == "") {
				t.Errorf("the note is %q, want %q", n, notes[name])
			}
		})
	}
}
