package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"trappedinart/engine"
)

func TestControl(t *testing.T) {
	ctx := context.Background()
	var none *engine.Control
	if r, err := none.Take(ctx); r != nil || err != nil || none.Paused() {
		t.Errorf("without a control there is %v, %v", r, err)
	}
	c := &engine.Control{}
	recipe, _ := engine.Preset(engine.Painterly)
	recipe.Strength = 70
	for _, change := range []float64{60, 80} {
		recipe.Strength = change
		if err := c.Change(recipe); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := c.Take(ctx); err != nil || r == nil || r.Strength != 80 {
		t.Errorf("the last change is not taken: %v, %v", r, err)
	}
	if r, _ := c.Take(ctx); r != nil {
		t.Error("a change is taken twice")
	}
	recipe.Strength = 1000
	if err := c.Change(recipe); err == nil {
		t.Error("a wrong recipe is taken")
	}

	if none.Saves() || c.Saves() {
		t.Error("a checkpoint is asked for by nobody")
	}
	c.Save()
	if !c.Saves() || c.Saves() {
		t.Error("a checkpoint is asked for never, or twice")
	}

	c.Pause()
	taken := make(chan error, 1)
	go func() {
		_, err := c.Take(ctx)
		taken <- err
	}()
	select {
	case <-taken:
		t.Error("a paused run goes on")
	case <-time.After(20 * time.Millisecond):
	}
	c.Resume()
	if err := <-taken; err != nil {
		t.Error(err)
	}
	c.Pause()
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Take(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("a paused run that is stopped says %v", err)
	}
}

func TestSteered(t *testing.T) {
	a, _ := engine.Preset(engine.Painterly)
	b, _ := engine.Preset(engine.GatysNotebook)
	b.Strength, b.StyleWeights, b.Size = 12, engine.Numbers{1, 2}, 99
	c := a.Steered(&b)
	if c.Strength != 12 || len(c.StyleWeights) != 2 || c.StyleLayers.String() != b.StyleLayers.String() {
		t.Errorf("live settings are not taken: %+v", c)
	}
	if c.Size != a.Size || c.Preset != a.Preset || c.Optimizer != a.Optimizer || c.Iterations != a.Iterations {
		t.Errorf("settings that are not live are taken: %+v", c)
	}
}

func TestAwait(t *testing.T) {
	ctx, c := context.Background(), &engine.Control{}
	recipe, _ := engine.Preset(engine.Painterly)
	recipe.Strength = 70
	if err := c.Change(recipe); err != nil {
		t.Fatal(err)
	}
	c.Pause()
	if a, err := c.Await(ctx); !a.Paused || a.Recipe == nil || a.Recipe.Strength != 70 || a.Save || err != nil {
		t.Errorf("what is new is %+v, %v", a, err)
	}
	go c.Resume()
	if a, err := c.Await(ctx); a != (engine.Asked{}) || err != nil {
		t.Errorf("what is new is %+v, %v", a, err)
	}
	go c.Save()
	if a, err := c.Await(ctx); a != (engine.Asked{Save: true}) || err != nil || c.Saves() {
		t.Errorf("what is new is %+v, %v", a, err)
	}
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := c.Await(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with nothing new there is %v", err)
	}
}
