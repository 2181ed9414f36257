// Package protocol is what the page and its Web Worker say to each other: typed
// messages, each of which crosses as a JSON header and named parts. The parts are what is
// large, picture files, pixels and checkpoints, and are handed over without being written
// into the JSON.
//
// Decode believes nothing: kinds, counts, lengths and sizes are checked, and a
// message that does not hold together is an error, never a panic. The package does
// not use syscall/js and is tested natively; package browser carries its messages.
package protocol

import (
	"image"

	"trappedinart/engine"
)

// Limits of one message.
const (
	MaxHeader     = 1 << 20  // bytes of JSON
	MaxFile       = 64 << 20 // bytes of one picture file
	MaxPixels     = 64 << 20 // of one picture
	MaxParts      = engine.MaxParts
	MaxCheckpoint = 1 << 30 // bytes
	MaxNameLength = 1024    // bytes of a file's name or an address
	MaxGrown      = 1 << 20 // pixels of a picture on which scribbles are grown
)

// A Message is one of Start, Fetch, Foresee, Steer, Pause, Resume, Save, Cancel, Grow, Ready,
// Progress, Done, Failed, Foreseen and Grown.
type Message interface{ kind() string }

// Start asks the worker for a painting, by the network at WeightsURL. ID, which the page
// chooses, is repeated in every answer. The request's Control stays where it is; Steer,
// Pause, Resume and Save carry what it is told.
type Start struct {
	ID         int
	WeightsURL string
	Request    engine.Request
}

// Fetch asks the worker to get a network before a run needs it. There is no answer.
type Fetch struct{ WeightsURL string }

// Foresee asks what a painting takes, by the network at WeightsURL. ID is repeated in the answer,
// which is Foreseen or Failed.
type Foresee struct {
	ID         int
	WeightsURL string
	Outline    engine.Outline
}

// Foreseen is what the painting takes.
type Foreseen struct {
	ID       int
	Estimate engine.Estimate
}

// Steer asks for the live settings of another recipe in the run ID.
type Steer struct {
	ID     int
	Recipe engine.Recipe
}

// Pause lets the run ID wait before its next iteration, and Resume go on.
type (
	Pause  struct{ ID int }
	Resume struct{ ID int }
)

// Save asks the run ID for a checkpoint.
type Save struct{ ID int }

// Cancel asks the worker to stop the run ID. A run that has ended is not disturbed.
type Cancel struct{ ID int }

// Grow asks for scribbles grown to borders, as segment.Grow does by what the network at
// WeightsURL sees, or by colours alone if that is empty. ID is repeated in the answer, which
// is Grown or Failed.
type Grow struct {
	ID         int
	WeightsURL string
	Picture    *image.NRGBA
	Seeds      []byte // [h*w]
}

// Grown is how surely each place belongs with those that are inside, 0 to 255.
type Grown struct {
	ID   int
	Mask []byte // [h*w]
}

// Ready is the worker's first message.
type Ready struct{ Version string }

// Progress is one report of the run ID.
type Progress struct {
	ID int
	engine.Progress
}

// Done ends the run ID with a painting.
type Done struct {
	ID     int
	Result *engine.Result
}

// Failed ends the run ID without one, or, if it was cancelled, with the painting as
// far as it got; Result is nil if it got nowhere. A worker that says Broken makes no more
// paintings: another one may.
type Failed struct {
	ID      int
	Code    engine.Code
	Message string
	Result  *engine.Result
	Broken  bool
}

// Err returns the error that the message carries, as the engine gave it.
func (m Failed) Err() *engine.Error {
	return &engine.Error{Code: m.Code, Message: m.Message}
}

func (Start) kind() string    { return "start" }
func (Fetch) kind() string    { return "fetch" }
func (Foresee) kind() string  { return "foresee" }
func (Foreseen) kind() string { return "foreseen" }
func (Steer) kind() string    { return "steer" }
func (Pause) kind() string    { return "pause" }
func (Resume) kind() string   { return "resume" }
func (Save) kind() string     { return "save" }
func (Cancel) kind() string   { return "cancel" }
func (Grow) kind() string     { return "grow" }
func (Grown) kind() string    { return "grown" }
func (Ready) kind() string    { return "ready" }
func (Progress) kind() string { return "progress" }
func (Done) kind() string     { return "done" }
func (Failed) kind() string   { return "failed" }
