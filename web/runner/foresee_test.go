//go:build !js

package runner_test

import (
	"context"
	"image"
	"testing"
	"time"

	"trappedinart/engine"
	session "trappedinart/wasm/worker"

	"trappedinart/wasm/protocol"
	"trappedinart/web/runner"
)

// foreseer is a page's worker that foresees as it is told.
func foreseer(t *testing.T, p engine.Runner, foresee func(ctx context.Context, url string, o engine.Outline) (engine.Estimate, error)) *runner.Worker {
	return &runner.Worker{
		Open: func(in *runner.Inbox, _ runner.Means) (runner.Line, error) {
			d := &direct{session: &session.Session{
				Runner: func(string) engine.Runner { return p }, Foresee: foresee,
				Post: func(m protocol.Message) { in.Put(m) }, Yield: func() {}, Log: t.Logf,
			}}
			d.session.Open()
			return d, nil
		},
		Address:  func(_ context.Context, name string) (string, error) { return "/weights/" + name, nil },
		Patience: time.Second, Grace: time.Second,
	}
}

// Foresee asks the worker, and returns its answer or its error.
func TestForesee(t *testing.T) {
	want := engine.Estimate{Size: 896, Time: 28, Bytes: 5 << 20, Blocks: 3}
	var fails error
	var asked engine.Outline
	r := foreseer(t, steps(1, 2), func(_ context.Context, url string, o engine.Outline) (engine.Estimate, error) {
		if url != "/weights/"+o.Recipe.Weights {
			t.Errorf("the network comes from %s", url)
		}
		asked = o
		return want, fails
	})
	o := engine.Outline{Recipe: request(t).Recipe, Content: image.Pt(4, 3), Styles: []image.Point{{X: 5, Y: 6}}, Masks: 1, Checkpoints: true}
	if got, err := r.Foresee(t.Context(), o); err != nil || got != want || asked.Content != o.Content || asked.Masks != 1 || !asked.Checkpoints {
		t.Errorf("it takes %+v, %v; asked was %+v", got, err, asked)
	}
	fails = engine.Errorf(engine.TooLarge, "That is too large.")
	if _, err := r.Foresee(t.Context(), o); engine.AsError(err).Code != engine.TooLarge {
		t.Errorf("the error is %v", err)
	}
	if _, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); err != nil {
		t.Errorf("a painting after that: %v", err)
	}
}

// A painting that begins while something is foreseen waits for that; what is to be foreseen
// while a painting is made is not.
func TestForeseeGivesWay(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	p := steps(1, 1)
	r := foreseer(t, p, func(context.Context, string, engine.Outline) (engine.Estimate, error) {
		close(begun)
		<-end
		return engine.Estimate{}, nil
	})
	o := engine.Outline{Recipe: request(t).Recipe, Content: image.Pt(4, 3), Styles: []image.Point{{X: 5, Y: 6}}}
	foreseen, painted, paints := make(chan error, 1), make(chan error, 1), make(chan struct{}, 4)
	go func() {
		_, err := r.Foresee(t.Context(), o)
		foreseen <- err
	}()
	<-begun
	go func() {
		_, err := r.Run(t.Context(), request(t), func(engine.Progress) { paints <- struct{}{} })
		painted <- err
	}()
	close(end)
	if err := <-foreseen; err != nil {
		t.Errorf("foreseeing: %v", err)
	}
	<-paints
	if _, err := r.Foresee(t.Context(), o); engine.AsError(err).Code != engine.Busy {
		t.Errorf("during a painting: %v", err)
	}
	p.step <- struct{}{}
	if err := <-painted; err != nil {
		t.Errorf("the painting that waited: %v", err)
	}
}
