package runner

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

// A Line is the page's end of the connection to one Web Worker.
type Line interface {
	Post(m protocol.Message) error
	// Checkpoint returns the latest that the run which was started last has sent, also after the
	// worker's end, or nil.
	Checkpoint() []byte
	// Preview returns likewise the latest preview that did not come by the inbox.
	Preview() *image.NRGBA
	Close() // ends the worker at once, whatever it does
}

// A Worker makes paintings in a Web Worker, which is started early and kept
// from run to run, with its network. One that ends in the middle of a painting has another
// take its place, which goes on from the last checkpoint with less of the device.
type Worker struct {
	// Open starts a worker that puts what it says into the inbox.
	Open func(in *Inbox, means Means) (Line, error)
	// Means are what the next worker gets. They become less when workers end by themselves.
	Means Means
	// Address returns where the network of that name is.
	Address func(ctx context.Context, name string) (string, error)
	// Patience is how long a worker may take to be ready, and Grace how long it may
	// take to stop before it is ended.
	Patience, Grace time.Duration

	busy sync.Mutex // held by a run

	mu     sync.Mutex
	worker *running
	lastID int
	looks  chan struct{} // closed when what is foreseen is; nil if nothing is
}

var _ engine.Runner = (*Worker)(nil)

// ErrHelper says that a worker's helper has ended, and the worker may wait for it for ever.
var ErrHelper = errors.New("a helper ended")

// errLost says that a worker has ended, or cannot go on, and another may. To others it is an
// engine that is unavailable.
type errLost struct{ error }

func (e errLost) Unwrap() error { return e.error }

func lost(why error) error { return errLost{unavailable(why)} }

// running is a worker that was started.
type running struct {
	Line
	in    *Inbox
	ready bool // it said so
}

// Warm starts the worker, so that the first run need not wait for it.
func (r *Worker) Warm() error {
	_, err := r.started()
	return err
}

// Fetch has the worker get the network at that address, before a run needs it.
func (r *Worker) Fetch(address string) error {
	w, err := r.started()
	if err != nil {
		return err
	}
	return w.Post(protocol.Fetch{WeightsURL: address})
}

func (r *Worker) started() (*running, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.worker != nil {
		return r.worker, nil
	}
	in := newInbox()
	line, err := r.Open(in, r.Means)
	if err != nil {
		return nil, unavailable(err)
	}
	r.worker = &running{Line: line, in: in}
	return r.worker, nil
}

// end closes the worker; the next run starts another.
func (r *Worker) end(w *running) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Close()
	if r.worker == w {
		r.worker = nil
	}
}

// restrict has the next worker get less.
func (r *Worker) restrict(again bool) (before, after Means) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before = r.Means
	r.Means = before.less(again)
	return before, r.Means
}

func unavailable(err error) error {
	return &engine.Error{Code: engine.Unavailable, Message: NoWorker, Err: err}
}

// prepared returns a worker that is ready, and the id of what it is asked for next. One that
// ended while nobody wanted anything of it is replaced.
func (r *Worker) prepared(ctx context.Context) (*running, int, error) {
	if err := ctx.Err(); err != nil { // the worker would begin what nobody waits for
		return nil, 0, err
	}
	w, err := r.started()
	if err == nil && w.ready && w.in.ended() {
		r.end(w)
		w, err = r.started()
	}
	if err != nil {
		return nil, 0, err
	}
	if err := r.awaitReady(ctx, w); err != nil {
		return nil, 0, err
	}
	r.lastID++
	return w, r.lastID, nil
}

func (r *Worker) awaitReady(ctx context.Context, w *running) error {
	late := time.NewTimer(r.Patience)
	defer late.Stop()
	for !w.ready {
		select {
		case <-w.in.bell:
			list, err := w.in.take()
			for _, m := range list {
				if _, ok := m.(protocol.Ready); ok {
					w.ready = true
				}
			}
			if err != nil {
				r.end(w)
				return lost(err)
			}
		case <-late.C:
			r.end(w)
			return unavailable(context.DeadlineExceeded)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
