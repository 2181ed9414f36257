package transfer_test

import (
	"context"
	"image"
	"image/color"
	"math"
	"testing"

	"trappedinart/engine"
)

// statistics returns the mean of a picture's colours and their covariance, row by row.
func statistics(img *image.NRGBA) (mean [3]float64, cov [9]float64) {
	mean = means(img)
	n := float64(len(img.Pix) / 4)
	for i := 0; i < len(img.Pix); i += 4 {
		for c := range 3 {
			for k := range 3 {
				cov[3*c+k] += (float64(img.Pix[i+c]) - mean[c]) * (float64(img.Pix[i+k]) - mean[k]) / n
			}
		}
	}
	return mean, cov
}

// apart are how far the means of two pictures' colours are from each other, and their covariances.
func apart(a, b *image.NRGBA) (mean, cov float64) {
	meanA, covA := statistics(a)
	meanB, covB := statistics(b)
	for c := range meanA {
		mean += (meanA[c] - meanB[c]) * (meanA[c] - meanB[c])
	}
	for k := range covA {
		cov += (covA[k] - covB[k]) * (covA[k] - covB[k])
	}
	return math.Sqrt(mean), math.Sqrt(cov)
}

// A painting has the colours of the palette, by every method, as far as the recipe says; and the
// photograph's where those are kept as well.
func TestPalette(t *testing.T) {
	leaves := image.NewNRGBA(image.Rect(0, 0, 60, 40)) // green and yellow
	for i := range 60 * 40 {
		x, y := i%60, i/60
		leaves.SetNRGBA(x, y, color.NRGBA{uint8(60 + 2*x), uint8(90 + x + y), uint8(30 + y/2), 255})
	}
	painted := func(change func(*engine.Request)) *image.NRGBA {
		req := request(func(r *engine.Recipe) { r.Size, r.Iterations, r.Scales, r.Strength = 48, 40, 1, 90 })
		change(&req)
		r := runner(2)
		decode := r.Decode
		r.Decode = func(ctx context.Context, f engine.File) (*image.NRGBA, error) {
			if f.Name == "leaves" {
				return leaves, nil
			}
			return decode(ctx, f)
		}
		res, _ := run(t, r, req)
		return res.Picture
	}
	plain := painted(func(*engine.Request) {})
	plainMean, plainCov := apart(plain, leaves)
	var whole float64
	for _, method := range []string{engine.ColoursSymmetric, engine.ColoursPCA, engine.ColoursCholesky, engine.ColoursLuminance} {
		got := painted(func(r *engine.Request) { r.Palette, r.Recipe.ColourMethod = file("leaves"), method })
		mean, cov := apart(got, leaves)
		if method == engine.ColoursSymmetric {
			whole = mean
		}
		if !(mean < plainMean/2 && cov < plainCov/2) {
			t.Errorf("%s: colours are %.1f and %.0f from the palette's in mean and covariance, without it %.1f and %.0f", method, mean, cov, plainMean, plainCov)
		}
	}
	half, _ := apart(painted(func(r *engine.Request) { r.Palette, r.Recipe.Palette = file("leaves"), 50 }), leaves)
	if !(whole < half*0.95 && half < plainMean*0.95) {
		t.Errorf("with half of the palette's colours the mean is %.1f from it, with all %.1f, with none %.1f", half, whole, plainMean)
	}
	none := painted(func(r *engine.Request) { r.Palette, r.Recipe.Palette = file("leaves"), 0 })
	if mean, cov := apart(none, plain); mean != 0 || cov != 0 {
		t.Errorf("with none of its colours the palette changes the painting by %v and %v", mean, cov)
	}
	kept := painted(func(r *engine.Request) { r.Palette, r.Recipe.KeepColours = file("leaves"), 100 })
	photograph := drawn("photo", 75, 50)
	toPhotograph, _ := apart(kept, photograph)
	if toPalette, _ := apart(kept, leaves); !(toPhotograph < toPalette/2) {
		t.Errorf("with all colours kept the mean is %.1f from the photograph's and %.1f from the palette's", toPhotograph, toPalette)
	}
}
