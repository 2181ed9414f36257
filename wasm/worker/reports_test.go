package worker

import (
	"image"
	"slices"
	"testing"
	"time"

	"trappedinart/engine"
)

// Reports come ten times a second at most, and nothing that is said once is lost.
func TestReportsWaitForTheNext(t *testing.T) {
	var sent []engine.Progress
	r := reports{every: 100 * time.Millisecond, send: func(p engine.Progress) { sent = append(sent, p) }}
	now := time.Now()
	r.take(engine.Progress{Stage: engine.Preparing}, now)
	preview := image.NewNRGBA(image.Rect(0, 0, 4, 3))
	for i := 1; i <= 1000; i++ { // 3 ms each
		p := engine.Progress{Stage: engine.Painting, Iteration: i}
		switch i {
		case 5:
			p.Preview = preview
		case 50:
			p.Note = "Once."
		case 90:
			p.Checkpoint = []byte{1}
		}
		r.take(p, now.Add(time.Duration(3*i)*time.Millisecond))
	}
	r.flush()
	if n := len(sent); n < 25 || n > 32 {
		t.Errorf("%d reports are sent in 3 seconds, want ten a second", n)
	}
	if sent[1].Iteration != 1 || sent[len(sent)-1].Iteration != 1000 {
		t.Errorf("the first is of iteration %d, the last of %d", sent[1].Iteration, sent[len(sent)-1].Iteration)
	}
	for what, has := range map[string]func(engine.Progress) bool{
		"preview":    func(p engine.Progress) bool { return p.Preview == preview },
		"note":       func(p engine.Progress) bool { return p.Note == "Once." },
		"checkpoint": func(p engine.Progress) bool { return p.Checkpoint != nil },
	} {
		if first := slices.IndexFunc(sent, has); first < 0 || slices.ContainsFunc(sent[first+1:], has) {
			t.Errorf("the %s does not come once", what)
		}
	}
	sent = nil
	r.take(engine.Progress{Stage: engine.Pausing}, now.Add(3001*time.Millisecond))
	if len(sent) != 1 {
		t.Error("that it pauses is not said at once")
	}
}
