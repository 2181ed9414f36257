// Package run is what the page knows of the run that makes a painting: a state machine whose
// phases have names, and each what belongs to it. It knows no browser and no runner.
//
//	idle ── Begin ──▸ preparing ── Hear ──▸ running ◂── Hear, Resume ──▸ paused
//	preparing, running, paused ── End ──▸ done, failed, or idle if nothing came of it
//	idle, done, failed ── Find ──▸ interrupted ── TakeUp, LetGo ──▸ idle
//	idle, done, failed ── Show ──▸ done ── Continue ──▸ idle;  Clear ──▸ idle
//
// A phase ignores the events that it does not know.
package run

import (
	"context"
	"time"

	"trappedinart/engine"
)

// A Job is what a run that is under way has.
type Job struct {
	// Stop asks it to end, once.
	Stop context.CancelFunc
	// Control steers it and lets it wait.
	Control *engine.Control
	// Where it is painted: a server, or "" for here.
	Where string
	// Upload is how many bytes are on their way there, or 0.
	Upload int

	stopping bool
}

// A Run is the machine. Its zero value is not ready: New makes one.
type Run struct {
	// Progress is the last report of the run that is under way or was, without pictures.
	Progress engine.Progress
	// Losses are those of all reports.
	Losses Losses
	// Result is what the page shows of a run that has ended, or nil.
	Result *engine.Result

	phase Phase
	then  []func()
}

// New returns a run that is idle.
func New() *Run { return &Run{phase: Idle{}} }

// Phase is where it is.
func (r *Run) Phase() Phase { return r.phase }

// job is that of the run which is under way, or nil.
func (r *Run) job() *Job {
	switch p := r.phase.(type) {
	case Preparing:
		return p.Job
	case Running:
		return p.Job
	case Paused:
		return p.Job
	}
	return nil
}

// Busy says whether pictures are taken by a run, be it an interrupted one.
func (r *Run) Busy() bool {
	_, waits := r.phase.(Interrupted)
	return waits || r.job() != nil
}

// Waits says whether the run waits for Resume.
func (r *Run) Waits() bool { return r.phase.State() == statePaused }

// Paints says whether iterations are made.
func (r *Run) Paints() bool { return r.phase.State() == stateRunning }

// Stopping says whether the run was asked to end and has not yet.
func (r *Run) Stopping() bool {
	j := r.job()
	return j != nil && j.stopping
}

// Control is that of the run that is under way, or nil.
func (r *Run) Control() *engine.Control {
	if j := r.job(); j != nil {
		return j.Control
	}
	return nil
}

// Begin starts a run, if none has the pictures.
func (r *Run) Begin(j Job) bool {
	if r.Busy() {
		return false
	}
	r.forget()
	r.phase = Preparing{Job: &j}
	return true
}

// forget drops what is known of a run before.
func (r *Run) forget() { r.Result, r.Progress, r.Losses = nil, engine.Progress{}, Losses{} }

// Hear takes a report of the run that is under way, and says whether there is one.
func (r *Run) Hear(p engine.Progress) bool {
	j := r.job()
	if j == nil {
		return false
	}
	switch p.Stage {
	case engine.Painting:
		r.phase = Running{Job: j, Scale: p.Scale, Scales: p.Scales}
	case engine.Pausing:
		r.phase = Paused{Job: j}
	default:
		if _, ok := r.phase.(Preparing); ok {
			r.phase = Preparing{Job: j, Stage: p.Stage, Position: p.Position, Bytes: p.Bytes, Total: p.TotalBytes}
		}
	}
	r.Losses.add(p)
	r.Progress = p
	r.Progress.Preview, r.Progress.Checkpoint = nil, nil
	return true
}

// Sent says that what was on its way has arrived.
func (r *Run) Sent() {
	if j := r.job(); j != nil {
		j.Upload = 0
	}
}

// Pausable says whether the run could be let wait once it paints. Others wait for a server's
// worker.
func (r *Run) Pausable() bool {
	j := r.job()
	return j != nil && j.Control != nil && j.Where == "" && !r.Waits()
}

// Pause asks the run to wait, which it does when it says so.
func (r *Run) Pause() {
	if c := r.Control(); c != nil {
		c.Pause()
	}
}

// Save asks the run to keep how far it is.
func (r *Run) Save() {
	if c := r.Control(); c != nil {
		c.Save()
	}
}

// Resume lets a run that waits go on.
func (r *Run) Resume() {
	if p, ok := r.phase.(Paused); ok {
		p.Control.Resume()
		r.phase = Running{Job: p.Job, Scale: r.Progress.Scale, Scales: r.Progress.Scales}
	}
}

// Steer asks the run that is under way for other settings.
func (r *Run) Steer(recipe engine.Recipe) error {
	if c := r.Control(); c != nil {
		return c.Change(recipe)
	}
	return nil
}

// Stop asks the run to end.
func (r *Run) Stop() {
	if j := r.job(); j != nil && !j.stopping {
		j.stopping = true
		j.Stop()
	}
}

// End takes the result of the run that was under way, or why there is none, or both if it was
// stopped. Proceed does what waits for the end.
func (r *Run) End(result *engine.Result, err error, took time.Duration) {
	if r.job() == nil {
		return
	}
	r.Result = result
	done := Done{Took: took}
	if result != nil && result.Picture != nil {
		done.Size = result.Picture.Rect.Size()
	}
	switch e := engine.AsError(err); {
	case e == nil:
		r.phase = done
	case e.Code == engine.Cancelled && result != nil:
		done.Stopped = true
		r.phase = done
	case e.Code == engine.Cancelled:
		r.phase = Idle{}
	default:
		r.phase = Failed{}
	}
}

// Find takes a run that an earlier visit was closed on. It waits for TakeUp or LetGo.
func (r *Run) Find(found Interrupted) bool {
	if r.Busy() {
		return false
	}
	r.phase = found
	return true
}

// TakeUp hands out the run that was interrupted, for beginning again.
func (r *Run) TakeUp() (found Interrupted, ok bool) {
	if found, ok = r.phase.(Interrupted); ok {
		r.phase = Idle{}
	}
	return found, ok
}

// LetGo gives up the run that was interrupted.
func (r *Run) LetGo() bool {
	_, ok := r.TakeUp()
	return ok
}

// Show takes a result of the history, by its id.
func (r *Run) Show(result *engine.Result, id string) bool {
	if r.Busy() {
		return false
	}
	r.forget()
	r.Result, r.phase = result, Done{From: id}
	if result.Picture != nil {
		r.phase = Done{From: id, Size: result.Picture.Rect.Size()}
	}
	return true
}

// Continue makes a result of the history what the next run begins with.
func (r *Run) Continue() bool {
	d, ok := r.phase.(Done)
	if ok && d.From != "" {
		r.phase = Idle{From: d.From}
	}
	return ok && d.From != ""
}

// Clear forgets the result and how far it was, as of other pictures.
func (r *Run) Clear() bool {
	if r.Busy() {
		return false
	}
	r.Result, r.Progress, r.phase = nil, engine.Progress{}, Idle{}
	return true
}

// Stopped says whether the result is one of a run that was stopped before its end.
func (r *Run) Stopped() bool {
	d, ok := r.phase.(Done)
	return ok && d.Stopped
}

// From is the id of the entry of the history that is shown, or "".
func (r *Run) From() string {
	switch p := r.phase.(type) {
	case Idle:
		return p.From
	case Done:
		return p.From
	}
	return ""
}

// Then keeps what waits for the end of the run.
func (r *Run) Then(acts ...func()) { r.then = append(r.then, acts...) }

// Proceed does what waited for the end.
func (r *Run) Proceed() {
	acts := r.then
	r.then = nil
	for _, act := range acts {
		act()
	}
}
