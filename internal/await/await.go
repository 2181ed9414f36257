// Package await is how tests wait for what happens in other goroutines and processes, and
// has no event to wait for: they ask again and again until a bound, and say what did not come.
package await

import (
	"testing"
	"time"
)

// patience is how long a test waits: what has not come by then, on a slow machine with
// others on it, does not come.
const patience = time.Minute

// every is how often a test asks.
const every = 5 * time.Millisecond

// That returns when done does, and fails the test if that takes more than a minute. What it
// waits for is said as in "the job to be done".
func That(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(every) {
		if time.Now().After(end) {
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}
