package run_test

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/web/run"
)

var (
	result    = &engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 4, 3))}
	cancelled = &engine.Error{Code: engine.Cancelled, Message: "stopped"}
)

func report(stage string) func(*run.Run) {
	return func(r *run.Run) {
		r.Hear(engine.Progress{Stage: stage, Position: 2, Bytes: 5_240_000, TotalBytes: 13_100_000, Scale: 1, Scales: 3})
	}
}

func end(result *engine.Result, err error) func(*run.Run) {
	return func(r *run.Run) { r.End(result, err, 5*time.Second) }
}

func begin(upload int) func(*run.Run) {
	return func(r *run.Run) {
		where := ""
		if upload > 0 {
			where = "example.org"
		}
		r.Begin(run.Job{Stop: func() {}, Control: &engine.Control{}, Where: where, Upload: upload})
	}
}

// events are all that can happen to a run.
var events = map[string]func(*run.Run){
	"begin":      begin(0),
	"hand over":  begin(1000),
	"sent":       func(r *run.Run) { r.Sent() },
	"prepares":   report(engine.Preparing),
	"queued":     report(engine.Queued),
	"fetches":    report(engine.Fetching),
	"paints":     report(engine.Painting),
	"pauses":     report(engine.Pausing),
	"pause":      func(r *run.Run) { r.Pause() },
	"resume":     func(r *run.Run) { r.Resume() },
	"stop":       func(r *run.Run) { r.Stop() },
	"ends":       end(result, nil),
	"ends early": end(result, cancelled),
	"ends empty": end(nil, cancelled),
	"fails":      end(nil, errors.New("broken")),
	"fails late": end(result, errors.New("broken")),
	"find":       func(r *run.Run) { r.Find(run.Interrupted{}) },
	"take up":    func(r *run.Run) { r.TakeUp() },
	"let go":     func(r *run.Run) { r.LetGo() },
	"show":       func(r *run.Run) { r.Show(result, "e1") },
	"continue":   func(r *run.Run) { r.Continue() },
	"clear":      func(r *run.Run) { r.Clear() },
	"steer":      func(r *run.Run) { _ = r.Steer(engine.Recipe{}) },
}

// ways are the events by which each phase is come to.
var ways = []struct {
	phase  string
	events []string
}{
	{"idle", nil},
	{"ready", []string{"begin"}},
	{"queued", []string{"begin", "queued"}},
	{"fetching", []string{"begin", "fetches"}},
	{"sending", []string{"hand over"}},
	{"running", []string{"begin", "paints"}},
	{"paused", []string{"begin", "paints", "pauses"}},
	{"ending", []string{"begin", "stop"}},
	{"ending+", []string{"begin", "paints", "stop"}},
	{"ending=", []string{"begin", "paints", "pauses", "stop"}},
	{"cut", []string{"find"}},
	{"done", []string{"begin", "paints", "ends"}},
	{"stopped", []string{"begin", "paints", "stop", "ends early"}},
	{"shown", []string{"show"}},
	{"from", []string{"show", "continue"}},
	{"failed", []string{"begin", "fails"}},
}

// name says in which of these phases a run is.
func name(r *run.Run) string {
	switch p := r.Phase().(type) {
	case run.Idle:
		if p.From != "" {
			return "from"
		}
		return "idle"
	case run.Preparing:
		switch {
		case r.Stopping():
			return "ending"
		case p.Stage == engine.Queued, p.Stage == engine.Fetching:
			return map[string]string{engine.Queued: "queued", engine.Fetching: "fetching"}[p.Stage]
		case p.Upload > 0:
			return "sending"
		}
		return "ready"
	case run.Running:
		if r.Stopping() {
			return "ending+"
		}
		return "running"
	case run.Paused:
		if r.Stopping() {
			return "ending="
		}
		return "paused"
	case run.Interrupted:
		return "cut"
	case run.Done:
		switch {
		case p.Stopped:
			return "stopped"
		case p.From != "":
			return "shown"
		}
		return "done"
	case run.Failed:
		return "failed"
	}
	return fmt.Sprintf("%T", r.Phase())
}

// transitions has for every event (row) and every phase (column) the phase that follows; a dot
// is the one that it was.
const transitions = `
              idle    ready    queued   fetching sending  running  paused   ending   ending+  ending=  cut      done     stopped  shown    from     failed
begin         ready   .        .        .        .        .        .        .        .        .        .        ready    ready    ready    ready    ready
hand-over     sending .        .        .        .        .        .        .        .        .        .        sending  sending  sending  sending  sending
sent          .       .        .        .        ready    .        .        .        .        .        .        .        .        .        .        .
prepares      .       .        ready    ready    .        .        .        .        .        .        .        .        .        .        .        .
queued        .       queued   .        queued   queued   .        .        .        .        .        .        .        .        .        .        .
fetches       .       fetching fetching .        fetching .        .        .        .        .        .        .        .        .        .        .
paints        .       running  running  running  running  .        running  ending+  .        ending+  .        .        .        .        .        .
pauses        .       paused   paused   paused   paused   paused   .        ending=  ending=  .        .        .        .        .        .        .
pause         .       .        .        .        .        .        .        .        .        .        .        .        .        .        .        .
resume        .       .        .        .        .        .        running  .        .        ending+  .        .        .        .        .        .
stop          .       ending   ending   ending   ending   ending+  ending=  .        .        .        .        .        .        .        .        .
ends          .       done     done     done     done     done     done     done     done     done     .        .        .        .        .        .
ends-early    .       stopped  stopped  stopped  stopped  stopped  stopped  stopped  stopped  stopped  .        .        .        .        .        .
ends-empty    .       idle     idle     idle     idle     idle     idle     idle     idle     idle     .        .        .        .        .        .
fails         .       failed   failed   failed   failed   failed   failed   failed   failed   failed   .        .        .        .        .        .
fails-late    .       failed   failed   failed   failed   failed   failed   failed   failed   failed   .        .        .        .        .        .
find          cut     .        .        .        .        .        .        .        .        .        .        cut      cut      cut      cut      cut
take-up       .       .        .        .        .        .        .        .        .        .        idle     .        .        .        .        .
let-go        .       .        .        .        .        .        .        .        .        .        idle     .        .        .        .        .
show          shown   .        .        .        .        .        .        .        .        .        .        shown    shown    .        shown    shown
continue      .       .        .        .        .        .        .        .        .        .        .        .        .        from     .        .
clear         .       .        .        .        .        .        .        .        .        .        .        idle     idle     idle     idle     idle
steer         .       .        .        .        .        .        .        .        .        .        .        .        .        .        .        .
`

func TestEveryTransition(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(transitions), "\n")
	phases := strings.Fields(lines[0])
	if len(phases) != len(ways) {
		t.Fatalf("the table has %d phases of %d", len(phases), len(ways))
	}
	rows := map[string]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		event := strings.ReplaceAll(cells[0], "-", " ")
		rows[event] = true
		if len(cells) != 1+len(phases) || events[event] == nil {
			t.Fatalf("the row of %q has %d cells", event, len(cells))
		}
		for i, way := range ways {
			r := run.New()
			for _, e := range way.events {
				events[e](r)
			}
			if got := name(r); got != way.phase || got != phases[i] {
				t.Fatalf("%v leads to %s, not %s", way.events, got, phases[i])
			}
			want := cells[1+i]
			if want == "." {
				want = way.phase
			}
			if events[event](r); name(r) != want {
				t.Errorf("%s: %s leads to %s, want %s", way.phase, event, name(r), want)
			}
		}
	}
	for e := range events {
		if !rows[e] {
			t.Errorf("the table has no row for %q", e)
		}
	}
}

// Each phase has a name, a spoken text, a visible text, and actions.
func TestPhasesSay(t *testing.T) {
	type says struct {
		state, text, fine               string
		fraction                        float64
		busy, pausable, paints, waiting bool
	}
	want := map[string]says{
		"idle":     {"idle", "Ready.", "", 0, false, false, false, false},
		"ready":    {"loading", "Getting ready …", "", 0, true, true, false, false},
		"queued":   {"loading", "Waiting for the server, number 2 in the queue …", "", 0, true, true, false, false},
		"fetching": {"loading", "Downloading the network …", "Downloading the network: 5.2 of 13.1 MB", 0.4, true, true, false, false},
		"sending":  {"loading", "Sending 1 KB to example.org …", "", 0, true, false, false, false},
		"running":  {"running", "Scale 1 of 3.", "Scale 1 of 3 · 0 of 0", 0, true, true, true, false},
		"paused":   {"paused", "Paused.", "", 0, true, false, false, true},
		"ending":   {"loading", "Stopping …", "", 0, true, true, false, false},
		"ending+":  {"running", "Stopping …", "", 0, true, true, true, false},
		"ending=":  {"paused", "Stopping …", "", 0, true, false, false, true},
		"cut":      {"paused", "This painting was interrupted. Resume continues where it stopped.", "", 0, true, false, false, true},
		"done":     {"done", "Done in 5 s: 4 × 3.", "", 1, false, false, false, false},
		"stopped":  {"done", fmt.Sprintf("Stopped after %s. This is the result so far.", "5 s"), "", 1, false, false, false, false},
		"shown":    {"done", "From the history.", "", 1, false, false, false, false},
		"from":     {"idle", "Ready.", "", 0, false, false, false, false},
		"failed":   {"failed", "That did not work.", "", 0, false, false, false, false},
	}
	for _, way := range ways {
		r := run.New()
		for _, e := range way.events {
			events[e](r)
		}
		w := want[way.phase]
		if w.fine == "" {
			w.fine = w.text
		}
		got := says{r.Phase().State(), r.Phase().Text(), r.Fine(), r.Fraction(), r.Busy(), r.Pausable(), r.Paints(), r.Waits()}
		if got != w {
			t.Errorf("%s: %+v, want %+v", way.phase, got, w)
		}
		if from := r.From(); (from == "e1") != (way.phase == "shown" || way.phase == "from") {
			t.Errorf("%s: it is from %q", way.phase, from)
		}
	}
}

func TestHowLong(t *testing.T) {
	r := run.New()
	begin(0)(r)
	r.Hear(engine.Progress{Stage: engine.Preparing, Remaining: engine.SecondsOf(9 * time.Second)})
	if got := r.Fine(); got != "Getting ready … · 9 s left" {
		t.Errorf("before the first iteration it says %q", got)
	}
	r.Hear(engine.Progress{Stage: engine.Painting, Scale: 2, Scales: 3, Iteration: 38, Iterations: 120, Remaining: engine.SecondsOf(3 * time.Minute)})
	if got := r.Fine(); got != "Scale 2 of 3 · 38 of 120 · 3 min left" {
		t.Errorf("while it paints it says %q", got)
	}
	for device, want := range map[string]string{
		"2 processor cores":                    "Scale 2 of 3 · 38 of 120 · 3 min left · 2 processor cores",
		"this computer's graphics card (Iris)": "Scale 2 of 3 · 38 of 120 · 3 min left · this computer's graphics card (Iris)",
	} {
		r.Progress.Device = device
		if got := r.Fine(); got != want {
			t.Errorf("while %s paints it says %q", device, got)
		}
	}
	r.Stop()
	if got := r.Fine(); got != "Stopping …" {
		t.Errorf("while it stops it says %q", got)
	}
	r = run.New()
	begin(0)(r)
	r.Hear(engine.Progress{Stage: engine.Fetching, Bytes: 60_000, TotalBytes: 240_000})
	if got := r.Fine(); got != "Downloading the network: 60 of 240 KB" || r.Fraction() != 0.25 {
		t.Errorf("of a small network it says %q, %v", got, r.Fraction())
	}
}

// A run's data are there while it lasts, and a run ends once.
func TestWhatBelongsToARun(t *testing.T) {
	r, stops, control := run.New(), 0, &engine.Control{}
	if r.Control() != nil || r.Hear(engine.Progress{Stage: engine.Painting, Iteration: 1}) {
		t.Error("a run that is not there can be steered, or reports")
	}
	acts := 0
	r.Then(func() { acts++ })
	r.Begin(run.Job{Stop: func() { stops++ }, Control: control})
	if r.Control() != control {
		t.Error("the run that began cannot be steered")
	}
	r.Hear(engine.Progress{Stage: engine.Painting, Iteration: 1, Loss: 7, Content: 3, Style: 4, Preview: result.Picture, Checkpoint: []byte{1}})
	if p := r.Progress; p.Loss != 7 || p.Preview != nil || p.Checkpoint != nil || len(r.Losses.Samples) != 1 {
		t.Errorf("it keeps %+v and %d losses", p, len(r.Losses.Samples))
	}
	r.Stop()
	r.Stop()
	if stops != 1 {
		t.Errorf("it was asked to stop %d times", stops)
	}
	r.End(result, cancelled, time.Second)
	r.End(nil, errors.New("again"), time.Second)
	if r.Result != result || r.Control() != nil || acts != 0 {
		t.Error("after its end it has no result, or a control, or did at once what waits")
	}
	r.Proceed()
	r.Proceed()
	if acts != 1 {
		t.Errorf("what waited was done %d times", acts)
	}
	r.Clear()
	if r.Result != nil || r.Progress.Loss != 0 || len(r.Losses.Samples) != 1 {
		t.Error("another photograph leaves the result, or takes the plot")
	}
	r.Begin(run.Job{Stop: func() {}})
	if len(r.Losses.Samples) != 0 {
		t.Error("the next run begins with losses of the last")
	}
	if err := r.Steer(engine.Recipe{}); err != nil || r.Pausable() {
		t.Error("a run without a control is steered or paused")
	}
}

func TestSteerIsChecked(t *testing.T) {
	r := run.New()
	begin(0)(r)
	if err := r.Steer(engine.Recipe{}); engine.AsError(err) == nil {
		t.Error("a recipe that is none is taken")
	}
}

func TestLossesAreBounded(t *testing.T) {
	r := run.New()
	begin(0)(r)
	for scale := 1; scale <= 2; scale++ {
		for i := range 2000 {
			r.Hear(engine.Progress{Stage: engine.Painting, Scale: scale, Scales: 2, Iteration: i + 1})
		}
	}
	l := r.Losses
	if n := len(l.Samples); n > 800 || n < 400 || l.Samples[n-1].At < 3990 {
		t.Errorf("%d losses are kept, the last of iteration %v", n, l.Samples[n-1].At)
	}
	if len(l.Starts) != 1 || l.Starts[0] != 2000 {
		t.Errorf("scales begin at %v", l.Starts)
	}
}

// A run that goes on from an earlier checkpoint leaves no losses of what it paints again.
func TestLossesGoBack(t *testing.T) {
	r := run.New()
	begin(0)(r)
	hear := func(scale, from, to int) {
		for i := from; i <= to; i++ {
			r.Hear(engine.Progress{Stage: engine.Painting, Scale: scale, Scales: 3, Iteration: i})
		}
	}
	hear(1, 1, 20)
	hear(2, 1, 15)
	hear(3, 1, 10)
	hear(2, 8, 15) // scale 2 once more
	hear(3, 1, 10)
	hear(3, 4, 10) // and a part of 3
	l := r.Losses
	for i, s := range l.Samples {
		if s.At != float64(i+1) {
			t.Fatalf("sample %d is at %v", i, s.At)
		}
	}
	if n := len(l.Samples); n != 45 || len(l.Starts) != 2 || l.Starts[0] != 20 || l.Starts[1] != 35 {
		t.Errorf("%d samples, scales begin at %v", n, l.Starts)
	}
}

func TestInterrupted(t *testing.T) {
	r := run.New()
	r.Find(run.Interrupted{Recipe: engine.Recipe{Size: 256}, Checkpoint: "kept"})
	if r.Control() != nil || r.Stopping() {
		t.Error("it can be steered or stopped")
	}
	found, ok := r.TakeUp()
	if !ok || found.Recipe.Size != 256 || found.Checkpoint != "kept" {
		t.Errorf("it hands out %+v, %v", found, ok)
	}
	if _, ok := r.TakeUp(); ok {
		t.Error("it hands the run out twice")
	}
}
