// Package engine is the domain of Trapped in Art: what a person asks for
// (Request, with its Recipe), what is said while it runs (Progress), what comes
// out (Result), what can go wrong (Error), and the one who does it (Runner).
//
// It imports the standard library only. The work itself is in its folders:
//
//	pixel     picture files and planes of pixels
//	backend   the operations, and what computes them (ref, cpu)
//	vgg       the network
//	loss      content, Gram, total variation
//	optim     L-BFGS, Adam
//	transfer  the loop that makes the painting
package engine

import (
	"context"
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
	// Palette is a picture whose colours the painting has, as far as the recipe says; may be
	// without data.
	Palette File
	// StartPicture is what a recipe with Start "picture" starts from.
	StartPicture File
	// Smaller is a finished painting of these pictures at a smaller scale of the recipe, as it was
	// saved: the run goes on from it and paints the larger scales alone. May be without data.
	Smaller File
	// Control steers the run while it goes on; it may be nil.
	Control *Control
	// Checkpoint is one of another run, which goes on from there with the checkpoint's
	// recipe, and with the live settings that Control asks for; may be nil. It is refused
	// with other files than it was made with.
	Checkpoint []byte
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
