//go:build !js

package runner_test

import (
	"context"
	"errors"
	"image"
	"net/http"
	"net/url"
	"testing"
	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/web/runner"
)

// A painter is an engine whose every step, and whose end, the test allows.
type painter struct {
	steps int
	step  chan struct{}
	err   error
}

func (p *painter) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	img := image.NewNRGBA(image.Rect(0, 0, 4, 3))
	var so *engine.Result
	for i := range p.steps + 1 {
		select {
		case <-p.step:
		case <-ctx.Done():
			return so, engine.AsError(ctx.Err())
		}
		if i < p.steps {
			report(engine.Progress{Stage: engine.Painting, Scale: 1, Scales: 1, Iteration: i + 1, Iterations: p.steps, Preview: img})
			so = &engine.Result{Picture: img, Recipe: req.Recipe}
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return so, nil
}

// steps returns a painter of n steps, the first of which are allowed.
func steps(n, allowed int) *painter {
	p := &painter{steps: n, step: make(chan struct{}, n+1)}
	for range allowed {
		p.step <- struct{}{}
	}
	return p
}

// Scribbles grow in the worker, between runs.
func TestGrow(t *testing.T) {
	p := steps(1, 2)
	r := byWorker(t, p).(*runner.Worker)
	img := image.NewNRGBA(image.Rect(0, 0, 4, 1))
	for range 2 {
		grown, err := r.Grow(t.Context(), img, []uint8{1, 0, 0, 2})
		if err != nil || len(grown) != 4 || grown[0] != 255 || grown[3] != 0 {
			t.Fatalf("grown to %d, %v", grown, err)
		}
		if _, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); err != nil {
			t.Fatal(err)
		}
		p.step = steps(1, 2).step
	}
	p.step = steps(1, 0).step
	begun := make(chan struct{}, 4)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = r.Run(ctx, request(t), func(engine.Progress) { begun <- struct{}{} })
	}()
	<-begun
	defer func() { stop(); <-ended }()
	if _, err := r.Grow(t.Context(), img, []uint8{1, 0, 0, 2}); engine.AsError(err).Code != engine.Busy {
		t.Errorf("during a run it says %v", err)
	}
}

func TestOneRunAtATime(t *testing.T) {
	p := steps(2, 1)
	r := byWorker(t, p)
	begun := make(chan struct{}, 4)
	done := make(chan error)
	go func() {
		_, err := r.Run(t.Context(), request(t), func(engine.Progress) { begun <- struct{}{} })
		done <- err
	}()
	<-begun // preparing
	<-begun // the first step
	if _, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); engine.AsError(err).Code != engine.Busy {
		t.Errorf("a second run gives %v", err)
	}
	p.step <- struct{}{}
	p.step <- struct{}{}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNoServerAndNoWorker(t *testing.T) {
	base, _ := url.Parse("http://127.0.0.1:1/")
	_, err := (&runner.Server{Base: base, Client: http.DefaultClient, Decode: pixel.Decode}).Run(t.Context(), request(t), func(engine.Progress) {})
	if e := engine.AsError(err); e.Code != engine.Unavailable || e.Message != runner.NoServer {
		t.Errorf("without a server: %v", err)
	}
	r := &runner.Worker{
		Open:    func(*runner.Inbox, runner.Means) (runner.Line, error) { return nil, errors.New("no workers") },
		Address: func(context.Context, string) (string, error) { return "/", nil },
	}
	if _, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); engine.AsError(err).Message != runner.NoWorker {
		t.Errorf("without a worker: %v", err)
	}
}
