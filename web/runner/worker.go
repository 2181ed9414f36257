package runner

import (
	"context"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

// A Line is the page's end of the connection to one Web Worker.
type Line interface {
	Post(m protocol.Message) error
	Close() // ends the worker at once, whatever it does
}

// A Worker makes paintings in a Web Worker, which is started early and kept
// from run to run, with its network.
type Worker struct {
	// Open starts a worker that puts what it says into the inbox.
	Open func(in *Inbox) (Line, error)
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
	line, err := r.Open(in)
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

func unavailable(err error) error {
	return &engine.Error{Code: engine.Unavailable, Message: NoWorker, Err: err}
}

// Run makes one painting; only one at a time.
func (r *Worker) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	if !r.take() {
		return nil, errBusy()
	}
	defer r.busy.Unlock()
	began := time.Now()

	report(engine.Progress{Stage: engine.Preparing})
	url, err := r.Address(ctx, req.Recipe.Weights)
	if err != nil {
		return nil, err
	}
	w, id, err := r.prepared(ctx)
	if err != nil {
		return nil, err
	}
	run := &workerRun{running: w, id: id, report: report, reached: reached{began: began, recipe: req.Recipe}}
	err = w.Post(protocol.Start{ID: run.id, WeightsURL: url, Request: req})
	if err != nil {
		r.end(w)
		return nil, unavailable(err)
	}
	told, stopTelling := context.WithCancel(ctx)
	defer stopTelling()
	run.asked = heard(told, req.Control)
	return r.follow(ctx, run)
}

// asked is what the page wants of a run that is under way.
type asked struct {
	paused bool
	recipe *engine.Recipe // or nil
}

// heard returns what the control is told, until ctx ends.
func heard(ctx context.Context, control *engine.Control) <-chan asked {
	if control == nil {
		return nil
	}
	list := make(chan asked)
	go func() {
		for {
			paused, recipe, err := control.Await(ctx)
			if err != nil {
				return
			}
			select {
			case list <- asked{paused, recipe}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return list
}

// ask hands on to the worker what is new.
func (run *workerRun) ask(a asked) error {
	if a.recipe != nil {
		run.recipe = run.recipe.Steered(a.recipe)
		if err := run.Post(protocol.Steer{ID: run.id, Recipe: *a.recipe}); err != nil {
			return err
		}
	}
	if a.paused == run.paused {
		return nil
	}
	run.paused = a.paused
	if a.paused {
		return run.Post(protocol.Pause{ID: run.id})
	}
	return run.Post(protocol.Resume{ID: run.id})
}

// prepared returns a worker that is ready, and the id of what it is asked for next.
func (r *Worker) prepared(ctx context.Context) (*running, int, error) {
	w, err := r.started()
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
				return unavailable(err)
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

// workerRun is one run that is under way.
type workerRun struct {
	*running
	id     int
	report func(engine.Progress)
	asked  <-chan asked
	paused bool
	reached
}

// follow listens to the worker until the run has ended. A worker that does not stop
// when it is asked to is ended; the last preview is then the result.
func (r *Worker) follow(ctx context.Context, run *workerRun) (*engine.Result, error) {
	stop := ctx.Done()
	var late <-chan time.Time
	for {
		select {
		case <-stop:
			stop, late = nil, time.After(r.Grace)
			if err := run.Post(protocol.Cancel{ID: run.id}); err != nil {
				late = time.After(0)
			}
		case <-late:
			r.end(run.running)
			return run.soFar(), engine.AsError(ctx.Err())
		case a := <-run.asked:
			if err := run.ask(a); err != nil {
				r.end(run.running)
				return run.soFar(), unavailable(err)
			}
		case <-run.in.bell:
			list, broken := run.in.take()
			for _, m := range list {
				if result, err, ended := run.hear(m); ended {
					return result, err
				}
			}
			if broken != nil {
				r.end(run.running)
				return run.soFar(), unavailable(broken)
			}
		}
	}
}

// hear takes one message; what belongs to another run is not for it.
func (run *workerRun) hear(m protocol.Message) (result *engine.Result, err error, ended bool) {
	switch m := m.(type) {
	case protocol.Progress:
		if m.ID != run.id {
			return nil, nil, false
		}
		run.note(m.Progress)
		run.report(m.Progress)
	case protocol.Done:
		if m.ID == run.id {
			return m.Result, nil, true
		}
	case protocol.Failed:
		// Without an ID it is about a message that the worker could not read, and the
		// only one it waits for is this run's.
		if m.ID == run.id || m.ID == 0 {
			return m.Result, m.Err(), true
		}
	}
	return nil, nil, false
}
