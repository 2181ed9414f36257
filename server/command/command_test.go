package command

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
)

// A result is what a command line does: its exit code and what it prints.
type result struct {
	code     int
	out, err string
}

func command(t *testing.T, ctx context.Context, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errOut)
	err := root.ExecuteContext(ctx)
	if err != nil {
		errOut.WriteString(sentence(err))
	}
	return result{exitCode(err), out.String(), errOut.String()}
}

// folder returns a directory with a photograph and two paintings.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for k, name := range []string{"photo.png", "one.png", "two.png"} {
		img := image.NewNRGBA(image.Rect(0, 0, 48, 36))
		for i := range 48 * 36 {
			x, y := i%48, i/48
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * (k + 2)), uint8(y * (5 - k)), uint8((x ^ y) * 3), 255})
		}
		var buf bytes.Buffer
		if err := png.Encode(&buf, img); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), buf.Bytes())
	}
	write(t, filepath.Join(dir, "letter.txt"), []byte("Dear friend"))
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestStylize(t *testing.T) {
	dir := folder(t)
	out := filepath.Join(dir, "out.jpg")
	r := command(t, t.Context(), "stylize", "--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"),
		"--style", filepath.Join(dir, "two.png")+":0.5", "--out", out, "--size", "40", "--iterations", "3", "--data", dir)
	if r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if c, format, err := image.DecodeConfig(f); err != nil || format != "jpeg" || c.Width != 40 || c.Height != 30 {
		t.Errorf("the picture is %s %dx%d, %v", format, c.Width, c.Height, err)
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 5 {
		t.Errorf("it leaves %v behind", files)
	}
}

// The same command line gives the same bytes.
func TestStylizeTwice(t *testing.T) {
	dir := folder(t)
	var pictures [2][]byte
	for i := range pictures {
		out := filepath.Join(dir, "out.png")
		r := command(t, t.Context(), "stylize", "--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"), "--out", out, "--size", "32", "--iterations", "4", "--seed", "7", "--start", "noise")
		if r.code != exitDone {
			t.Fatalf("%+v", r)
		}
		pictures[i], _ = os.ReadFile(out)
	}
	if !bytes.Equal(pictures[0], pictures[1]) {
		t.Error("two runs differ")
	}
}

func TestInterruptedWritesThePicture(t *testing.T) {
	dir := folder(t)
	out := filepath.Join(dir, "out.png")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan result)
	go func() {
		done <- command(t, ctx, "stylize", "--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"), "--out", out, "--size", "64", "--scales", "1", "--iterations", "10000")
	}()
	select {
	case r := <-done:
		t.Fatalf("ended by itself: %+v", r)
	case <-time.After(time.Second): // by now the work is under way
	}
	cancel()
	if r := <-done; r.code != exitInterrupted {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error("there is no picture")
	}
}

func TestWrongUse(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	photo, style, out := at("photo.png"), at("one.png"), at("out.png")
	if err := os.Mkdir(at("folder.png"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, at("recipe.json"), []byte(`{"strenght":3}`))
	write(t, at("broken.safetensors"), []byte("not weights"))
	stylize := func(more ...string) []string {
		return append([]string{"stylize", "--content", photo, "--style", style, "--out", out, "--size", "32", "--iterations", "1"}, more...)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no command":        {[]string{"paint"}, exitWrongUse, "paint"},
		"unknown flag":      {stylize("--strenght", "3"), exitWrongUse, "strenght"},
		"no content":        {[]string{"stylize"}, exitWrongUse, "--content"},
		"bad value":         {stylize("--strength", "101"), exitWrongUse, "0 to 100"},
		"bad layer":         {stylize("--style-layers", "relu9_9"), exitFailed, "relu9_9"},
		"no result":         {[]string{"stylize", "--content", photo, "--style", style}, exitWrongUse, "--out"},
		"memory":            {stylize("--memory", "-1"), exitWrongUse, "GiB"},
		"little memory":     {stylize("--memory", "0.02"), exitFailed, "memory"},
		"argument":          {stylize("more.jpg"), exitWrongUse, "more.jpg"},
		"bad back end":      {stylize("--backend", "gpu"), exitWrongUse, "gpu"},
		"bad preset":        {stylize("--preset", "cubist"), exitWrongUse, "cubist"},
		"recipe field":      {stylize("--recipe", at("recipe.json")), exitWrongUse, "strenght"},
		"no recipe":         {stylize("--recipe", at("nothing.json")), exitFailed, "nothing.json"},
		"recipe and preset": {stylize("--recipe", at("recipe.json"), "--preset", "painterly"), exitWrongUse, "not both"},
		"no picture":        {stylize("--content", at("nothing.jpg")), exitFailed, "nothing.jpg"},
		"text":              {stylize("--content", at("letter.txt")), exitFailed, "not a picture"},
		"folder":            {stylize("--content", dir), exitFailed, "folder"},
		"no folder":         {stylize("--out", at("nowhere/out.png")), exitFailed, "cannot be written"},
		"out is folder":     {stylize("--out", at("folder.png")), exitFailed, "folder"},
		"format":            {stylize("--out", at("out.gif")), exitFailed, "out.gif"},
		"no weights":        {stylize("--network", "huge"), exitFailed, "small"},
		"broken weights":    {stylize("--network", at("broken.safetensors")), exitFailed, "broken.safetensors"},
		"style weight":      {stylize("--style-weights", "1,2"), exitWrongUse, "style weights"},
		"bench network":     {[]string{"bench", "--network", "resnet"}, exitWrongUse, "resnet"},
		"bench size":        {[]string{"bench", "--size", "1"}, exitWrongUse, "16"},
		"inspect":           {[]string{"networks", "inspect"}, exitWrongUse, "one file"},
		"serve limits":      {[]string{"serve", "--limit-queue", "0"}, exitWrongUse, "limit"},
		"serve address":     {[]string{"serve", "--addr", "256.0.0.1:1", "--data", dir}, exitFailed, "--addr"},
	} {
		r := command(t, t.Context(), c.args...)
		if r.code != c.code || !strings.Contains(r.err, c.says) || strings.Contains(r.err, "goroutine") {
			t.Errorf("%s: exit code %d and %q, want %d and %q", name, r.code, r.err, c.code, c.says)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: a picture is written", name)
		}
	}
}

// An unwritable output is found before the pictures are read.
func TestUnwritableFirst(t *testing.T) {
	r := command(t, t.Context(), "stylize", "--content", "nothing.jpg", "--style", "nothing.jpg", "--out", filepath.Join(t.TempDir(), "nowhere", "out.png"))
	if r.code != exitFailed || !strings.Contains(r.err, "cannot be written") {
		t.Errorf("%+v", r)
	}
}

// Flags win over the recipe file, and the recipe file over its preset.
func TestFlagsWin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	write(t, path, []byte(`{"preset":"gatys-notebook","size":300,"strength":20}`))
	recipe := addRecipeFlags(newVersionCommand(), engine.Painterly)
	for _, kv := range [][2]string{{"recipe", path}, {"strength", "70"}, {"style-layers", "relu1_1"}} {
		if err := recipe.cmd.Flags().Set(kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	r, err := recipe.recipe()
	if err != nil {
		t.Fatal(err)
	}
	if r.Size != 300 || r.Strength != 70 || r.StyleLayers.String() != "relu1_1" || r.Optimizer != engine.LBFGSTorch {
		t.Errorf("got %+v", r)
	}
}

// Every setting is a flag.
func TestEverySettingIsAFlag(t *testing.T) {
	for _, cmd := range []string{"stylize", "evaluate"} {
		r := command(t, t.Context(), cmd, "--help")
		for _, s := range engine.Settings() {
			if !strings.Contains(r.out, "--"+flagOf(s)+" ") {
				t.Errorf("%s --help does not name %s", cmd, s.Name)
			}
		}
	}
}

func TestStyleWeights(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "odd:0.5")
	write(t, odd, nil)
	r, _ := engine.Preset(engine.Painterly)
	names, err := splitStyles([]string{"a.jpg", "b.jpg:0.25", odd, "c:x.jpg"}, &r)
	if err != nil || strings.Join(names, " ") != "a.jpg b.jpg "+odd+" c:x.jpg" || r.StyleWeights.String() != "1,0.25,1,1" {
		t.Errorf("%v %v %v", names, r.StyleWeights, err)
	}
	if _, err := splitStyles([]string{"a.jpg:-1"}, &r); exitCode(err) != exitWrongUse {
		t.Errorf("a negative weight gives %v", err)
	}
}

func TestEvaluate(t *testing.T) {
	dir := folder(t)
	args := []string{"evaluate", "--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"), "--image", filepath.Join(dir, "two.png"),
		"--preset", "gatys-notebook", "--content-layers", "relu3_2", "--style-layers", "relu1_1,relu2_1", "--json",
		"--gradient", filepath.Join(dir, "gradient.safetensors")}
	r := command(t, t.Context(), args...)
	var e struct {
		Loss     float64
		Parts    map[string]float64
		Measures struct {
			Style map[string]float64 `json:"relative_style"`
			Seam  float64            `json:"seam_ratio"`
		}
		Patches struct {
			Distances map[string]float64
			Excess    float64 `json:"excess_power"`
		}
	}
	if err := json.Unmarshal([]byte(r.out), &e); err != nil || r.code != exitDone {
		t.Fatalf("%+v: %v", r, err)
	}
	sum := 0.0
	for _, v := range e.Parts {
		sum += v
	}
	if len(e.Parts) != 3 || !(e.Parts["content:relu3_2"] > 0) || !(sum > 0.999999*e.Loss && sum < 1.000001*e.Loss) {
		t.Errorf("%+v", e)
	}
	if len(e.Measures.Style) != 4 || !(e.Measures.Seam >= 1) {
		t.Errorf("the measures are %+v", e.Measures)
	}
	if names := slices.Sorted(maps.Keys(e.Patches.Distances)); strings.Join(names, " ") != "5x5 5x5/2 5x5/4 9x9 9x9/2 9x9/4" || !(e.Patches.Distances["9x9"] > 0) || e.Patches.Excess == 0 {
		t.Errorf("the patches are %+v", e.Patches)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "gradient.safetensors")); err != nil || !bytes.Contains(data, []byte(`"gradient"`)) {
		t.Errorf("the gradient is %d bytes, %v", len(data), err)
	}
	if text := command(t, t.Context(), append(args[:len(args)-3:len(args)-3], args[len(args)-2:]...)...); !strings.Contains(text.out, "multi-scale style") ||
		!strings.Contains(text.out, "patch distance 9x9/4 ") || !strings.Contains(text.out, "excess of power") {
		t.Errorf("as text it prints %s", text.out)
	}
	if again := command(t, t.Context(), args...); again.out != r.out {
		t.Error("it prints something else the second time")
	}
}

func TestNetworksAndBench(t *testing.T) {
	dir := t.TempDir()
	r := command(t, t.Context(), "networks", "list", "--data", dir)
	if r.code != exitDone || !strings.Contains(r.out, "small") {
		t.Errorf("%+v", r)
	}
	r = command(t, t.Context(), "networks", "inspect", "small", "--json", "--data", dir)
	var l listing
	if err := json.Unmarshal([]byte(r.out), &l); err != nil || len(l.Layers) != 6 || l.Params != 127440 || l.Input == nil {
		t.Errorf("%+v, %v", r, err)
	}
	r = command(t, t.Context(), "bench", "--size", "32", "--iterations", "2", "--json")
	var b benchmark
	if err := json.Unmarshal([]byte(r.out), &b); err != nil || len(b.Seconds) != 2 || !(b.Median > 0) || b.ISA == "" {
		t.Errorf("%+v, %v", r, err)
	}
}
