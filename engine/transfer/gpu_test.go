//go:build gpu && !js

package transfer_test

import (
	"context"
	"math"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
)

// These hold whole paintings on the GPU against the processor's; make test-gpu runs them.

// onGPU returns the runner with the GPU.
func onGPU(t *testing.T, r *transfer.Runner) *transfer.Runner {
	t.Helper()
	r.Backend = gpu()
	t.Cleanup(func() {
		if err := gpu().Err(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// alike says that two paintings are one but for rounding: both moved, and to the same.
func alike(t *testing.T, got, want *engine.Result) {
	t.Helper()
	if d := distance(got.Picture, want.Picture); !(d <= 0.3) {
		t.Errorf("the pictures are %v grey levels apart", d)
	}
	if !(math.Abs(float64(got.Loss-want.Loss)) <= 0.005*float64(want.Loss)) || got.Iterations != want.Iterations {
		t.Errorf("the loss is %v after %d evaluations, and the processor's %v after %d", got.Loss, got.Iterations, want.Loss, want.Iterations)
	}
}

// TestGPUMasks: styles in masks, masks on styles and what is kept are as on the processor.
func TestGPUMasks(t *testing.T) {
	req := request(func(r *engine.Recipe) { r.Size, r.Iterations, r.Feather = 75, 5, 3 })
	req.Styles = append(req.Styles, file("another"))
	req.Masks, req.StyleMasks = []engine.File{file("left")}, []engine.File{file("grey")}
	req.Keep = file("left")
	got, _ := run(t, onGPU(t, masked()), req)
	want, _ := run(t, masked(), req)
	alike(t, got, want)
	if d := changed(t, got.Picture, 0, 20); d != 0 {
		t.Errorf("what is kept changes by %v grey levels", d)
	}
}

// TestGPUBlocks: a picture in blocks is the one that is painted whole.
func TestGPUBlocks(t *testing.T) {
	req, budget := blocked(t, 4, 0)
	got, _ := run(t, onGPU(t, budgeted(1, budget)), req)
	want, _ := run(t, budgeted(2, 0), req)
	alike(t, got, want)
	if saying(got.Notes, "blocks") != 1 {
		t.Errorf("the notes are %q", got.Notes)
	}
}

// TestGPUCheckpoint: a painting goes on from either to the other, ends as on one alone but for
// rounding, and says so; on the GPU alone it ends so to the bit.
func TestGPUCheckpoint(t *testing.T) {
	req := request(func(r *engine.Recipe) { r.Size, r.Scales, r.Iterations, r.History = 64, 1, 8, 3 })
	req.CheckpointEvery = time.Nanosecond
	third := func(r *transfer.Runner) (checkpoint []byte, res *engine.Result) {
		res, reports := run(t, r, req)
		for _, p := range reports {
			if p.Iteration == 3 {
				checkpoint = p.Checkpoint
			}
		}
		return checkpoint, res
	}
	ofProcessor, painted := third(runner(2))
	ofGPU, onlyGPU := third(onGPU(t, runner(1)))
	alike(t, onlyGPU, painted)
	next := request(nil)
	next.Checkpoint = ofProcessor
	there, _ := run(t, onGPU(t, runner(1)), next)
	alike(t, there, painted)
	next.Checkpoint = ofGPU
	back, _ := run(t, runner(2), next)
	alike(t, back, painted)
	if saying(there.Notes, "begun on another device") != 1 || saying(back.Notes, "begun on another device") != 1 {
		t.Errorf("the notes are %q and %q", there.Notes, back.Notes)
	}
	same, _ := run(t, onGPU(t, runner(1)), next)
	if string(same.Picture.Pix) != string(onlyGPU.Picture.Pix) || saying(same.Notes, "begun on") != 0 {
		t.Errorf("on the GPU it ends %v grey levels elsewhere, with notes %q", distance(same.Picture, onlyGPU.Picture), same.Notes)
	}
}

// TestGPUSteer: a setting that is changed while it paints takes effect as on the processor.
func TestGPUSteer(t *testing.T) {
	steer := func(r *transfer.Runner) *engine.Result {
		req := request(func(r *engine.Recipe) { r.Size, r.Scales, r.Iterations = 64, 1, 6 })
		req.Control = &engine.Control{}
		res, err := r.Run(context.Background(), req, func(p engine.Progress) {
			if p.Iteration == 3 {
				recipe := req.Recipe
				recipe.Strength, recipe.Smoothness = 90, 20
				if err := req.Control.Change(recipe); err != nil {
					t.Error(err)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	got, want := steer(onGPU(t, runner(1))), steer(runner(2))
	alike(t, got, want)
	if got.Recipe.Strength != 90 {
		t.Errorf("it ends with strength %v", got.Recipe.Strength)
	}
}

// TestGPULoss: a run at 128 px ends within 2 % of the processor's loss after 100 evaluations.
func TestGPULoss(t *testing.T) {
	req := request(func(r *engine.Recipe) { r.Size, r.Scales, r.Iterations, r.History = 128, 1, 100, 5 })
	got, _ := run(t, onGPU(t, budgeted(1, 0)), req)
	want, _ := run(t, budgeted(2, 0), req)
	if !(math.Abs(float64(got.Loss-want.Loss)) <= 0.02*float64(want.Loss)) || got.Iterations != want.Iterations {
		t.Errorf("the loss is %v after %d evaluations, and the processor's %v after %d", got.Loss, got.Iterations, want.Loss, want.Iterations)
	}
}
