// Package engine is the domain of Trapped in Art: what a person asks for
// (Request, with its Recipe), what is said while it runs (Progress), what comes
// out (Result), what can go wrong (Error), and who does it (Runner).
//
// It imports the standard library only. The work itself is in its folders:
//
//	pixel     picture files and planes of pixels
//	backend   the operations, and who computes them (ref, cpu)
//	vgg       the network
//	loss      content, Gram, total variation
//	optim     L-BFGS, Adam
//	transfer  the loop that makes the painting
package engine

import (
	"context"
	"image"
	"time"
)

// A Runner makes a painting. It is implemented in process (transfer), by a page
// that talks to its Web Worker, and by a page that talks to a server; a caller
// cannot tell which.
//
// Run reports as it goes, from the goroutine that called it, and never after it
// has returned. A run whose ctx is cancelled stops within one iteration and
// returns what it has so far, if that is a picture, together with an error of
// code Cancelled.
type Runner interface {
	Run(ctx context.Context, req Request, report func(Progress)) (*Result, error)
}

// A Request is all that one painting needs.
type Request struct {
	Recipe  Recipe
	Content File
	// Styles are the paintings to learn from, at least one. Their weights stand
	// in Recipe.StyleWeights.
	Styles []File
	// Masks say where on the photograph each style is painted, in the order of the
	// styles: white there, black elsewhere, grey in between, at any size. A style that
	// has none, or one without data, is painted wherever no other style's mask is.
	Masks []File
	// StyleMasks say likewise which part of each style picture is the style.
	StyleMasks []File
	// Keep is a mask of where the photograph stays as it is; may be without data.
	Keep File
	// Start is the picture that a recipe with Start "picture" starts from.
	Start File
	// Control steers the run while it goes on; it may be nil.
	Control *Control
	// Resume is a checkpoint of another run with the same pictures, which goes on from
	// there with the checkpoint's recipe; may be nil.
	Resume []byte
	// CheckpointEvery is the shortest time between two checkpoints; 0 asks for none.
	CheckpointEvery time.Duration
	// PreviewEvery is the shortest time between two previews; 0 asks for none.
	PreviewEvery time.Duration
}

// A File is a picture as it came: the bytes of a JPEG, PNG, WebP, GIF, BMP or TIFF
// file, and the name by which errors speak of it.
type File struct {
	Name string
	Data []byte
}

// Stages of a run, in their order.
const (
	Queued    = "queued"    // on a server: other jobs are before this one
	Preparing = "preparing" // reading pictures, loading weights, measuring targets
	Fetching  = "fetching"  // in a browser: the network comes over the line, while preparing
	Painting  = "painting"
	Pausing   = "paused"
)

// Progress is one report from a run.
type Progress struct {
	Stage    string
	Position int // in the queue, from 1, when Stage is Queued

	// When Stage is Fetching: what has come of the network, and how much of it the run
	// waits for (0 while that is not known).
	Bytes, TotalBytes int64

	Scale, Scales         int // of the pyramid, from 1
	Width, Height         int // of the picture at this scale
	Iteration, Iterations int // evaluations done and planned at this scale

	// Fraction is the share of the run's arithmetic that is done, 0 to 1, and
	// Remaining the time the rest will take (0 while that is not known).
	Fraction  float64
	Remaining time.Duration

	// Loss is the sum of its parts, in the units of the recipe's loss scaling.
	Loss, Content, Style, Variation float64

	// Estimate is what the run will take, in one report before it paints, or nil.
	Estimate *Estimate

	// Device names who computes, "" for the processor.
	Device string

	// Note is a sentence that a person should read, or "" in most reports.
	Note string

	// Checkpoint is what a run can go on from elsewhere, or nil in most reports.
	Checkpoint []byte

	// Preview is the picture as it is now, or nil in most reports.
	Preview *image.NRGBA
}

// An Estimate is what a run will take.
type Estimate struct {
	Time   time.Duration
	Bytes  int64 // of memory at most
	Blocks int   // in which the largest scale is painted, one after the other; 1 is the whole
}

// A Result is a finished painting, or as far as one got.
type Result struct {
	Picture *image.NRGBA // sRGB, 8 bits, with the alpha of the content

	// Deep is Picture in 16 bits, from a runner in process that is asked for it, and nil
	// otherwise: it does not cross to a page or from a server, where nothing shows more
	// than 8 bits.
	Deep *image.NRGBA64

	Recipe     Recipe // as it was run, nothing left to defaults
	Iterations int    // evaluations of the loss, over all scales
	Checkpoint []byte // of a run that was stopped, if checkpoints were asked for
	Loss       float64
	// StyleDistance is how near the painting came, in the last evaluation: the mean of
	// sum (G-A)^2 / sum A^2 over style layers and copies.
	StyleDistance float64
	Elapsed       time.Duration
	Notes         []string // what a person should know of it
}
