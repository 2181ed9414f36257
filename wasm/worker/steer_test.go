package worker_test

import (
	"context"
	"image"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

// Wishes of the page during a run reach that run, and no other.
func TestSteering(t *testing.T) {
	begun, ask := make(chan engine.Request), make(chan bool)
	taken := make(chan float64)
	s, messages := open(t, runnerFunc(func(ctx context.Context, req engine.Request, _ func(engine.Progress)) (*engine.Result, error) {
		begun <- req
		for range 2 {
			<-ask
			recipe, err := req.Control.Take(ctx)
			if err != nil {
				return nil, err
			}
			strength := -1.0
			if recipe != nil {
				strength = recipe.Strength
			}
			taken <- strength
		}
		return &engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 1, 1)), Recipe: req.Recipe}, nil
	}))
	m := start(t, 4)
	m.Request.Masks = []engine.File{{Name: "m", Data: []byte{1}}}
	m.Request.Keep = engine.File{Name: "k", Data: []byte{2}}
	m.Request.StartPicture = engine.File{Name: "b", Data: []byte{3}}
	s.Handle(m)
	req := <-begun
	if len(req.Masks) != 1 || req.Keep.Name != "k" || req.StartPicture.Name != "b" {
		t.Errorf("the request is %+v", req)
	}
	other := m.Request.Recipe
	other.Strength = 12
	s.Handle(protocol.Steer{ID: 5, Recipe: other})
	s.Handle(protocol.Pause{ID: 5})
	other.Strength = 77
	s.Handle(protocol.Steer{ID: 4, Recipe: other})
	ask <- true
	if got := <-taken; got != 77 {
		t.Errorf("strength %v is taken, want 77", got)
	}
	s.Handle(protocol.Save{ID: 5})
	if req.Control.Saves() {
		t.Error("another run is to save")
	}
	s.Handle(protocol.Save{ID: 4})
	if !req.Control.Saves() {
		t.Error("the run is not to save")
	}
	s.Handle(protocol.Pause{ID: 4})
	ask <- true
	select {
	case <-taken:
		t.Error("a paused run goes on")
	case <-time.After(10 * time.Millisecond):
	}
	s.Handle(protocol.Resume{ID: 4})
	if got := <-taken; got != -1 {
		t.Errorf("strength %v is taken, want none", got)
	}
	if m, _ := end(t, messages); m.(protocol.Done).ID != 4 {
		t.Errorf("the run ends with %+v", m)
	}
}
