//go:build !js

package transfer_test

import (
	"bytes"
	"context"
	"image"
	"math"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/engine/pixel/label"
	"trappedinart/engine/transfer"
	"trappedinart/internal/fixture"
	"trappedinart/weights"
)

// reading is a runner that reads files that are pictures, and draws others.
func reading(threads int) *transfer.Runner {
	r := budgeted(threads, 0)
	r.Weights = (&weights.Store{}).Named
	draw := r.Decode
	r.Decode = func(ctx context.Context, f engine.File) (*image.NRGBA, error) {
		if label.Is(f.Data) {
			return pixel.Decode(ctx, f)
		}
		return draw(ctx, f)
	}
	return r
}

// saved is a result as it is saved.
func saved(t *testing.T, res *engine.Result) engine.File {
	t.Helper()
	var b bytes.Buffer
	if err := pixel.EncodeResult(&b, res, pixel.PNG, false); err != nil {
		t.Fatal(err)
	}
	return engine.File{Name: "painted.png", Data: b.Bytes()}
}

// larger is the request that goes on from a result at twice its size.
func larger(t *testing.T, req engine.Request, res *engine.Result) engine.Request {
	t.Helper()
	var ok bool
	if req.Recipe, ok = res.Recipe.Larger(); !ok {
		t.Fatalf("%d px in %d scales is the most", res.Recipe.Size, res.Recipe.Scales)
	}
	req.Smaller = saved(t, res)
	return req
}

// painterly is a request for a real painting of 128 px by the small network.
func painterly(t *testing.T) engine.Request {
	t.Helper()
	photograph := func(name string) engine.File {
		return engine.File{Name: name, Data: fixture.Read(t, fixture.Shared(t, "images", name))}
	}
	req := request(nil)
	req.Recipe, _ = engine.Preset(engine.Painterly)
	req.Recipe.Weights, req.Recipe.Size = "small", 128
	req.Content, req.Styles = photograph("tubingen.jpg"), []engine.File{photograph("the_scream.jpg")}
	return req
}

// Going on from a painting at twice its size comes to what painting that size from the beginning
// comes to, and evaluates nothing at the scales that are done.
func TestLarger(t *testing.T) {
	req := painterly(t)
	small, _ := run(t, reading(2), req)
	next := larger(t, req, small)
	got, reports := run(t, reading(2), next)
	whole := next
	whole.Smaller = engine.File{}
	want, _ := run(t, reading(2), whole)

	if got.Picture.Bounds() != image.Rect(0, 0, 256, 192) || got.Iterations != 34 || want.Iterations != 70+49+34 {
		t.Errorf("it makes %v in %d evaluations, from the beginning %d", got.Picture.Bounds(), got.Iterations, want.Iterations)
	}
	last := engine.Float(0)
	for _, p := range reports {
		if p.Stage == engine.Painting && (p.Scale != 3 || p.Fraction <= last || p.Fraction > 1) {
			t.Errorf("at scale %d, %v is done after %v", p.Scale, p.Fraction, last)
		}
		last = p.Fraction
	}
	if last != 1 {
		t.Errorf("in the end %v is done", last)
	}
	if ratio := float64(got.Loss / want.Loss); !(math.Abs(ratio-1) < 0.05) {
		t.Errorf("the loss is %v times that from the beginning, whose style factor is %v; the smaller had %v", ratio, want.StyleFactor, small.StyleFactor)
	}
	if small.StyleFactor == 1 || small.StyleFactor == 0 {
		t.Errorf("the style factor is %v: this test sees nothing of it", small.StyleFactor)
	}
	// As often as one likes.
	next = larger(t, req, got)
	next.Recipe.Iterations = 2
	again, _ := run(t, reading(2), next)
	if again.Iterations != 1 || again.Picture.Bounds().Dx() != 512 {
		t.Errorf("the next has %v in %d evaluations", again.Picture.Bounds(), again.Iterations)
	}
}

// A larger painting is kept and gone on with as others are, with the painting that it began from.
func TestLargerGoesOn(t *testing.T) {
	req := request(func(r *engine.Recipe) { r.Weights = "small" })
	small, _ := run(t, reading(1), req)
	next := larger(t, req, small)
	next.CheckpointEvery = 1
	want, reports := run(t, reading(1), next)
	resumed := next
	for _, p := range reports {
		if p.Iteration == 3 {
			resumed.Checkpoint = p.Checkpoint
		}
	}
	got, reports := run(t, reading(1), resumed)
	if !bytes.Equal(got.Picture.Pix, want.Picture.Pix) || got.Iterations != 6 {
		t.Errorf("resumed it makes another picture, or not in 6 but %d evaluations", got.Iterations)
	}
	if first := reports[1].Fraction; first < 0.4 || first > 0.7 {
		t.Errorf("after 4 of 6 iterations %v is done", first)
	}
	resumed.Smaller = engine.File{}
	if _, err := reading(1).Run(context.Background(), resumed, func(engine.Progress) {}); err == nil || !strings.Contains(err.Error(), "the smaller painting") {
		t.Errorf("without the smaller painting: %v", err)
	}
}

// A result that is no smaller scale of the painting is refused, with the size that would do.
func TestLargerOfAnotherSize(t *testing.T) {
	req := request(func(r *engine.Recipe) { r.Weights = "small" })
	small, _ := run(t, reading(1), req)
	next := larger(t, req, small)
	for _, size := range []int{96, 160, 200} {
		next.Recipe.Size = size
		_, err := reading(1).Run(context.Background(), next, func(engine.Progress) {})
		if e := engine.AsError(err); e == nil || e.Code != engine.InvalidPicture || !strings.Contains(e.Message, "Choose a size of 192 pixels") {
			t.Errorf("from 96 to %d pixels: %v", size, err)
		}
	}
}

// The estimate of a larger painting has the time of the remaining scales, and the memory of all. Both
// times come from the same probe.
func TestForeseeLarger(t *testing.T) {
	r := reading(1)
	r.Probes = &transfer.Probes{}
	req := request(func(r *engine.Recipe) { r.Weights, r.Size, r.Scales = "small", 2000, 0 })
	o := engine.Outline{Recipe: req.Recipe, Content: image.Pt(750, 500), Styles: []image.Point{{X: 75, Y: 50}}}
	whole, err := r.Foresee(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Smaller = 1000
	rest, err := r.Foresee(context.Background(), o)
	if err != nil || rest.Size != 2000 || !(rest.Time > 0 && rest.Time < whole.Time) || rest.Bytes != whole.Bytes {
		t.Errorf("all takes %+v, the rest %+v, %v", whole, rest, err)
	}
}
