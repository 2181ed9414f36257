//go:build !js

package runner_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// A script is an engine that says what the test wants, each report once the one before was
// heard, and ends as it is told.
type script struct {
	reports []engine.Progress
	heard   chan struct{} // one for each report that says more than counts
	steered bool          // after the first report
	result  engine.Result
	err     error
	got     engine.Request
}

func (s *script) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	s.got = req
	res := s.result
	res.Recipe = req.Recipe
	report(engine.Progress{Stage: engine.Preparing})
	for i, p := range s.reports {
		if ctx.Err() != nil {
			break
		}
		if s.steered && i == 1 {
			asked, err := req.Control.Await(ctx)
			if err != nil {
				break
			}
			res.Recipe = res.Recipe.Steered(asked.Recipe)
		}
		report(p)
		select {
		case <-s.heard:
		case <-ctx.Done():
		}
		if ctx.Err() != nil { // as far as it got
			return &engine.Result{Picture: p.Preview, Recipe: res.Recipe, Iterations: p.Iteration, Loss: p.Loss}, engine.AsError(ctx.Err())
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, engine.AsError(ctx.Err())
	case s.err != nil:
		return nil, s.err
	}
	return &res, nil
}

// An outcome is all that a caller is told, as text: NaN is like NaN so.
type outcome struct {
	reports []string
	result  string
	err     string
}

func told(p engine.Progress) string {
	size := image.Point{}
	if p.Preview != nil {
		size = p.Preview.Rect.Size()
	}
	estimate := engine.Estimate{}
	if p.Estimate != nil {
		estimate = *p.Estimate
	}
	p.Preview, p.Estimate = nil, nil
	return fmt.Sprintf("%+v, %v, preview %v", p, estimate, size)
}

func drawn(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(37*i) | uint8(255*(i%4/3))
	}
	return img
}

// A caller cannot tell which of the three it is: the same reports, the same result with all
// that is known of it, the same errors.
func TestRunnersAreAlike(t *testing.T) {
	preview := drawn(4, 3)
	at := func(i int, loss engine.Float) engine.Progress {
		return engine.Progress{
			Stage: engine.Painting, Scale: 1, Scales: 1, Width: 4, Height: 3, Iteration: i, Iterations: 3,
			Fraction: engine.Float(i) / 3, Remaining: engine.Seconds(3 - i), Loss: loss, Content: 1, Style: 2, Variation: 3, Preview: preview,
		}
	}
	estimate := engine.Progress{
		Stage: engine.Preparing, Estimate: &engine.Estimate{Time: 61.5, Bytes: 5 << 32, Blocks: 3}, Remaining: 61.5, Note: "It takes 3 blocks.",
	}
	noted := at(2, 6)
	noted.Note = "It began again."
	whole := engine.Result{
		Picture: drawn(5, 4), Iterations: 160, Loss: 0.25, StyleDistance: 0.003, Elapsed: 3.5,
		Notes: []string{"It takes 3 blocks.", "It began again."},
	}
	ranAway := whole
	ranAway.Loss, ranAway.StyleDistance, ranAway.Notes = engine.Float(math.NaN()), engine.Float(math.NaN()), nil
	steered, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	steered.Strength = 77

	runners, engines := every(t)
	for name, c := range map[string]struct {
		script
		stopAt int            // the report at which the caller stops it, 0 for never, -1 for at once
		steer  *engine.Recipe // what the caller asks for at the first report
	}{
		"estimate, notes and all facts": {script: script{reports: []engine.Progress{estimate, at(1, 6), noted, at(3, 6)}, result: whole}},
		"a loss that has run away":      {script: script{reports: []engine.Progress{at(1, engine.Float(math.NaN())), at(2, 6)}, result: ranAway}},
		"steered":                       {script: script{reports: []engine.Progress{at(1, 6), at(2, 6)}, result: whole, steered: true}, steer: &steered},
		"a failure that says why":       {script: script{reports: []engine.Progress{at(1, 6)}, err: engine.Errorf(engine.MissingLayer, "There is no relu9_9.")}},
		"a failure of the program":      {script: script{reports: []engine.Progress{at(1, 6)}, err: errors.New("secret")}},
		"stopped":                       {script: script{reports: []engine.Progress{at(1, 6), at(2, 7), at(3, 8)}, result: whole}, stopAt: 2},
		"stopped at once":               {script: script{reports: []engine.Progress{at(1, 6)}, result: whole}, stopAt: -1},
	} {
		t.Run(name, func(t *testing.T) {
			outcomes := map[string]outcome{}
			for which, by := range runners {
				s := c.script
				s.heard = make(chan struct{}, len(s.reports)+1)
				engines[which].Runner = &s
				outcomes[which] = ask(t, by, s.heard, c.stopAt, c.steer)
			}
			want := outcomes["in process"]
			for which, got := range outcomes {
				if !slices.Equal(got.reports, want.reports) {
					t.Errorf("by %s the reports are\n%s\nwant\n%s", which, strings.Join(got.reports, "\n"), strings.Join(want.reports, "\n"))
				}
				if got.result != want.result || got.err != want.err {
					t.Errorf("by %s it ends with\n%s\n%s\nwant\n%s\n%s", which, got.result, got.err, want.result, want.err)
				}
			}
			if n := len(c.reports); c.stopAt == 0 && len(want.reports) != n {
				t.Errorf("%d reports are compared, want %d", len(want.reports), n)
			}
		})
	}
}

// ask has a painting made, and lets the script go on with each report that it hears.
func ask(t *testing.T, r engine.Runner, heard chan<- struct{}, stopAt int, steer *engine.Recipe) outcome {
	t.Helper()
	req := request(t)
	req.Control = &engine.Control{}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if stopAt < 0 {
		stop()
	}
	var out outcome
	res, err := r.Run(ctx, req, func(p engine.Progress) {
		if p.Preview == nil && p.Estimate == nil && p.Note == "" {
			return // counts, of which those are told that come
		}
		out.reports = append(out.reports, told(p))
		if len(out.reports) == 1 && steer != nil {
			if err := req.Control.Change(*steer); err != nil {
				t.Error(err)
			}
		}
		if len(out.reports) == stopAt {
			stop()
			return
		}
		heard <- struct{}{}
	})
	if e := engine.AsError(err); e != nil {
		out.err = fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	if res != nil {
		pixels := res.Picture
		if stopAt > 0 { // a preview from a server is a JPEG; and time passes
			pixels, res.Elapsed = image.NewNRGBA(pixels.Rect), 0
		}
		recipe := strings.Join(strings.Fields(string(res.Recipe.JSON())), "")
		res.Picture, res.Recipe = nil, engine.Recipe{}
		out.result = fmt.Sprintf("%+v, %v, %s", *res, pixels, recipe)
	}
	return out
}

// The files of a request come through, in their places.
func TestFilesComeThrough(t *testing.T) {
	var want []string
	runners, engines := every(t)
	for _, which := range []string{"in process", "worker", "server"} {
		req := request(t)
		named := func(name string) engine.File { return engine.File{Name: name, Data: req.Content.Data} }
		req.Styles = append(req.Styles, named("second"))
		req.Masks = []engine.File{{}, named("m")}
		req.StyleMasks = []engine.File{named("n"), {}}
		req.Keep, req.Palette, req.StartPicture, req.Smaller = named("k"), named("p"), named("s"), named("l")
		s := &script{result: engine.Result{Picture: drawn(4, 3)}}
		engines[which].Runner = s
		if _, err := runners[which].Run(t.Context(), req, func(engine.Progress) {}); err != nil {
			t.Fatalf("by %s: %v", which, err)
		}
		var got []string
		for _, p := range s.got.Parts() {
			if len(p.File.Data) == 0 {
				p.File.Name = ""
			}
			got = append(got, fmt.Sprintf("%s %q %x", p.Role, p.File.Name, p.File.Data))
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %s there come\n%s\nwant\n%s", which, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// All runners refuse an incomplete request in the same words.
func TestWhatIsLackingIsSaidAlike(t *testing.T) {
	engineItself := &transfer.Runner{
		Backend: ref.Backend{}, Decode: pixel.Decode,
		Weights: func(context.Context, string) (*vgg.Weights, error) { return nil, errors.New("not asked for") },
	}
	runners, engines := every(t)
	for _, e := range engines {
		e.Runner = engineItself
	}
	for name, change := range map[string]func(*engine.Request){
		"content":       func(r *engine.Request) { r.Content = engine.File{} },
		"style":         func(r *engine.Request) { r.Styles = nil },
		"masks":         func(r *engine.Request) { r.Masks = make([]engine.File, 2) },
		"start":         func(r *engine.Request) { r.Recipe.Start = engine.StartPicture },
		"style weights": func(r *engine.Request) { r.Recipe.StyleWeights = engine.Numbers{1, 2} },
	} {
		said := map[string]string{}
		for which, by := range runners {
			req := request(t)
			change(&req)
			res, err := by.Run(t.Context(), req, func(engine.Progress) {})
			e := engine.AsError(err)
			if e == nil || e.Code == engine.Internal || res != nil {
				t.Errorf("%s: by %s it gives %+v, %v", name, which, res, err)
				continue
			}
			said[string(e.Code)+": "+e.Message] += which + " "
		}
		if len(said) != 1 {
			t.Errorf("%s: it is said in %d ways: %q", name, len(said), said)
		}
	}
}

// A server begins anew, and says so to a client that gives it a checkpoint.
func TestServerTakesNoCheckpoint(t *testing.T) {
	req := request(t)
	req.Checkpoint = []byte{1}
	s := &script{}
	if _, err := byServer(t, s).Run(t.Context(), req, func(engine.Progress) {}); engine.AsError(err).Code != engine.InvalidRequest || s.got.Content.Data != nil {
		t.Errorf("it gives %v", err)
	}
}
