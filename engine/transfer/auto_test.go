package transfer_test

import (
	"context"
	"image"
	"slices"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
)

// A size that is left to the device is between 512 pixels and the photograph's, and what fits in
// time and memory; time budgets say here how fast the device is.
func TestAutoSize(t *testing.T) {
	const never, atOnce = 0.001, 86400
	foresee := func(r *transfer.Runner, longer int, seconds float64) engine.Estimate {
		t.Helper()
		req := request(func(r *engine.Recipe) { r.Size, r.Scales, r.TimeBudget = engine.SizeAuto, 0, seconds })
		e, err := r.Foresee(context.Background(), engine.Outline{Recipe: req.Recipe, Content: image.Pt(longer*2/3, longer), Styles: []image.Point{{X: 75, Y: 50}}})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	r := runner(2)
	r.Probes = &transfer.Probes{}
	for _, c := range []struct {
		longer  int
		seconds float64
		want    int
	}{
		{300, never, 300}, {300, atOnce, 300}, {512, atOnce, 512}, {700, never, 512}, {700, atOnce, 700}, {4000, never, 512}, {4000, atOnce, 4000}, {9000, atOnce, 4096},
	} {
		if e := foresee(r, c.longer, c.seconds); e.Size != c.want || e.Blocks != 1 || e.Bytes == 0 {
			t.Errorf("of a photograph of %d pixels and %v s it makes %+v, want %d pixels", c.longer, c.seconds, e, c.want)
		}
	}
	whole := foresee(r, 4000, atOnce)
	r.MemoryLimit = whole.Bytes / 20
	if e := foresee(r, 4000, atOnce); e.Size >= 4000 || e.Size <= 512 || e.Bytes > r.MemoryLimit {
		t.Errorf("with %d bytes it makes %+v", r.MemoryLimit, e)
	}
}

// The chosen size is in the result's recipe, which makes the same picture again, and in
// checkpoints; and it is said before the first iteration.
func TestAutoSizeIsSaidAndKept(t *testing.T) {
	req := request(func(r *engine.Recipe) { r.Size = engine.SizeAuto })
	req.CheckpointEvery = 1
	res, reports := run(t, runner(1), req)
	if res.Recipe.Size != 75 || res.Picture.Bounds().Size() != image.Pt(75, 50) {
		t.Fatalf("the recipe has size %d, the picture %v; the photograph has 75 x 50", res.Recipe.Size, res.Picture.Bounds())
	}
	said := slices.IndexFunc(reports, func(p engine.Progress) bool { return p.Estimate != nil })
	painted := slices.IndexFunc(reports, func(p engine.Progress) bool { return p.Stage == engine.Painting })
	if said < 0 || said > painted || reports[said].Estimate.Size != 75 {
		t.Errorf("the estimate is report %d, painting begins in %d", said, painted)
	}
	if r, err := transfer.RecipeOf(reports[painted].Checkpoint); err != nil || r.Size != 75 {
		t.Errorf("the checkpoint's recipe has size %d, %v", r.Size, err)
	}
	again := request(nil)
	again.Recipe = res.Recipe
	if same, _ := run(t, runner(1), again); !slices.Equal(same.Picture.Pix, res.Picture.Pix) {
		t.Error("the recipe that was kept makes another picture")
	}
}
