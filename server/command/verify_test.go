package command

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/internal/fixture"
)

// twin is the published trace on the first blocks of VGG-19, as PyTorch ran it. All 200
// of its evaluations are held in engine/transfer, by the same function.
func twin() trace {
	t := gatysTrace()
	t.short = 0
	t.recipe.ContentLayers = engine.LayerWeights{{Layer: "relu3_2", Weight: 1}}
	t.recipe.StyleLayers = t.recipe.StyleLayers[:3]
	t.losses = []published{{1, 1, 59641604}, {2, 2, 59641392}}
	return t
}

// verify runs the command on a trace of the test's own.
func verify(ctx context.Context, tr trace, args ...string) result {
	var out, errOut bytes.Buffer
	cmd := newVerifyCommand(tr)
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errOut)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(ctx)
	if err != nil {
		errOut.WriteString(sentence(err))
	}
	return result{exitCode(err), out.String(), errOut.String()}
}

func TestVerifyTwin(t *testing.T) {
	args := []string{"--network", fixture.Shared(t, "vgg19", "vgg19-conv1-conv3.safetensors"),
		"--content", fixture.Shared(t, "golden", "content.png"), "--style", fixture.Shared(t, "golden", "style.png")}
	r := verify(t.Context(), twin(), append(args, "--json")...)
	var v verification
	if err := json.Unmarshal([]byte(r.out), &v); err != nil || r.code != exitDone {
		t.Fatalf("%+v: %v", r, err)
	}
	if len(v.Losses) != 2 || v.Content != [2]int{128, 96} {
		t.Fatalf("%+v", v)
	}
	for _, l := range v.Losses {
		if !(math.Abs(l.Difference) <= 0.01) || !(math.Abs(100*(l.Ours/l.Loss-1)-l.Difference) < 1e-9) {
			t.Errorf("%+v", l)
		}
	}
	if r := verify(t.Context(), twin(), args...); !strings.Contains(r.out, "59641392") || !strings.Contains(r.out, "0.00 %") {
		t.Errorf("as text it prints %+v", r)
	}
	// The whole trace needs the whole network, and says so.
	if r := verify(t.Context(), gatysTrace(), args...); r.code != exitFailed || !strings.Contains(r.err, "ends at relu3_4") || !strings.Contains(r.err, "relu4_1, relu4_2, relu5_1") {
		t.Errorf("%+v", r)
	}
	if r := verify(t.Context(), twin(), append([]string{"--network", "small"}, args[2:]...)...); r.code != exitFailed || !strings.Contains(r.err, "not the VGG-19") {
		t.Errorf("another network gives %+v", r)
	}
}

func TestVerifyWrongUse(t *testing.T) {
	dir := folder(t)
	photo, style := filepath.Join(dir, "photo.png"), filepath.Join(dir, "one.png")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no weights": {[]string{"--content", photo, "--style", style}, "--network"},
		"no picture": {[]string{"--network", "small", "--content", photo}, "--style"},
		"an absent":  {[]string{"--network", "small", "--content", photo, "--style", style + "x"}, "There is no picture"},
		"no network": {[]string{"--network", "nosuch", "--content", photo, "--style", style}, "nosuch"},
		"too small":  {[]string{"--network", "small", "--content", photo, "--style", style}, "ends at"},
	} {
		if r := command(t, t.Context(), append([]string{"verify"}, c.args...)...); r.code == exitDone || !strings.Contains(r.err, c.says) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// The iterations before an interrupt are compared.
func TestVerifyAsFarAsItGoes(t *testing.T) {
	tr := gatysTrace()
	if rows := tr.compare(make([]float64, 120)); len(rows) != 2 || rows[1].Iteration != 100 || rows[1].Evaluation != 99 || rows[1].Difference != -100 {
		t.Errorf("%+v", rows)
	}
}

func TestShortened(t *testing.T) {
	for _, c := range [][4]int{{1024, 768, 682, 512}, {768, 1024, 512, 682}, {1280, 1014, 646, 512}, {100, 50, 1024, 512}, {600, 512, 600, 512}} {
		img := image.NewNRGBA(image.Rect(0, 0, c[0], c[1]))
		for i := range img.Pix {
			img.Pix[i] = 255
		}
		got, err := shortened(img, 512)
		if err != nil || sides(got) != [2]int{c[2], c[3]} || bytes.IndexByte(got.Pix, 0) >= 0 {
			t.Errorf("%v: %v, %v", c, got.Rect, err)
		}
	}
	if _, err := shortened(image.NewNRGBA(image.Rect(0, 0, 401, 100)), 512); err == nil {
		t.Error("a ribbon is taken")
	}
}

// Every preset goes with both commands, and flags given beside it win.
func TestEveryPreset(t *testing.T) {
	dir := folder(t)
	layers := []string{"--content-layers", "relu2_1", "--style-layers", "relu1_1,relu2_1"}
	pictures := []string{"--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"), "--data", dir}
	for _, preset := range engine.Presets() {
		loss := func(more ...string) float64 {
			args := append(append([]string{"evaluate", "--preset", preset, "--json", "--image", filepath.Join(dir, "two.png")}, pictures...), append(layers, more...)...)
			r := command(t, t.Context(), args...)
			var e struct {
				Loss  float64
				Parts map[string]float64
			}
			if err := json.Unmarshal([]byte(r.out), &e); err != nil || r.code != exitDone || !(e.Loss > 0) {
				t.Fatalf("%s: %+v", preset, r)
			}
			if e.Parts["content:relu2_1"] <= 0 {
				t.Errorf("%s: the content layer given beside it does not win: %+v", preset, e.Parts)
			}
			return e.Loss
		}
		plain := loss()
		if heavier := loss("--style-weight", "100000"); !(heavier > plain) {
			t.Errorf("%s: a style weight given beside it does not win: %v and %v", preset, heavier, plain)
		}
		out := filepath.Join(dir, "out.png")
		args := append(append([]string{"stylize", "--preset", preset, "--out", out, "--size", "40", "--iterations", "2"}, pictures...), layers...)
		if r := command(t, t.Context(), args...); r.code != exitDone || !strings.Contains(r.err, "40 x 30") {
			t.Fatalf("%s: %+v", preset, r)
		}
		r, err := readRecipe(out)
		if err != nil || r.Preset != preset || r.Iterations != 2 || r.ContentLayers.String() != "relu2_1" {
			t.Errorf("%s: the picture was made by %+v, %v", preset, r, err)
		}
		os.Remove(out)
	}
}
