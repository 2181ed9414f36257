package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// bold is a network in which L-BFGS gets far in a few steps, so that two runs can be held
// against each other: where it hesitates, rounding decides.
func bold() *vgg.Weights { return vgg.Random("small", []int{8, 8, 12, 12, 16, 16}) }

// budgeted is a runner with that network and so many bytes of memory.
func budgeted(threads int, budget int64) *transfer.Runner {
	r := runner(threads)
	r.MemoryLimit = budget
	r.Weights = func(context.Context, string) (*vgg.Weights, error) { return bold(), nil }
	return r
}

// need is that of a run at 320 px.
func need(r *engine.Recipe) *transfer.Need {
	return &transfer.Need{Weights: bold(), Recipe: r, Content: image.Pt(75, 50), Styles: []image.Point{{75, 50}}}
}

// blocked is a request at 320 px and a budget by which it is painted in that many blocks
// or more.
func blocked(t *testing.T, least int, checkpoints time.Duration) (engine.Request, int64) {
	t.Helper()
	req := request(func(r *engine.Recipe) { r.Size, r.Scales, r.Iterations, r.History = 320, 1, 6, 3 })
	req.CheckpointEvery = checkpoints
	n := need(&req.Recipe)
	n.Checkpoints = checkpoints > 0
	whole, err := n.Fit(0)
	if err != nil {
		t.Fatal(err)
	}
	for budget := whole.Bytes; ; budget -= budget / 100 {
		fit, err := n.Fit(budget)
		if err != nil {
			t.Fatal(err)
		}
		if fit.Bytes > budget || fit.Whole != whole.Bytes {
			t.Fatalf("with %d bytes it takes %+v", budget, fit)
		}
		if fit.Blocks >= least {
			return req, budget
		}
	}
}

// A run that is short of memory makes the same picture, but for rounding, and says so.
func TestMemoryLimit(t *testing.T) {
	req, budget := blocked(t, 4, 0)
	whole, _ := run(t, budgeted(2, 0), req)
	short := budgeted(2, budget)
	got, reports := run(t, short, req)
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "blocks") || len(whole.Notes) != 0 {
		t.Errorf("the notes are %q, and %q with memory enough", got.Notes, whole.Notes)
	}
	if told := reports[1].Note; told != got.Notes[0] || reports[2].Note != "" {
		t.Errorf("the person is told %q first, and then %q", told, reports[2].Note)
	}
	worst := 0.
	for i := range got.Picture.Pix {
		worst = max(worst, math.Abs(float64(got.Picture.Pix[i])-float64(whole.Picture.Pix[i])))
	}
	if mean := distance(got.Picture, whole.Picture); worst > 4 || mean > 0.01 {
		t.Errorf("pixels differ by up to %v grey levels, %v on average", worst, mean)
	}
	w, h := whole.Picture.Rect.Dx(), whole.Picture.Rect.Dy()
	photograph := pixel.Image(pixel.Planes(drawn("photo", 75, 50), w, h), w, h)
	if moved := distance(whole.Picture, photograph); moved < 10 {
		t.Errorf("the picture moves by %v grey levels only: this test sees nothing", moved)
	}
	if a, b := math.Abs(float64(got.Loss-whole.Loss)), 1e-4*float64(whole.Loss); !(a <= b) {
		t.Errorf("the loss is %v, and %v with memory enough", got.Loss, whole.Loss)
	}
	if a, b := transfer.SeamRatio(got.Picture), transfer.SeamRatio(whole.Picture); !(a <= 1.001*b) {
		t.Errorf("the seam ratio is %v, and %v with memory enough", a, b)
	}
	again, _ := run(t, short, req)
	if string(again.Picture.Pix) != string(got.Picture.Pix) {
		t.Error("the same budget makes another picture")
	}
}

// Where blocks alone do not do, L-BFGS keeps its pairs in half precision: all of them, and the
// loss after as many evaluations is next to the same. A checkpoint goes on bit for bit.
func TestPairsInHalfPrecision(t *testing.T) {
	req := request(func(r *engine.Recipe) { r.Size, r.Scales, r.Iterations, r.History = 320, 1, 20, 10 })
	req.CheckpointEvery = time.Nanosecond
	n := need(&req.Recipe)
	n.Checkpoints = true
	whole, err := n.Fit(0)
	if err != nil || whole.Compact {
		t.Fatalf("with memory enough it is %+v, %v", whole, err)
	}
	fit := whole
	for fit.Bytes > whole.Bytes/4 && !fit.Compact {
		if fit, err = n.Fit(fit.Bytes - 1); err != nil {
			t.Fatal(err)
		}
	}
	if !fit.Compact || fit.Pairs != whole.Pairs {
		t.Fatalf("the first fit in half precision is %+v, want %d pairs", fit, whole.Pairs)
	}
	n.Plain = true
	if plain, err := n.Fit(fit.Bytes); err == nil && (plain.Compact || plain.Pairs >= fit.Pairs) {
		t.Errorf("a back end without half precision remembers %+v", plain)
	}
	want, _ := run(t, budgeted(2, 0), req)
	got, reports := run(t, budgeted(2, fit.Bytes), req)
	if ratio := float64(got.Loss / want.Loss); !(math.Abs(ratio-1) < 0.05) {
		t.Errorf("the loss is %v times that with memory enough", ratio)
	}
	again, _ := run(t, budgeted(1, fit.Bytes), engine.Request{Checkpoint: reports[12].Checkpoint, Content: req.Content, Styles: req.Styles})
	if string(again.Picture.Pix) != string(got.Picture.Pix) {
		t.Error("from a checkpoint it makes another picture")
	}
}

// A checkpoint does not say how much memory there was: one of a run in blocks is gone on
// from as a whole, and the other way round. With the same budget it goes on bit for bit.
func TestCheckpointOfAnotherBudget(t *testing.T) {
	req, budget := blocked(t, 4, time.Nanosecond)
	cases := [][2]int64{{budget, 0}, {budget, budget}, {0, budget}}
	if testing.Short() {
		cases = cases[:2]
	}
	for _, budgets := range cases {
		first, second := budgeted(1, budgets[0]), budgeted(2, budgets[1])
		want, reports := run(t, first, req)
		var at []byte
		for _, p := range reports {
			if p.Iteration == 3 {
				at = p.Checkpoint
			}
		}
		got, reports := run(t, second, engine.Request{Checkpoint: at, Content: req.Content, Styles: req.Styles})
		most := 0.01
		if budgets[0] == budgets[1] {
			most = 0
		}
		if d := distance(got.Picture, want.Picture); d > most || got.Iterations != want.Iterations {
			t.Errorf("from a checkpoint with another budget the picture differs by %v grey levels after %d iterations", d, got.Iterations)
		}
		if last := reports[len(reports)-1]; math.Abs(float64(last.Fraction-1)) > 1e-12 {
			t.Errorf("the last fraction is %v", last.Fraction)
		}
	}
}

// least is the memory that a recipe takes in as many blocks as there can be.
func least(r engine.Recipe) int64 {
	f, _ := need(&r).Fit(1) // an error, which comes with the least that would do
	return f.Bytes
}

// A painting beyond the memory is refused before it begins, with advice.
func TestTooLittleMemory(t *testing.T) {
	req, _ := blocked(t, 1, 0)
	bytes := least(req.Recipe)
	for _, c := range []struct {
		budget int64
		advice string
	}{{bytes * 9 / 10, "size of"}, {1 << 20, "fewer layers"}} {
		r := budgeted(1, c.budget)
		res, err := r.Run(context.Background(), req, nil)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.TooLarge || !strings.Contains(e.Message, c.advice) || res != nil {
			t.Errorf("with %d bytes: %v, want the advice %q", c.budget, err, c.advice)
		}
	}
}

// A recipe that needs more memory than there is is refused while it runs, also where only a
// later scale would need it, and the run goes on as it was.
func TestSteeringBeyondTheBudget(t *testing.T) {
	for _, c := range []struct {
		scales     int
		styleScale float64
	}{{1, 4}, {2, 2}} {
		req, _ := blocked(t, 1, 0)
		req.Recipe.Scales = c.scales
		req.Control = &engine.Control{}
		r := budgeted(1, least(req.Recipe))
		notes := ""
		res, err := r.Run(context.Background(), req, func(p engine.Progress) {
			notes += p.Note
			if p.Scale == 1 && p.Iteration == 2 {
				more := req.Recipe
				more.StyleScale = c.styleScale
				if err := req.Control.Change(more); err != nil {
					t.Error(err)
				}
			}
		})
		if err != nil || res.Recipe.StyleScale != req.Recipe.StyleScale || !strings.Contains(notes, "the limit is") {
			t.Errorf("of %d scales it ends with %v, notes %q", c.scales, err, notes)
		}
	}
}

// Of many blocks, most of which are halos, a note says how much memory would do with fewer; and it
// would.
func TestManyBlocks(t *testing.T) {
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	r.Size, r.ContentLayers = 4000, engine.LayerWeights{{Layer: "relu4_2", Weight: 1}}
	n := &transfer.Need{Weights: vgg.Random("deep", vgg.Widths[:13]), Recipe: &r, Content: image.Pt(4000, 3000), Styles: []image.Point{{X: 1600, Y: 1200}}}
	many, err := n.Fit(3 << 30)
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`So many blocks are slow: with (\d+\.\d) GiB of memory there would be (\d+)\.$`).FindStringSubmatch(n.Note(many))
	if said == nil || many.Blocks < 100 {
		t.Fatalf("of %d blocks the note says %q", many.Blocks, n.Note(many))
	}
	gib, _ := strconv.ParseFloat(said[1], 64)
	few, err := n.Fit(int64(gib * (1 << 30)))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(few.Blocks) != said[2] || few.Blocks > many.Blocks/4 {
		t.Errorf("with as much there are %d blocks instead of %d; the note says %q", few.Blocks, many.Blocks, n.Note(many))
	}
	if note := n.Note(few); strings.Contains(note, "slow") {
		t.Errorf("of %d blocks the note says %q", few.Blocks, note)
	}
}

// The estimate of memory grows with everything that takes some.
func TestNeed(t *testing.T) {
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	at := func(change func(*transfer.Need, *engine.Recipe)) int64 {
		r := r
		n := need(&r)
		change(n, &r)
		f, err := n.Fit(0)
		if err != nil {
			t.Fatal(err)
		}
		return f.Bytes
	}
	plain := at(func(*transfer.Need, *engine.Recipe) {})
	for name, change := range map[string]func(*transfer.Need, *engine.Recipe){
		"size":          func(_ *transfer.Need, r *engine.Recipe) { r.Size *= 2 },
		"history":       func(_ *transfer.Need, r *engine.Recipe) { r.History++ },
		"iterations":    func(_ *transfer.Need, r *engine.Recipe) { r.History = 100 },
		"network":       func(n *transfer.Need, _ *engine.Recipe) { n.Weights = vgg.Random("wide", vgg.Widths[:6]) },
		"copies":        func(_ *transfer.Need, r *engine.Recipe) { r.Copies++ },
		"content layer": func(_ *transfer.Need, r *engine.Recipe) { r.ContentLayers[0].Layer = "relu1_2" },
		"masks":         func(n *transfer.Need, _ *engine.Recipe) { n.Masks = 2 },
		"checkpoints":   func(n *transfer.Need, _ *engine.Recipe) { n.Checkpoints = true },
		"file":          func(n *transfer.Need, _ *engine.Recipe) { n.Content = image.Pt(7500, 5000) },
		"style's file":  func(n *transfer.Need, _ *engine.Recipe) { n.Styles[0] = image.Pt(7500, 5000) },
		"styles":        func(n *transfer.Need, _ *engine.Recipe) { n.Styles = append(n.Styles, image.Pt(75, 50)) },
		"style scale":   func(_ *transfer.Need, r *engine.Recipe) { r.StyleScale = 4 },
	} {
		if got := at(change); !(got > plain) {
			t.Errorf("%s: %d bytes, and %d without", name, got, plain)
		}
	}
}

// A counter counts the vectors of a picture's size that a run holds.
type counter struct {
	backend.Backend
	shape     backend.Shape
	now, most int
}

func (c *counter) New(s backend.Shape) backend.Buffer {
	if s == c.shape {
		c.now++
		c.most = max(c.most, c.now)
	}
	return c.Backend.New(s)
}

func (c *counter) Release(v any) {
	if b, ok := v.(backend.Buffer); ok && b.Shape() == c.shape {
		c.now--
	}
	c.Backend.Release(v)
}

// A run takes no more vectors than its optimiser needs for the iterations that there are,
// fewer where memory is short, and gives all of them back.
func TestVectors(t *testing.T) {
	for name, c := range map[string]struct {
		change      func(*engine.Recipe)
		want, pairs int // taken, and estimated
	}{
		"as many pairs as asked for": {func(r *engine.Recipe) { r.Iterations, r.History = 9, 4 }, 5 + 2*4, 4},
		"no more than iterations":    {func(r *engine.Recipe) { r.Iterations, r.History = 4, 10 }, 5 + 2*3, 3},
		"a single iteration":         {func(r *engine.Recipe) { r.Iterations = 1 }, 5, 1},
		"PyTorch's": {func(r *engine.Recipe) {
			r.Iterations, r.Optimizer, r.LossScaling = 5, engine.LBFGSTorch, engine.GatysNotebook
		}, 6 + 2*4, 4},
		"Adam":            {func(r *engine.Recipe) { r.Optimizer = engine.Adam }, 8, 0},
		"short of memory": {func(r *engine.Recipe) { r.Iterations, r.History = 9, 8 }, 5 + 2*2, 2},
	} {
		req := request(func(r *engine.Recipe) { r.Size, r.Scales, r.Copies, r.Spectrum = 192, 1, 0, 0 })
		c.change(&req.Recipe)
		r := budgeted(1, 0)
		n := need(&req.Recipe)
		n.Plain = true // as the counter is
		if name == "short of memory" {
			f, _ := n.Fit(1)
			r.MemoryLimit = f.Bytes
		}
		count := &counter{Backend: r.Backend, shape: backend.Shape{C: 3, H: 160, W: 224}} // with the border
		r.Backend = count
		res, _ := run(t, r, req)
		fit, err := n.Fit(r.MemoryLimit)
		if err != nil || count.most != c.want || fit.Pairs != c.pairs || count.now != 0 {
			t.Errorf("%s: %d vectors at most, want %d, %d pairs in %+v, %v; %d vectors are left", name, count.most, c.want, c.pairs, fit, err, count.now)
		}
		if short := len(res.Notes) == 1 && strings.Contains(res.Notes[0], "remembers 2 steps instead of 8"); short != (r.MemoryLimit > 0) {
			t.Errorf("%s: the notes are %q", name, res.Notes)
		}
	}
}

// A checkpoint of a run with more pairs than there is memory for now is gone on from with
// the newest of them.
func TestCheckpointOfMoreMemory(t *testing.T) {
	req, _ := blocked(t, 1, time.Nanosecond)
	req.Recipe.Iterations, req.Recipe.History = 9, 8
	_, reports := run(t, budgeted(2, 0), req)
	n := need(&req.Recipe)
	n.Checkpoints = true
	fit, _ := n.Fit(1)
	short := budgeted(2, fit.Bytes)
	got, _ := run(t, short, engine.Request{Checkpoint: reports[len(reports)-3].Checkpoint, Content: req.Content, Styles: req.Styles})
	if last := reports[len(reports)-3].Loss; got.Iterations != 9 || !(got.Loss < last) {
		t.Errorf("it ends with loss %v after %d iterations; at the checkpoint it was %v", got.Loss, got.Iterations, last)
	}
}

// Before a run its estimate is there, and with it how long the rest takes from the first
// report on.
func TestEstimate(t *testing.T) {
	req, budget := blocked(t, 4, 0)
	req.Recipe.Iterations = 12
	r := budgeted(2, budget)
	e, err := r.Estimate(context.Background(), req)
	if err != nil || e.Blocks < 4 || e.Bytes > budget || e.Time <= 0 {
		t.Fatalf("the estimate is %+v, %v", e, err)
	}
	_, reports := run(t, r, req)
	if p := reports[1]; p.Estimate == nil || p.Estimate.Blocks != e.Blocks || p.Estimate.Bytes != e.Bytes || p.Remaining != p.Estimate.Time {
		t.Errorf("the first report is %+v", p)
	}
	for i, p := range reports[1 : len(reports)-1] {
		if p.Remaining <= 0 || i > 0 && p.Estimate != nil {
			t.Errorf("report %d is %+v", i, p)
		}
	}
	// A run too short for a probe knows after its first evaluation.
	_, reports = run(t, runner(2), request(nil))
	if p := reports[1]; p.Iteration != 1 || p.Estimate != nil || p.Remaining <= 0 {
		t.Errorf("the first report of a short run is %+v", p)
	}
	req.Recipe.TimeBudget = 1e-3
	if e, err := r.Estimate(context.Background(), req); err != nil || e.Time != engine.SecondsOf(time.Millisecond) {
		t.Errorf("with a time budget of 1 ms the estimate is %+v, %v", e, err)
	}
	req.Styles = nil
	if _, err := r.Estimate(context.Background(), req); engine.AsError(err).Code != engine.MissingPicture {
		t.Errorf("without a style: %v", err)
	}
}
