package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
)

// steered runs with a control, which act may use when the n-th report comes.
func steered(t *testing.T, act func(n int, c *engine.Control, r engine.Recipe, p engine.Progress)) (*engine.Result, []engine.Progress, error) {
	t.Helper()
	req := request(func(r *engine.Recipe) { r.Iterations = 10 })
	req.Control = &engine.Control{}
	var reports []engine.Progress
	res, err := runner(2).Run(context.Background(), req, func(p engine.Progress) {
		reports = append(reports, p)
		act(len(reports), req.Control, req.Recipe, p)
	})
	return res, reports, err
}

// A changed strength takes effect at the next iteration, without a jump of the picture.
func TestSteer(t *testing.T) {
	res, reports, err := steered(t, func(n int, c *engine.Control, r engine.Recipe, _ engine.Progress) {
		if n == 5 {
			r.Strength = 95
			r.Size = 4000 // is no live setting
			if err := c.Change(r); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if res.Recipe.Strength != 95 || res.Recipe.Size != 96 || res.Iterations != 20 {
		t.Errorf("the result has strength %v, size %v after %d iterations", res.Recipe.Strength, res.Recipe.Size, res.Iterations)
	}
	// Report 1 is of preparing; the next has the changed weight of the style: 0.95^2
	// for 0.5^2 of about the same distance.
	if ratio := reports[5].Style / reports[4].Style; !(ratio > 2 && ratio < 5) {
		t.Errorf("the style's part goes from %v to %v", reports[4].Style, reports[5].Style)
	}
}

// A change that changes nothing leaves the run as it is, bit for bit.
func TestSteerNothing(t *testing.T) {
	plain, _, err := steered(t, func(int, *engine.Control, engine.Recipe, engine.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	same, _, err := steered(t, func(_ int, c *engine.Control, r engine.Recipe, _ engine.Progress) {
		if err := c.Change(r); err != nil {
			t.Error(err)
		}
	})
	if err != nil || !bytes.Equal(plain.Picture.Pix, same.Picture.Pix) {
		t.Errorf("the picture differs, %v", err)
	}
}

// Layers that the network has not are left alone, and a note says so.
func TestSteerWrong(t *testing.T) {
	res, reports, err := steered(t, func(n int, c *engine.Control, r engine.Recipe, _ engine.Progress) {
		if n == 3 {
			r.StyleLayers = engine.LayerWeights{{Layer: "relu5_1", Weight: 1}}
			if err := c.Change(r); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(reports[3].Note, "relu5_1") || reports[4].Note != "" || res.Recipe.StyleLayers[0].Layer != "relu1_1" {
		t.Errorf("the notes are %q and %q, the layers %v", reports[3].Note, reports[4].Note, res.Recipe.StyleLayers)
	}
}

// Paused, a run waits, says so once, and ends as it would have.
func TestPause(t *testing.T) {
	plain, _, err := steered(t, func(int, *engine.Control, engine.Recipe, engine.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	pauses := 0
	paused, _, err := steered(t, func(n int, c *engine.Control, _ engine.Recipe, p engine.Progress) {
		if n == 6 {
			c.Pause()
		}
		if p.Stage == engine.Pausing {
			pauses++
			go c.Resume()
		}
	})
	if err != nil || pauses != 1 || !bytes.Equal(plain.Picture.Pix, paused.Picture.Pix) {
		t.Errorf("%d pauses, %v", pauses, err)
	}
	req := request(nil)
	req.Control = &engine.Control{}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	res, err := runner(1).Run(ctx, req, func(p engine.Progress) {
		if n++; n == 4 {
			req.Control.Pause()
		}
		if p.Stage == engine.Pausing {
			cancel()
		}
	})
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != engine.Cancelled || res == nil {
		t.Errorf("stopped while it is paused: %v, %v", res, err)
	}
}

// A run that is asked to save, or paused, leaves a checkpoint at once, from which another ends as it
// would have; one that makes none is not disturbed.
func TestSave(t *testing.T) {
	for name, every := range map[string]time.Duration{"with checkpoints": time.Hour, "without": 0} {
		t.Run(name, func(t *testing.T) {
			req := request(func(r *engine.Recipe) { r.Iterations = 10 })
			req.Control, req.CheckpointEvery = &engine.Control{}, every
			n := 0
			var saved [][]byte
			whole, err := runner(2).Run(t.Context(), req, func(p engine.Progress) {
				if n++; n == 4 {
					req.Control.Save()
				}
				if n == 15 {
					req.Control.Pause()
				}
				if p.Stage == engine.Pausing {
					go req.Control.Resume()
				}
				if p.Checkpoint != nil {
					saved = append(saved, p.Checkpoint)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if every == 0 {
				if len(saved) > 0 {
					t.Errorf("%d checkpoints that nobody wanted", len(saved))
				}
				return
			}
			if len(saved) != 2 {
				t.Fatalf("%d checkpoints, want one by Save and one by Pause", len(saved))
			}
			for i, checkpoint := range saved {
				req := request(nil)
				req.Checkpoint = checkpoint
				if res, _ := run(t, runner(1), req); !bytes.Equal(res.Picture.Pix, whole.Picture.Pix) {
					t.Errorf("from checkpoint %d the run ends elsewhere", i)
				}
			}
		})
	}
}
