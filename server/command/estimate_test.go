package command

import (
	"image"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
	"trappedinart/weights"
)

// An estimate is printed and nothing is painted; with less memory there are more blocks.
func TestEstimate(t *testing.T) {
	dir := folder(t)
	estimate := func(more ...string) string {
		args := []string{"stylize", "--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"), "--size", "640", "--history", "3", "--data", dir, "--estimate"}
		r := command(t, t.Context(), append(args, more...)...)
		if r.code != exitDone {
			t.Fatalf("%+v", r)
		}
		return r.out
	}
	if got := estimate(); !strings.Contains(got, "MiB of memory") || !strings.Contains(got, "as a whole") {
		t.Errorf("it says %q", got)
	}
	if got := estimate("--memory", "0.2"); !strings.Contains(got, "blocks") {
		t.Errorf("with less memory it says %q", got)
	}
}

// The memory that a command may take is written in several ways.
func TestMemoryFlag(t *testing.T) {
	for text, want := range map[string]int64{
		"3": 3 << 30, "3GiB": 3 << 30, "3 gib": 3 << 30, "3G": 3 << 30, "3000MB": 3e9, "3072MiB": 3 << 30, "2.5gb": 25e8, "0.5": 1 << 29, "0": 0, "0MB": 0,
		"": -1, "GiB": -1, "-3": -1, "3TB": -1, "3 GiB 4": -1, "1MB": -1, "NaN": -1, "Inf": -1, "1e30": -1, "three": -1,
	} {
		var b memoryBytes
		err := b.Set(text)
		if want < 0 {
			if err == nil || b != 0 || !strings.Contains(err.Error(), "3GiB") {
				t.Errorf("%q is %d, %v", text, b, err)
			}
		} else if err != nil || int64(b) != want {
			t.Errorf("%q is %d, %v, want %d", text, b, err, want)
		}
	}
}

// The small network paints twelve megapixels in 3 GiB, and 2048 pixels as a page keeps them in
// 1.5 GiB, in blocks that are worth it.
func TestLargePicturesFit(t *testing.T) {
	network, err := (&weights.Store{}).Load(t.Context(), "small")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		size        int
		checkpoints bool
		most        int64
	}{{4000, false, 3 << 30}, {2048, true, 3 << 29}, {2048, false, 1 << 30}} {
		r, err := engine.Preset(engine.Painterly)
		if err != nil {
			t.Fatal(err)
		}
		r.Size = c.size
		n := transfer.Need{Weights: network, Recipe: &r, Content: image.Pt(4000, 3000), Styles: []image.Point{{X: 1280, Y: 1014}}, Checkpoints: c.checkpoints}
		f, err := n.Fit(c.most)
		if err != nil || f.Bytes > c.most || f.Blocks > 200 || f.Pairs < 2 {
			t.Errorf("%d px: %+v, %v", c.size, f, err)
		}
	}
}
