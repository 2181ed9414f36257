package runner

import (
	"context"
	"errors"
	"slices"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

// mostTries is how many workers may end one after the other before the painting has come to
// another checkpoint.
const mostTries = 5

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
	told, stopTelling := context.WithCancel(ctx)
	defer stopTelling()
	run := &workerRun{
		report: report, asked: heard(told, req.Control), reached: reached{began: began, recipe: req.Recipe},
		start: protocol.Start{WeightsURL: url, Request: req},
	}
	for {
		result, err := r.attempt(ctx, run)
		if !errors.As(err, new(errLost)) {
			return run.withNotes(result), err
		}
		if ctx.Err() != nil {
			return run.soFar(), engine.AsError(ctx.Err())
		}
		if !r.anew(run) {
			return run.soFar(), run.giveUp(err)
		}
	}
}

// attempt has a worker paint until the run has ended, or the worker has.
func (r *Worker) attempt(ctx context.Context, run *workerRun) (*engine.Result, error) {
	w, id, err := r.prepared(ctx)
	if err != nil {
		return nil, err
	}
	run.running, run.start.ID = w, id
	if err := run.begin(); err != nil {
		r.end(w)
		return nil, lost(err)
	}
	return r.follow(ctx, run)
}

// anew prepares another attempt, with less of the device, and says so; or says that there were
// enough.
func (r *Worker) anew(run *workerRun) bool {
	if run.kept {
		run.tries, run.kept = 0, false
		if data := run.Checkpoint(); data != nil {
			run.start.Request.Checkpoint = data
		}
	}
	if run.tries++; run.tries > mostTries {
		return false
	}
	before, after := r.restrict(run.tries > 1)
	p := run.last
	if p.Stage == "" {
		p.Stage = engine.Preparing
	}
	p.Preview, p.Checkpoint, p.Estimate = nil, nil, nil
	p.Note = after.began(before, run.start.Request.Checkpoint != nil)
	run.note(p)
	run.report(p)
	return true
}

// heard returns what the control is told, until ctx ends.
func heard(ctx context.Context, control *engine.Control) <-chan engine.Asked {
	if control == nil {
		return nil
	}
	list := make(chan engine.Asked)
	go func() {
		for {
			asked, err := control.Await(ctx)
			if err != nil {
				return
			}
			select {
			case list <- asked:
			case <-ctx.Done():
				return
			}
		}
	}()
	return list
}

// ask hands on to the worker what is new.
func (run *workerRun) ask(a engine.Asked) error {
	if a.Recipe != nil {
		run.recipe, run.steered = run.recipe.Steered(a.Recipe), a.Recipe
		if err := run.Post(protocol.Steer{ID: run.start.ID, Recipe: *a.Recipe}); err != nil {
			return err
		}
	}
	if a.Save {
		if err := run.Post(protocol.Save{ID: run.start.ID}); err != nil {
			return err
		}
	}
	if a.Paused == run.paused {
		return nil
	}
	run.paused = a.Paused
	if a.Paused {
		return run.Post(protocol.Pause{ID: run.start.ID})
	}
	return run.Post(protocol.Resume{ID: run.start.ID})
}

// workerRun is one run that is under way.
type workerRun struct {
	*running // the worker that has it; nil before there is one
	start    protocol.Start
	report   func(engine.Progress)
	asked    <-chan engine.Asked
	paused   bool
	steered  *engine.Recipe // the latest that was asked for, or nil
	tries    int            // workers that have ended since the last checkpoint
	kept     bool           // this worker has sent a checkpoint
	reached
}

// begin hands the run to its worker, as it was asked to be.
func (run *workerRun) begin() error {
	list := []protocol.Message{run.start}
	if run.steered != nil {
		list = append(list, protocol.Steer{ID: run.start.ID, Recipe: *run.steered})
	}
	if run.paused {
		list = append(list, protocol.Pause{ID: run.start.ID})
	}
	for _, m := range list {
		if err := run.Post(m); err != nil {
			return err
		}
	}
	return nil
}

// soFar returns the last preview as a result, or nil.
func (run *workerRun) soFar() *engine.Result {
	if run.last.Preview == nil && run.running != nil {
		run.last.Preview = run.Preview()
	}
	return run.reached.soFar()
}

// withNotes adds to a result what was said before a worker took over.
func (run *workerRun) withNotes(result *engine.Result) *engine.Result {
	if result == nil {
		return nil
	}
	for i, note := range run.notes {
		if !slices.Contains(result.Notes, note) {
			result.Notes = slices.Insert(result.Notes, min(i, len(result.Notes)), note)
		}
	}
	return result
}

// giveUp is how a run ends that no worker could finish.
func (run *workerRun) giveUp(why error) error {
	if run.running == nil { // none was ever ready
		return why
	}
	return &engine.Error{Code: engine.Unavailable, Message: engineStops, Err: why}
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
			if err := run.Post(protocol.Cancel{ID: run.start.ID}); err != nil {
				late = time.After(0)
			}
		case <-late:
			r.end(run.running)
			return run.soFar(), engine.AsError(ctx.Err())
		case a := <-run.asked:
			if err := run.ask(a); err != nil {
				r.end(run.running)
				return nil, lost(err)
			}
		case <-run.in.bell:
			list, broken := run.in.take()
			for _, m := range list {
				result, err, ended := run.hear(m)
				if errors.As(err, new(errLost)) {
					r.end(run.running)
				}
				if ended {
					return result, err
				}
			}
			if broken != nil {
				r.end(run.running)
				return nil, lost(broken)
			}
		}
	}
}

// hear takes one message; what belongs to another run is not for it.
func (run *workerRun) hear(m protocol.Message) (result *engine.Result, err error, ended bool) {
	switch m := m.(type) {
	case protocol.Progress:
		if m.ID == run.start.ID {
			run.hearProgress(m.Progress)
		}
	case protocol.Done:
		if m.ID == run.start.ID {
			return m.Result, nil, true
		}
	case protocol.Failed:
		// Without an ID it is about a message that the worker could not read, and the
		// only one it waits for is this run's.
		if m.Broken && m.ID == run.start.ID {
			return nil, lost(m.Err()), true
		}
		if m.ID == run.start.ID || m.ID == 0 {
			return m.Result, m.Err(), true
		}
	}
	return nil, nil, false
}

// hearProgress takes a report. Of how a worker gets ready that has taken another's place only
// notes are handed on: the painting is where it was.
func (run *workerRun) hearProgress(p engine.Progress) {
	if p.Checkpoint != nil {
		run.kept = true
	}
	if run.tries > 0 && p.Stage != engine.Painting && p.Stage != engine.Pausing && run.last.Stage == engine.Painting {
		if p.Note == "" {
			return
		}
		note := p.Note
		p = run.last
		p.Preview, p.Checkpoint, p.Note = nil, nil, note
	}
	run.note(p)
	run.report(p)
}
