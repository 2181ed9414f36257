package engine

import "context"

type notesKey struct{}

// WithNotes returns a context by which those who read pictures say what a person should
// know of them, as that a file is cut short. It is how net/http/httptrace passes its hooks:
// decoders of many kinds need not all hand notes through.
func WithNotes(ctx context.Context, take func(note string)) context.Context {
	return context.WithValue(ctx, notesKey{}, take)
}

// Note gives the note to whoever asked for notes with that context, if anybody did.
func Note(ctx context.Context, note string) {
	if take, ok := ctx.Value(notesKey{}).(func(string)); ok && note != "" {
		take(note)
	}
}
