// Package await is how tests wait for other goroutines, processes and servers that
// report no event: they ask again and again. Every wait has a bound, and says what it
// was for if that does not come.
package await

import (
	"context"
	"iter"
	"testing"
	"time"
)

const (
	// patience is how long a test waits: what has not come by then, on a slow machine with
	// much else to do, does not come.
	patience = time.Minute
	// pause is how long a test does something else before it asks again.
	pause = 5 * time.Millisecond
)

// That returns when done does, and fails the test if that takes more than a minute. The
// string names the event, as in "the job to be done".
func That(t testing.TB, what string, done func() bool) {
	t.Helper()
	Right(t, what, func() string {
		if done() {
			return ""
		}
		return "it has not come"
	})
}

// Right is That for what can be wrong in several ways: wrong says how, and "" when nothing is.
func Right(t testing.TB, what string, wrong func() string) {
	t.Helper()
	within(t, patience, what, wrong)
}

func within(t testing.TB, patience time.Duration, what string, wrong func() string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	last := ""
	for range Turns(ctx, pause) {
		if last = wrong(); last == "" {
			return
		}
	}
	t.Fatalf("waited %s for %s: %s", patience, what, last)
}

// Turns are counted from 0 and come one after the other with a pause between, until ctx ends.
func Turns(ctx context.Context, pause time.Duration) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; ctx.Err() == nil && yield(i); i++ {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
	}
}

// Time lets so much time pass, for tests of what time alone does: that something expires, or
// that a deadline is none.
func Time(t testing.TB, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}
