package transfer

import (
	"context"

	"trappedinart/engine"
)

// noted returns a context by which what is said of pictures, while they are read, is
// reported and kept.
func noted(ctx context.Context, report func(engine.Progress)) (context.Context, *[]string) {
	said := new([]string)
	return engine.WithNotes(ctx, func(note string) {
		*said = append(*said, note)
		if report != nil {
			report(engine.Progress{Stage: engine.Preparing, Note: note})
		}
	}), said
}
