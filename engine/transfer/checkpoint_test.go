package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trappedinart/engine"
)

// checkpoints runs and returns every checkpoint with the result.
func checkpoints(t *testing.T, change func(*engine.Request)) ([][]byte, *engine.Result) {
	t.Helper()
	req := request(func(r *engine.Recipe) { r.Iterations, r.History = 14, 5 })
	req.CheckpointEvery = time.Nanosecond
	change(&req)
	var list [][]byte
	res, reports := run(t, runner(2), req)
	for _, p := range reports {
		if p.Stage == engine.Painting {
			list = append(list, p.Checkpoint)
		}
	}
	return list, res
}

// From any checkpoint another runner comes to the same picture, bit for bit.
func TestCheckpoint(t *testing.T) {
	for name, change := range map[string]func(*engine.Request){
		"L-BFGS":     func(*engine.Request) {},
		"PyTorch's":  func(r *engine.Request) { r.Recipe.Optimizer = engine.LBFGSTorch },
		"Adam":       func(r *engine.Request) { r.Recipe.Optimizer = engine.Adam },
		"noise":      func(r *engine.Request) { r.Recipe.Start = engine.StartNoise },
		"smoothness": func(r *engine.Request) { r.Recipe.Smoothness = 30 },
	} {
		list, whole := checkpoints(t, change)
		if len(list) != 28 {
			t.Fatalf("%s: %d checkpoints", name, len(list))
		}
		for _, at := range []int{0, 3, 11, 13, 14, 20, 27} {
			req := request(nil)
			req.Checkpoint = list[at]
			res, reports := run(t, runner(1), req)
			if !bytes.Equal(res.Picture.Pix, whole.Picture.Pix) || res.Loss != whole.Loss || res.Iterations != whole.Iterations {
				t.Errorf("%s: from checkpoint %d the run ends elsewhere: loss %v after %d, want %v after %d", name, at, res.Loss, res.Iterations, whole.Loss, whole.Iterations)
			}
			if got, want := len(reports)-1, 27-at; got != want {
				t.Errorf("%s: from checkpoint %d there are %d iterations, want %d", name, at, got, want)
			}
		}
	}
}

func TestCheckpointErrors(t *testing.T) {
	list, _ := checkpoints(t, func(*engine.Request) {})
	good := list[20]
	with := func(at int, b byte) []byte {
		bad := bytes.Clone(good)
		bad[at] = b
		return bad
	}
	for name, data := range map[string][]byte{
		"nothing":       {},
		"text":          []byte("a checkpoint"),
		"magic alone":   good[:8],
		"cut head":      good[:40],
		"cut vectors":   good[:len(good)-4],
		"more vectors":  append(bytes.Clone(good), 0, 0, 0, 0),
		"a long head":   with(11, 0xff),
		"a broken head": with(12, 'x'),
		"other shape":   bytes.Replace(good, []byte(`"W":`), []byte(`"W":1`), 1),
		"other scale":   bytes.Replace(good, []byte(`"scale":1`), []byte(`"scale":7`), 1),
		"wrong numbers": bytes.Replace(good, []byte(`"numbers":[`), []byte(`"numbers":[1`), 1),
	} {
		req := request(nil)
		req.Checkpoint = data
		res, err := runner(1).Run(context.Background(), req, nil)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.InvalidRecipe || res != nil {
			t.Errorf("%s: %v, %v", name, res, err)
		}
	}
	// A checkpoint of a photograph of another shape.
	req := request(nil)
	req.Checkpoint = good
	r := runner(1)
	r.Decode = func(_ context.Context, f engine.File) (*image.NRGBA, error) { return drawn(f.Name, 50, 75), nil }
	_, err := r.Run(context.Background(), req, nil)
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != engine.InvalidRecipe || !strings.Contains(e.Message, "other pictures") {
		t.Errorf("of other pictures: %v", err)
	}
}

// Stopped, a run that was asked for checkpoints leaves one, from which it ends as if it
// had not been.
func TestCheckpointOfStopped(t *testing.T) {
	_, whole := checkpoints(t, func(*engine.Request) {})
	for _, at := range []int{2, 9, 17} {
		req := request(func(r *engine.Recipe) { r.Iterations, r.History = 14, 5 })
		req.CheckpointEvery = time.Hour
		ctx, stop := context.WithCancel(context.Background())
		n := 0
		res, err := runner(2).Run(ctx, req, func(engine.Progress) {
			if n++; n == at {
				stop()
			}
		})
		stop()
		if engine.AsError(err).Code != engine.Cancelled || res == nil || res.Checkpoint == nil {
			t.Fatalf("stopped after %d reports it leaves %v, %v", at, res, err)
		}
		next := request(nil)
		next.Checkpoint = res.Checkpoint
		if res, _ := run(t, runner(2), next); !bytes.Equal(res.Picture.Pix, whole.Picture.Pix) {
			t.Errorf("stopped after %d reports it ends elsewhere", at)
		}
	}
}

// A countdown is a context that ends when it is asked for the nth time.
type countdown struct {
	context.Context
	left atomic.Int64
	done chan struct{}
}

func (c *countdown) Err() error {
	switch left := c.left.Add(-1); {
	case left > 0:
		return nil
	case left == 0:
		close(c.done)
	}
	return context.Canceled
}

func (c *countdown) Done() <-chan struct{} { return c.done }

// Wherever a run is stopped, also in the middle of an iteration or between two scales,
// what it leaves leads to the same picture.
func TestCheckpointOfStoppedAnywhere(t *testing.T) {
	_, whole := checkpoints(t, func(*engine.Request) {})
	left := 0
	for n := 1; ; n++ {
		ctx := &countdown{Context: context.Background(), done: make(chan struct{})}
		ctx.left.Store(int64(n))
		req := request(func(r *engine.Recipe) { r.Iterations, r.History = 14, 5 })
		req.CheckpointEvery = time.Hour
		res, err := runner(1).Run(ctx, req, nil)
		if err == nil {
			break // n is larger than how often it asks
		}
		if res == nil || res.Checkpoint == nil {
			continue
		}
		left++
		next := request(nil)
		next.Checkpoint = res.Checkpoint
		if res, _ := run(t, runner(2), next); !bytes.Equal(res.Picture.Pix, whole.Picture.Pix) {
			t.Errorf("stopped when it asks for the %dth time, it ends elsewhere", n)
		}
	}
	if left < 20 {
		t.Errorf("only %d of the runs left a checkpoint", left)
	}
}

func FuzzCheckpoint(f *testing.F) {
	f.Add([]byte("TIACHK1\n\x02\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		req := request(nil)
		req.Checkpoint = data
		if _, err := runner(1).Run(context.Background(), req, nil); err != nil {
			var e *engine.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
		}
	})
}
