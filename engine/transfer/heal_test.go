package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// An optimiser whose steps are far too long is replaced, said so, and the loss comes down.
func TestHeals(t *testing.T) {
	for _, optimizer := range []string{engine.LBFGSTorch, engine.Adam} {
		req := request(func(r *engine.Recipe) {
			r.Optimizer, r.LearningRate, r.Iterations, r.Scales = optimizer, 1000, 20, 1
			r.LossScaling, r.StyleWeight = engine.GatysNotebook, 1000 // of losses that PyTorch's steps are made for
		})
		res, reports := run(t, runner(2), req)
		notes := 0
		for _, p := range reports {
			if strings.Contains(p.Note, "diverged") {
				notes++
			}
		}
		if notes != 1 || len(res.Notes) != 1 || res.Recipe.Optimizer != engine.LBFGS {
			t.Errorf("%s: %d notes, %q, optimiser %s", optimizer, notes, res.Notes, res.Recipe.Optimizer)
		}
		if first := reports[1].Loss; !(res.Loss < first) || res.Iterations != 20 {
			t.Errorf("%s: the loss goes from %v to %v in %d iterations", optimizer, first, res.Loss, res.Iterations)
		}
		good := request(func(r *engine.Recipe) { r.Optimizer, r.Iterations = optimizer, 6 })
		if res, _ := run(t, runner(2), good); res.Notes != nil || res.Recipe.Optimizer != optimizer {
			t.Errorf("%s: with steps as they should be there are %q", optimizer, res.Notes)
		}
	}
}

// A network that overflows is an error, not a picture.
func TestNoNumbers(t *testing.T) {
	for _, optimizer := range []string{engine.LBFGS, engine.LBFGSTorch, engine.Adam} {
		r := runner(1)
		r.Weights = func(context.Context, string) (*vgg.Weights, error) {
			w := narrow()
			for i := range w.Convs {
				for k := range w.Convs[i].Weight {
					w.Convs[i].Weight[k] *= 1e9
				}
			}
			return w, nil
		}
		_, err := r.Run(context.Background(), request(func(r *engine.Recipe) { r.Optimizer = optimizer }), nil)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.InvalidWeights {
			t.Errorf("%s: the error is %v", optimizer, err)
		}
	}
}

// A run keeps its time budget, paints at every scale all the same, and without one or
// with more than enough makes the same picture.
func TestTimeBudget(t *testing.T) {
	many := func(r *engine.Recipe) { r.Iterations = 10000 }
	req := request(many)
	req.Recipe.TimeBudget = 0.4
	began := time.Now()
	res, reports := run(t, runner(2), req)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("with a budget of 0.4 s it takes %v", took)
	}
	last := reports[len(reports)-1]
	if last.Scale != 2 || res.Iterations < 2 || res.Iterations >= 20000 {
		t.Errorf("it ends at scale %d after %d iterations", last.Scale, res.Iterations)
	}
	for _, p := range reports[2:] {
		if p.Remaining > 0.4 || math.IsNaN(float64(p.Fraction)) || p.Fraction > 1 {
			t.Fatalf("it says that %v are left, %v done", p.Remaining, p.Fraction)
		}
	}
	plain, _ := run(t, runner(2), request(nil))
	enough := request(nil)
	enough.Recipe.TimeBudget = 3600
	if res, _ := run(t, runner(2), enough); !bytes.Equal(res.Picture.Pix, plain.Picture.Pix) {
		t.Error("a budget that is more than enough changes the picture")
	}
}
