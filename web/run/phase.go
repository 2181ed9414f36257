package run

import (
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

func (Idle) Text() string { return words.T("Ready.") }
func (Interrupted) Text() string {
	return words.T("This painting was interrupted. Resume continues where it stopped.")
}
func (Failed) Text() string { return words.T("That did not work.") }

func (p Preparing) Text() string {
	switch {
	case p.stopping:
		return words.T("Stopping …")
	case p.Stage == engine.Queued:
		return words.T("Waiting for the server, number %d in the queue …", p.Position)
	case p.Stage == engine.Fetching:
		return words.T("Downloading the network …")
	case p.Upload > 0:
		return words.T("Sending %s to %s …", words.Bytes(p.Upload), p.Where)
	}
	return words.T("Getting ready …")
}

func (p Running) Text() string {
	if p.stopping {
		return words.T("Stopping …")
	}
	return words.T("Scale %d of %d.", p.Scale, p.Scales)
}

func (p Paused) Text() string {
	if p.stopping {
		return words.T("Stopping …")
	}
	return words.T("Paused.")
}

func (d Done) Text() string {
	switch {
	case d.Stopped:
		return words.T("Stopped after %s. This is the result so far.", words.Duration(d.Took))
	case d.From != "":
		return words.T("From the history.")
	}
	return words.T("Done in %s: %d × %d.", words.Duration(d.Took), d.Size.X, d.Size.Y)
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
		text = words.T("Scale %d of %d · %d of %d", p.Scale, p.Scales, p.Iteration, p.Iterations)
	default:
		return text
	}
	if p.Remaining > 0 {
		text += words.T(" · %s left", words.Duration(p.Remaining.Duration()))
	}
	switch j := r.job(); {
	case p.Device == "":
	case j != nil && j.Where != "":
		text += words.T(" · server: %s", words.Translate(p.Device))
	default:
		text += " · " + words.Translate(p.Device)
	}
	return text
}

// FetchingText says how far it is, both in the unit of the whole.
func FetchingText(bytes, total int64) string {
	if total < 1e6 {
		return words.T("Downloading the network: %d of %d KB", bytes/1000, (total+999)/1000)
	}
	return words.T("Downloading the network: %.1f of %.1f MB", float64(bytes)/1e6, float64(total)/1e6)
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
