package engine

import (
	"encoding/json"
	"image"
	"math"
	"strings"
	"time"
)

// Stages of a run, in their order.
const (
	Queued    = "queued"    // on a server: other jobs are before this one
	Preparing = "preparing" // reading pictures, loading weights, measuring targets
	Fetching  = "fetching"  // in a browser: the network comes over the line, while preparing
	Painting  = "painting"
	Pausing   = "paused"
)

// Progress is one report from a run. Its JSON is the same wherever it crosses; what
// pictures and checkpoints it has cross beside it.
type Progress struct {
	Stage    string `json:"stage" doc:"queued, preparing, fetching, painting or paused"`
	Position int    `json:"position,omitempty"` // in the queue, from 1, when Stage is Queued

	// When Stage is Fetching: what has come of the network, and how much of it the run
	// waits for (0 while that is not known).
	Bytes      int64 `json:"bytes,omitempty" doc:"Bytes of the network that have been downloaded, in a browser"`
	TotalBytes int64 `json:"total_bytes,omitempty" doc:"How much of the network the run waits for"`

	Scale      int `json:"scale"` // of the pyramid, from 1
	Scales     int `json:"scales"`
	Width      int `json:"width"` // of the picture at this scale
	Height     int `json:"height"`
	Iteration  int `json:"iteration"` // evaluations done and planned at this scale
	Iterations int `json:"iterations"`

	// Fraction is the share of the run's arithmetic that is done, 0 to 1, and
	// Remaining the time the rest will take (0 while that is not known).
	Fraction  Float   `json:"fraction" nullable:"true" doc:"The share of the work that is done, 0 to 1"`
	Remaining Seconds `json:"remaining_seconds" doc:"0 while it is not known"`

	// Loss is the sum of its parts, in the units of the recipe's loss scaling.
	Loss      Float `json:"loss" nullable:"true" doc:"null if it has run away"`
	Content   Float `json:"content" nullable:"true"`
	Style     Float `json:"style" nullable:"true"`
	Variation Float `json:"variation" nullable:"true"`

	// Estimate is what the run will take, in one report before it paints, or nil.
	Estimate *Estimate `json:"estimate,omitempty"`

	// Device says in words who computes: a graphics card by its name, or so many processor cores.
	Device string `json:"device,omitempty" doc:"Who computes: a graphics card by its name, or so many processor cores"`

	// Note is a sentence that a person should read, or "" in most reports.
	Note string `json:"note,omitempty" doc:"Something that happened, in a sentence for people"`

	// Checkpoint is what a run can go on from elsewhere, or nil in most reports.
	Checkpoint []byte `json:"-"`

	// Preview is the picture as it is now, or nil in most reports.
	Preview *image.NRGBA `json:"-"`
}

// Over returns p with what an earlier report said that is said once, or seldom: for a caller that
// has not shown the earlier one yet and will show only this.
func (p Progress) Over(earlier Progress) Progress {
	if p.Preview == nil {
		p.Preview = earlier.Preview
	}
	if p.Checkpoint == nil {
		p.Checkpoint = earlier.Checkpoint
	}
	if p.Estimate == nil {
		p.Estimate = earlier.Estimate
	}
	switch {
	case p.Note == "", strings.Contains(earlier.Note, p.Note):
		p.Note = earlier.Note
	case earlier.Note != "" && !strings.Contains(p.Note, earlier.Note):
		p.Note = earlier.Note + " " + p.Note
	}
	return p
}

// An Estimate is what a run will take.
type Estimate struct {
	Size   int     `json:"size"` // the longer side of the result
	Time   Seconds `json:"seconds"`
	Bytes  int64   `json:"bytes"`  // of memory at most
	Blocks int     `json:"blocks"` // in which the largest scale is painted, one after the other; 1 is the whole
}

// A Result is a finished painting, or as far as one got. Its JSON is all but pictures
// and checkpoint.
type Result struct {
	Picture *image.NRGBA `json:"-"` // sRGB, 8 bits, with the alpha of the content

	// Deep is Picture in 16 bits, from a runner in process that is asked for it, and nil
	// otherwise: it does not cross to a page or from a server, where nothing shows more
	// than 8 bits.
	Deep *image.NRGBA64 `json:"-"`

	Recipe     Recipe `json:"recipe"`     // as it was run, nothing left to defaults
	Iterations int    `json:"iterations"` // evaluations of the loss, over all scales
	Checkpoint []byte `json:"-"`          // of a run that was stopped, if checkpoints were asked for
	Loss       Float  `json:"loss" nullable:"true"`
	// StyleDistance is how near the painting came, in the last evaluation: the mean of
	// sum (G-A)^2 / sum A^2 over style layers and copies.
	StyleDistance Float `json:"style_distance" nullable:"true"`
	// StyleFactor is what the weight of style was found to need beside the recipe's: a larger
	// painting that goes on from this one begins with it. It is in the file of the painting.
	StyleFactor Float    `json:"style_factor" nullable:"true"`
	Elapsed     Seconds  `json:"elapsed_seconds"`
	Notes       []string `json:"notes,omitempty"` // what a person should know of it
}

// A Float is a float64 whose NaN and infinities, for which JSON has no word, are written
// as null and read as NaN: a loss that has run away is still worth a report.
type Float float64

// MarshalJSON writes the value, or null.
func (n Float) MarshalJSON() ([]byte, error) {
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads the value, or null.
func (n *Float) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = Float(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(n))
}

// Seconds is a time, which JSON has as a number of seconds.
type Seconds float64

// SecondsOf returns d in seconds.
func SecondsOf(d time.Duration) Seconds { return Seconds(d.Seconds()) }

// Duration returns the time as the standard library has it; beyond what that holds, the
// longest.
func (s Seconds) Duration() time.Duration {
	if !(float64(s) < math.MaxInt64/float64(time.Second)) {
		return math.MaxInt64
	}
	return time.Duration(float64(s) * float64(time.Second))
}
