package runner

import (
	"context"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

// Foresee has the worker say what a painting takes. It gives way to everything else that the
// worker does, which waits for the moment that it takes.
func (r *Worker) Foresee(ctx context.Context, o engine.Outline) (engine.Estimate, error) {
	looks := make(chan struct{})
	r.mu.Lock()
	free := r.busy.TryLock()
	if free {
		r.looks = looks
	}
	r.mu.Unlock()
	if !free {
		return engine.Estimate{}, errBusy()
	}
	defer func() {
		r.mu.Lock()
		r.looks = nil
		r.busy.Unlock()
		r.mu.Unlock()
		close(looks)
	}()
	url, err := r.Address(ctx, o.Recipe.Weights)
	if err != nil {
		return engine.Estimate{}, err
	}
	w, id, err := r.prepared(ctx)
	if err != nil {
		return engine.Estimate{}, err
	}
	if err := w.Post(protocol.Foresee{ID: id, WeightsURL: url, Outline: o}); err != nil {
		r.end(w)
		return engine.Estimate{}, unavailable(err)
	}
	stop := ctx.Done()
	for {
		select {
		case <-stop:
			stop = nil
			_ = w.Post(protocol.Cancel{ID: id}) // if it is not heard, the line is broken
		case <-w.in.bell:
			list, broken := w.in.take()
			for _, m := range list {
				switch m := m.(type) {
				case protocol.Foreseen:
					if m.ID == id {
						return m.Estimate, nil
					}
				case protocol.Failed:
					if m.ID == id || m.ID == 0 {
						return engine.Estimate{}, m.Err()
					}
				}
			}
			if broken != nil {
				r.end(w)
				return engine.Estimate{}, unavailable(broken)
			}
		}
	}
}

// take takes the worker for something that is not to be disturbed, and says whether it could. It
// waits for what is foreseen.
func (r *Worker) take() bool {
	for !r.busy.TryLock() {
		r.mu.Lock()
		looks := r.looks
		r.mu.Unlock()
		if looks == nil {
			return false
		}
		<-looks
	}
	return true
}
