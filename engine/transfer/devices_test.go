package transfer_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
)

// renamed is a back end that goes by another name.
type renamed struct {
	backend.Backend
	name string
}

func (r renamed) Name() string { return r.name }

// saying are those notes that have a text in them.
func saying(notes []string, text string) int {
	n := 0
	for _, note := range notes {
		if strings.Contains(note, text) {
			n++
		}
	}
	return n
}

// TestCheckpointElsewhere: a checkpoint goes on on another back end, and a note says so; on the
// same none does.
func TestCheckpointElsewhere(t *testing.T) {
	list, whole := checkpoints(t, func(*engine.Request) {})
	for name, want := range map[string]string{"cpu": "", "webgpu": "begun on another device"} {
		r := runner(1)
		r.Backend = renamed{r.Backend, name}
		req := request(nil)
		req.Checkpoint = list[9]
		res, reports := run(t, r, req)
		if res.Iterations != whole.Iterations {
			t.Errorf("on %s it ends after %d evaluations, want %d", name, res.Iterations, whole.Iterations)
		}
		if n := saying(res.Notes, "begun on"); want == "" && n != 0 || want != "" && saying(res.Notes, want) != 1 {
			t.Errorf("on %s the notes are %q", name, res.Notes)
		}
		if want != "" && !slices.ContainsFunc(reports, func(p engine.Progress) bool { return strings.Contains(p.Note, want) }) {
			t.Errorf("on %s no report says so", name)
		}
	}
}

// TestRemark: what the runner has to say is said at once and with the result.
func TestRemark(t *testing.T) {
	r := runner(1)
	r.Remark = "The processor paints."
	res, reports := run(t, r, request(nil))
	if reports[0].Note != r.Remark || saying(res.Notes, r.Remark) != 1 {
		t.Errorf("the first report says %q, the result %q", reports[0].Note, res.Notes)
	}
}

// TestLostAtFirst: a device that is lost while the size is chosen, before there is anything,
// leaves the whole painting to the other.
func TestLostAtFirst(t *testing.T) {
	r := runner(1)
	r.Backend, r.Fallback = &failing{cpu.New(1), 0}, cpu.New(1)
	req := request(func(r *engine.Recipe) { r.Size = engine.SizeAuto })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	res, err := r.Run(ctx, req, func(p engine.Progress) {
		if p.Stage == engine.Painting { // it is large, and its beginning is enough
			stop()
		}
	})
	if engine.AsError(err).Code != engine.Cancelled || res == nil || saying(res.Notes, "pulled out") != 1 {
		t.Errorf("the result is %+v, the error %v", res, err)
	}
}
