package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/pixel/label"
	"trappedinart/engine/transfer"
	"trappedinart/weights"
)

// A run that goes on keeps to its pictures and its recipe: flags change what may change
// while it paints, and others are refused by their names.
func TestResume(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	painting := func(more ...string) result {
		return command(t, t.Context(), append([]string{"stylize", "--content", at("photo.png"), "--style", at("one.png"), "--out", at("out.png")}, more...)...)
	}
	write(t, at("run.chk"), checkpoint(t, dir))
	write(t, at("old.chk"), []byte("TIACHK1\n\x02\x00\x00\x00{}"))
	write(t, at("recipe.json"), []byte(`{}`))
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"nothing else":        {nil, exitDone, "4 iterations"},
		"what it was":         {[]string{"--size", "32", "--seed", "0", "--strength", "50"}, exitDone, "4 iterations"},
		"a live setting":      {[]string{"--strength", "90"}, exitDone, "4 iterations"},
		"another size":        {[]string{"--strength", "90", "--size", "128"}, exitWrongUse, "--size cannot change while a painting is made; the checkpoint has 32"},
		"another start":       {[]string{"--start", "noise"}, exitWrongUse, "--start cannot change"},
		"a wrong value":       {[]string{"--strength", "900"}, exitWrongUse, "900"},
		"a recipe":            {[]string{"--recipe", at("recipe.json")}, exitWrongUse, "--recipe"},
		"a picture to start":  {[]string{"--start-picture", at("two.png")}, exitWrongUse, "--start-picture"},
		"one style more":      {[]string{"--style", at("two.png")}, exitFailed, "1 style pictures, not 2"},
		"another photograph":  {[]string{"--content", at("two.png")}, exitFailed, "the photograph than " + at("two.png")},
		"a mask":              {[]string{"--keep", at("two.png")}, exitFailed, "without the mask of the kept area, and " + at("two.png")},
		"a palette":           {[]string{"--palette", at("two.png")}, exitFailed, "without the palette, and " + at("two.png")},
		"a palette's share":   {[]string{"--palette-colours", "40"}, exitDone, "4 iterations"},
		"of an older version": {[]string{"--resume", at("old.chk")}, exitWrongUse, "earlier version"},
		"no checkpoint":       {[]string{"--resume", at("photo.png")}, exitWrongUse, "not made by this program"},
		"a checkpoint amiss":  {[]string{"--resume", at("none.chk")}, exitFailed, "There is no checkpoint"},
	} {
		os.Remove(at("out.png"))
		r := painting(append([]string{"--resume", at("run.chk")}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.err, c.want) {
			t.Errorf("%s: %+v, want %d and %q", name, r, c.code, c.want)
		}
		data, err := os.ReadFile(at("out.png"))
		if c.code != exitDone {
			if err == nil {
				t.Errorf("%s: there is a picture", name)
			}
			continue
		}
		recipe, err := label.Extract(engine.File{Name: "out.png", Data: data})
		want := 50.
		if name == "a live setting" {
			want = 90
		}
		if err != nil || recipe.Strength != want {
			t.Errorf("%s: the result's strength is %v, %v", name, recipe.Strength, err)
		}
	}
}

// checkpoint returns one of a run of 4 iterations of the folder's photo.png and one.png,
// after the second.
func checkpoint(t *testing.T, dir string) []byte {
	t.Helper()
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Size, recipe.Iterations, recipe.Scales = 32, 4, 1
	req := engine.Request{Recipe: recipe, CheckpointEvery: 1}
	if req.Content, err = readFile(filepath.Join(dir, "photo.png")); err != nil {
		t.Fatal(err)
	}
	style, err := readFile(filepath.Join(dir, "one.png"))
	if err != nil {
		t.Fatal(err)
	}
	req.Styles = []engine.File{style}
	var at []byte
	runner := &transfer.Runner{Backend: cpu.New(1), Weights: (&weights.Store{}).Load, Decode: pixel.Decode}
	if _, err := runner.Run(t.Context(), req, func(p engine.Progress) {
		if p.Iteration == 2 {
			at = p.Checkpoint
		}
	}); err != nil {
		t.Fatal(err)
	}
	return at
}
