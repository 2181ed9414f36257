package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/vgg"
	"trappedinart/internal/fixture"
	"trappedinart/weights"
)

// wide writes a network with the widths of a VGG-19 made narrow, and returns its file.
func wide(t *testing.T, layers int) string {
	t.Helper()
	data, err := weights.Marshal(vgg.Random("wide", []int{8, 8, 9, 8, 12, 8, 8, 8}[:layers]), map[string]string{"licence": "none"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wide.safetensors")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fast skips what paints for long.
func fast(t *testing.T) {
	t.Helper()
	if testing.Short() || cpu.New(1).ISA() == "go" {
		fixture.Elsewhere(t, "make unit: it paints for a minute in plain Go")
	}
}

func TestQuantizeCommand(t *testing.T) {
	fast(t)
	pictures, data := folder(t), t.TempDir()
	args := []string{"networks", "quantize", wide(t, 7), "--images", pictures, "--data", data}
	r := command(t, t.Context(), append(args, "--to", "conv3_2", "--grade", "int6")...)
	if r.code != exitDone || !strings.Contains(r.out, "conv3_2") || strings.Contains(r.out, "conv3_3") || !strings.Contains(r.out, "closes") {
		t.Fatalf("%+v", r)
	}
	file, err := os.ReadFile(filepath.Join(data, "weights", "wide-int6.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := weights.Inspect(file)
	if err != nil || !info.Quantised || len(info.Taps) != 6 || info.Metadata["licence"] != "none" || info.Metadata["grade"] != "int6" {
		t.Errorf("%+v, %v", info, err)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no pictures":   {[]string{"networks", "quantize", wide(t, 6), "--images", t.TempDir()}, "at least two"},
		"no directory":  {[]string{"networks", "quantize", wide(t, 6), "--images", filepath.Join(data, "none")}, "cannot be read"},
		"unknown grade": {append(args, "--grade", "int3"), "There is no grade"},
		"unknown layer": {append(args, "--to", "conv9_9"), "no layer"},
		"int8 already":  {[]string{"networks", "quantize", "wide-int6", "--images", pictures, "--data", data}, "in int8 already"},
		"no network":    {[]string{"networks", "quantize", "--images", pictures}, "one file or name"},
	} {
		if r := command(t, t.Context(), c.args...); r.code == exitDone || !strings.Contains(r.err, c.says) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestTrainCommand(t *testing.T) {
	fast(t)
	out := filepath.Join(t.TempDir(), "mine.safetensors")
	args := []string{"networks", "train", "--teacher", wide(t, 6), "--images", folder(t), "--out", out, "--widths", "4,4,5,5,6,6",
		"--side", "16", "--batch", "2", "--painted", "0", "--licence", "mine", "--threads", "2"}
	if r := command(t, t.Context(), append(args, "--steps", "3")...); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	r := command(t, t.Context(), append(args, "--steps", "5")...)
	if r.code != exitDone || !strings.Contains(r.err, "Going on from step 3.") {
		t.Errorf("%+v", r)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	w, err := weights.Parse(data)
	if err != nil || len(w.Convs) != 6 || w.Convs[5].O != 6 || w.Convs[0].Metric == nil || !(w.Scales.Content > 0) || !(w.Scales.Style > 0) {
		t.Errorf("%+v, %v", w, err)
	}
	log, err := os.ReadFile(out + ".csv")
	if lines := strings.Split(strings.TrimSpace(string(log)), "\n"); err != nil || len(lines) != 3 || !strings.HasPrefix(lines[2], "5,") {
		t.Errorf("the log is %s, %v", log, err)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"other options": {append(args, "--steps", "9", "--rate", "0.1"), "other options"},
		"fewer steps":   {append(args, "--steps", "4"), "made 5 steps already"},
		"no file":       {append(args, "--out", "mine.txt"), "must end in"},
		"five widths":   {append(args, "--widths", "1,2,3,4,5", "--out", out+"2.safetensors"), "six widths"},
	} {
		if r := command(t, t.Context(), c.args...); r.code == exitDone || !strings.Contains(r.err, c.says) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
