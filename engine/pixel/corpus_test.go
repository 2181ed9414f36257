//go:build !js

package pixel_test

import (
	"context"
	"errors"
	"fmt"
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

// A variant is a file of the corpus: what a second reader shows of it (testdata/corpus/make.py),
// x, y, red, green, blue, alpha; or what it is refused as.
type variant struct {
	Kind, Refused string
	Tolerance     int
	Size          [2]int
	Pixels        [][6]int
}

// Every kind, in every variant that common tools write, has the pixels that a second reader
// shows, or is refused as what it is.
func TestCorpus(t *testing.T) {
	variants := pixelsOf[variant](t, "corpus")
	for _, name := range slices.Sorted(maps.Keys(variants)) {
		t.Run(name, func(t *testing.T) {
			v := variants[name]
			data, err := os.ReadFile(filepath.Join("testdata", "corpus", name))
			if err != nil {
				t.Fatal(err)
			}
			notes := ""
			ctx := engine.WithNotes(context.Background(), func(n string) { notes += n })
			img, err := pixel.Decode(ctx, engine.File{Name: name, Data: data})
			if v.Refused != "" {
				var e *engine.Error
				if want := fmt.Sprintf("%q is %s, which", name, v.Refused); !errors.As(err, &e) || e.Code != engine.InvalidPicture || !strings.HasPrefix(e.Message, want) {
					t.Errorf("got %v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if img.Rect.Dx() != v.Size[0] || img.Rect.Dy() != v.Size[1] || len(v.Pixels) < 40 {
				t.Fatalf("the size is %v, want %v", img.Rect, v.Size)
			}
			for _, p := range v.Pixels {
				got, want := img.NRGBAAt(p[0], p[1]), color.NRGBA{uint8(p[2]), uint8(p[3]), uint8(p[4]), uint8(p[5])}
				if want.A == 0 && got.A == 0 {
					continue // nobody sees the colour
				}
				nearColor(t, fmt.Sprint(p[:2]), got, want, v.Tolerance)
			}
			if notes != "" {
				t.Errorf("it says %s", notes)
			}
		})
	}
}

// The table in docs/pictures.md counts what there is.
func TestCorpusIsCounted(t *testing.T) {
	type count struct{ all, read, refused int }
	counted := map[string]count{}
	for _, v := range pixelsOf[variant](t, "corpus") {
		c := counted[v.Kind]
		c.all++
		if v.Refused != "" {
			c.refused++
		} else {
			c.read++
		}
		counted[v.Kind] = c
	}
	text, err := os.ReadFile("../../docs/pictures.md")
	if err != nil {
		t.Fatal(err)
	}
	for kind, c := range counted {
		if row := fmt.Sprintf("| %s | %d | %d | %d |", kind, c.all, c.read, c.refused); !strings.Contains(string(text), row) {
			t.Errorf("docs/pictures.md has not the row %s", row)
		}
	}
	files, _ := filepath.Glob("testdata/corpus/*_*.*")
	if len(files) != len(pixelsOf[variant](t, "corpus")) {
		t.Errorf("there are %d files, and %d in pixels.json", len(files), len(pixelsOf[variant](t, "corpus")))
	}
}

// A file that is cut gives a picture of its size, or a sentence; of those of which rows come
// one after the other, the first is there, and a note says what is not.
func TestCorpusCut(t *testing.T) {
	variants := pixelsOf[variant](t, "corpus")
	for _, name := range slices.Sorted(maps.Keys(variants)) {
		v := variants[name]
		if v.Refused != "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join("testdata", "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		whole := mustDecode(t, data)
		inRows := (v.Kind == "JPEG" || v.Kind == "PNG" || v.Kind == "GIF") && !strings.Contains(name, "garbage") &&
			!strings.Contains(name, "progressive") && !strings.Contains(name, "interlaced") && !strings.Contains(name, "turned") && name != "png_moving.png" && name != "gif_moving.gif"
		for _, part := range []int{30, 60, 85, 99} {
			notes := ""
			ctx := engine.WithNotes(context.Background(), func(n string) { notes += n })
			img, err := pixel.Decode(ctx, engine.File{Name: name, Data: data[:len(data)*part/100]})
			var e *engine.Error
			switch {
			case err != nil && (!errors.As(err, &e) || e.Code != engine.InvalidPicture || !strings.Contains(e.Message, name)):
				t.Errorf("%d%% of %s: %v", part, name, err)
			case err != nil && inRows && part == 85 && !strings.HasPrefix(name, "gif_bits"):
				t.Errorf("%d%% of %s: %v", part, name, err)
			case err == nil && (img.Rect != whole.Rect):
				t.Errorf("%d%% of %s is %v", part, name, img.Rect)
			case err == nil && inRows && part >= 85:
				nearColor(t, fmt.Sprintf("%d%% of %s: the first pixel", part, name), img.NRGBAAt(0, 0), whole.NRGBAAt(0, 0), 0)
				if notes == "" {
					t.Errorf("%d%% of %s: nothing is said of what is missing", part, name)
				}
			}
		}
	}
}
