package handler_test

import (
	"context"
	"image"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
	"trappedinart/server/jobs"
	"trappedinart/weights"
)

// A job that takes more memory than the server gives is taken if blocks fit, and
// otherwise refused with advice.
func TestMemory(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	with := func(recipe string) []part {
		parts := good()
		parts[0].data = []byte(recipe)
		return parts
	}
	const large = `{"size":1000,"history":13}`
	r, err := engine.ParseRecipe([]byte(large))
	if err != nil {
		t.Fatal(err)
	}
	network, err := (&weights.Store{}).Named(context.Background(), r.Weights)
	if err != nil {
		t.Fatal(err)
	}
	need := transfer.Need{Weights: network, Recipe: &r, Content: image.Pt(20, 15), Styles: []image.Point{{X: 20, Y: 15}}, Checkpoints: true}
	if fit, err := need.Fit(1 << 30); err != nil || fit.Whole <= 1<<30 || fit.Blocks < 2 {
		t.Fatalf("this recipe tests nothing: %+v, %v", fit, err)
	}
	if res, body := s.post(with(large)); res.StatusCode != 202 {
		t.Errorf("a job that fits in blocks: %d %s", res.StatusCode, body)
	}
	if res, body := s.post(with(`{"size":1000,"style_scale":4,"style_scales":[10]}`)); res.StatusCode != 413 || !strings.Contains(string(body), "choose a size of") {
		t.Errorf("a job that does not fit: %d %s", res.StatusCode, body)
	}
}
