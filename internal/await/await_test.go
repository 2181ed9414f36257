package await

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// recorder is a test that notes why it fails.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// A wait ends when what it waits for is there, and otherwise fails and says what is not.
func TestWaits(t *testing.T) {
	asked := 0
	That(t, "the third time", func() bool { asked++; return asked == 3 })
	if asked != 3 {
		t.Errorf("it asks %d times", asked)
	}
	r, done := &recorder{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		within(r, 20*time.Millisecond, "the moon", func() string { return "it is behind a cloud" })
	}()
	<-done
	if r.said != "waited 20ms for the moon: it is behind a cloud" {
		t.Errorf("it says %q", r.said)
	}
}

// Turns end with their context, and with the loop that takes them.
func TestTurns(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	n := 0
	for i := range Turns(ctx, time.Nanosecond) {
		if n++; i == 4 {
			stop()
		}
	}
	for range Turns(t.Context(), time.Hour) {
		break
	}
	if n != 5 {
		t.Errorf("there are %d turns", n)
	}
}
