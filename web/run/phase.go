package run

import (
	"fmt"
	"image"
	"time"

	"trappedinart/engine"
	"trappedinart/web/words"
)

// A Phase is where a run is. It is one of the types of this file.
type Phase interface {
	// State is the phase in a word, of six, for style sheets and tests.
	State() string
	// Text is what is announced: it changes with the phase and the scale only.
	Text() string
}

const (
	stateIdle    = "idle"
	stateLoading = "loading"
	stateRunning = "running"
	statePaused  = "paused"
	stateDone    = "done"
	stateFailed  = "failed"
)

// Idle is before the first run, and after one of which nothing came.
type Idle struct {
	From string // the id of a result of the history that the next run begins with, or ""
}

// Preparing is from Start to the first iteration.
type Preparing struct {
	*Job
	Stage        string // of the last report: engine.Queued, engine.Fetching or another
	Position     int    // in the queue
	Bytes, Total int64  // of the network; Total is 0 if that is not known
}

// Running is while it paints.
type Running struct {
	*Job
	Scale, Scales int
}

// Paused is a run that waits for Resume.
type Paused struct{ *Job }

// Interrupted is a run that an earlier visit to the page was closed on.
type Interrupted struct {
	Recipe engine.Recipe
	// Checkpoint is what it goes on from, in the browser's keeping, or nil if it did not come
	// that far.
	Checkpoint any
}

// Done is a run that has a result.
type Done struct {
	Took    time.Duration
	Size    image.Point
	Stopped bool   // by the person, before the end
	From    string // the id of the entry of the history that is shown, or "" if it was just made
}

// Failed is a run that ended by an error, which is told elsewhere.
type Failed struct{}

func (Idle) State() string        { return stateIdle }
func (Preparing) State() string   { return stateLoading }
func (Running) State() string     { return stateRunning }
func (Paused) State() string      { return statePaused }
func (Interrupted) State() string { return statePaused }
func (Done) State() string        { return stateDone }
func (Failed) State() string      { return stateFailed }

func (Idle) Text() string        { return words.Idle }
func (Interrupted) Text() string { return words.Interrupted }
func (Failed) Text() string      { return words.Failed }

func (p Preparing) Text() string {
	switch {
	case p.stopping:
		return words.Stopping
	case p.Stage == engine.Queued:
		return fmt.Sprintf(words.Queued, p.Position)
	case p.Stage == engine.Fetching:
		return words.Fetching
	case p.Upload > 0:
		return fmt.Sprintf(words.Sending, words.Bytes(p.Upload), p.Where)
	}
	return words.Loading
}

func (p Running) Text() string {
	if p.stopping {
		return words.Stopping
	}
	return fmt.Sprintf(words.Scale, p.Scale, p.Scales)
}

func (p Paused) Text() string {
	if p.stopping {
		return words.Stopping
	}
	return words.Paused
}

func (d Done) Text() string {
	switch {
	case d.Stopped:
		return fmt.Sprintf(words.Stopped, words.Duration(d.Took))
	case d.From != "":
		return words.Shown
	}
	return fmt.Sprintf(words.Done, words.Duration(d.Took), d.Size.X, d.Size.Y)
}

// fetches says whether the network is on its way, and how much of it.
func (p Preparing) fetches() bool { return p.Stage == engine.Fetching && p.Total > 0 }

// Fetches says whether Fine has how much of the network has come.
func (r *Run) Fetches() bool {
	p, ok := r.phase.(Preparing)
	return ok && p.fetches()
}

// Fine is what the eye reads while a run is under way: more than is announced.
func (r *Run) Fine() string {
	text, p := r.phase.Text(), r.Progress
	if r.Stopping() {
		return text
	}
	switch phase := r.phase.(type) {
	case Preparing:
		if phase.fetches() {
			return FetchingText(phase.Bytes, phase.Total)
		}
	case Running:
		text = fmt.Sprintf(words.Running, p.Scale, p.Scales, p.Iteration, p.Iterations)
	default:
		return text
	}
	if p.Remaining > 0 {
		text += fmt.Sprintf(words.Left, words.Duration(p.Remaining.Duration()))
	}
	if p.Device != "" {
		text += fmt.Sprintf(words.On, p.Device)
	}
	return text
}

// FetchingText says how far it is, both in the unit of the whole.
func FetchingText(bytes, total int64) string {
	if total < 1e6 {
		return fmt.Sprintf(words.FetchingKB, bytes/1000, (total+999)/1000)
	}
	return fmt.Sprintf(words.FetchingMB, float64(bytes)/1e6, float64(total)/1e6)
}

// Fraction is how much of the run, or of fetching its network, is done, 0 to 1.
func (r *Run) Fraction() float64 {
	switch p := r.phase.(type) {
	case Done:
		return 1
	case Preparing:
		if p.fetches() {
			return min(1, float64(p.Bytes)/float64(p.Total))
		}
	}
	return float64(r.Progress.Fraction)
}
