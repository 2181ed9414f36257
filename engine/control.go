package engine

import (
	"context"
	"sync"
)

// A Control steers a run while it goes on. It may be used by several goroutines; a new
// one changes nothing.
type Control struct {
	mu     sync.Mutex
	next   *Recipe // the newest that the run has not taken
	paused bool
	save   bool          // and the run has not
	bell   chan struct{} // closed when something changes
	said   bool          // by Await that it is paused
}

// Change asks for a recipe from the next iteration on. Only its live settings are taken;
// of several changes only the last counts.
func (c *Control) Change(r Recipe) error {
	if err := r.Validate(); err != nil {
		return err
	}
	c.set(func() { c.next = &r })
	return nil
}

// Pause lets the run wait before its next iteration, and Resume go on.
func (c *Control) Pause()  { c.set(func() { c.paused = true }) }
func (c *Control) Resume() { c.set(func() { c.paused = false }) }

// Save asks a run that makes checkpoints for one after the iteration that is under way.
func (c *Control) Save() { c.set(func() { c.save = true }) }

// Saves says whether that was asked for since it was last called.
func (c *Control) Saves() bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	save := c.save
	c.save = false
	return save
}

// Paused says whether the run is to wait.
func (c *Control) Paused() bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paused
}

func (c *Control) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	if c.bell != nil {
		close(c.bell)
		c.bell = nil
	}
}

// Take is what a run calls before an iteration: it waits while the run is paused, and
// returns the recipe that was asked for since it was last called, or nil.
func (c *Control) Take(ctx context.Context) (*Recipe, error) {
	if c == nil {
		return nil, ctx.Err()
	}
	var next *Recipe
	err := c.when(ctx, func() bool {
		if c.paused {
			return false
		}
		next, c.next = c.next, nil
		return true
	})
	return next, err
}

// Asked is what a control asks of a run.
type Asked struct {
	Recipe *Recipe // or nil
	Paused bool    // as it is to be
	Save   bool
}

// Await is what a run elsewhere is told by: it returns once there is something new.
func (c *Control) Await(ctx context.Context) (Asked, error) {
	var asked Asked
	err := c.when(ctx, func() bool {
		if c.next == nil && c.paused == c.said && !c.save {
			return false
		}
		asked = Asked{c.next, c.paused, c.save}
		c.next, c.said, c.save = nil, c.paused, false
		return true
	})
	return asked, err
}

// when calls take, which may look at everything, now and after every change, until it
// returns true.
func (c *Control) when(ctx context.Context, take func() bool) error {
	for {
		c.mu.Lock()
		if take() {
			c.mu.Unlock()
			return ctx.Err()
		}
		if c.bell == nil {
			c.bell = make(chan struct{})
		}
		bell := c.bell
		c.mu.Unlock()
		select {
		case <-bell:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Steered returns the recipe with the live settings of another.
func (r Recipe) Steered(to *Recipe) Recipe {
	for _, s := range settings {
		if s.Live {
			s.take(&r, to)
		}
	}
	return r
}
