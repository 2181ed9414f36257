//go:build unix

package command

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trappedinart/engine/backend/webgpu"
	"trappedinart/internal/program"
)

// A trial that ends by its driver's fault, hangs, or says nothing is a reason to leave the GPU; so
// is one that says why. No GPU is none that anybody needs to hear of.
func TestTrials(t *testing.T) {
	for name, c := range map[string]struct {
		script     string
		transforms bool
		none       bool
		why        string
	}{
		"taken":       {`echo 'a driver talks'; echo '{"transforms":true}'`, true, false, ""},
		"taken as is": {`echo '{}'`, false, false, ""},
		"none":        {`echo '{"none":true,"why":"no driver"}'`, false, true, "no driver"},
		"slower":      {`echo '{"why":"it takes longer"}'`, false, false, "it takes longer"},
		"crashed":     {`kill -SEGV $$`, false, false, "segmentation fault"},
		"failed":      {`echo '{}'; exit 3`, false, false, "exit status 3"},
		"silent":      {`true`, false, false, "gave no result"},
		"hanging":     {`sleep 60`, false, false, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wait := time.Minute
			if name == "hanging" {
				wait = 50 * time.Millisecond
			}
			ctx, stop := context.WithTimeoutCause(t.Context(), wait, errors.New("it does not answer"))
			defer stop()
			got := readTrial(ctx, exec.CommandContext(ctx, "sh", "-c", c.script))
			err := got.err()
			if got.Transforms != c.transforms || (err != nil) != (c.why != "") || errors.Is(err, webgpu.ErrNone) != c.none {
				t.Fatalf("%+v, %v", got, err)
			}
			if err != nil && !strings.Contains(err.Error(), c.why) {
				t.Errorf("%q, want %q", err, c.why)
			}
		})
	}
}

// The command says in one line of JSON what became of the GPU of this machine, whatever that has.
func TestTryGPU(t *testing.T) {
	r := command(t, t.Context(), tryGPU)
	var got trial
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != exitDone {
		t.Fatalf("%+v: %v", r, err)
	}
	if got.Why == "" && got.None || got.Why != "" && got.Transforms {
		t.Errorf("%+v", got)
	}
}

// A GPU whose driver ends the trial is not used: the processor paints, and a line says so.
func TestCrashingGPU(t *testing.T) {
	dir := folder(t)
	out := filepath.Join(dir, "painting.png")
	p := program.Start(t, os.Args[0], []string{asProgram + "=1", crashingGPU + "=1"}, "stylize", "--content", filepath.Join(dir, "photo.png"),
		"--style", filepath.Join(dir, "one.png"), "--out", out, "--size", "32", "--iterations", "2", "--network", "small")
	if err := p.Ended(t); err != nil {
		t.Errorf("it ended with %v", err)
	}
	for _, said := range []string{"Computing on the processor instead of the GPU: trying it failed: exit status 139.", out + ": 32 x 24"} {
		if !strings.Contains(p.Log(), said) {
			t.Errorf("it does not say %q", said)
		}
	}
}

// The workers of a server have one trial together.
func TestOneTrial(t *testing.T) {
	p := program.Start(t, os.Args[0], []string{asProgram + "=1", crashingGPU + "=1"}, "serve", "--workers", "3", "--addr", "127.0.0.1:0", "--data", t.TempDir())
	p.Line(t, 1, "Trapped in Art is at ")
	if n := strings.Count(p.Log(), "instead of the GPU"); n != 1 {
		t.Errorf("it says %d times that it leaves the GPU:\n%s", n, p.Log())
	}
}
