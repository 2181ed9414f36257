package transfer

import (
	"context"
	"fmt"
	"slices"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/engine/pixel/label"
)

// takeSmaller has a run go on from a finished painting, if there is one: its scale and those below
// are not painted again, and style has the weight that it was found to need there.
func (j *job) takeSmaller(ctx context.Context, r *Runner, f engine.File) error {
	if len(f.Data) == 0 {
		return nil
	}
	img, err := r.Decode(ctx, f)
	if err != nil {
		return err
	}
	s := size{img.Rect.Dx(), img.Rect.Dy()}
	if err := j.pace.skip(j.plan, s, fmt.Sprintf("The painting %q", f.Name)); err != nil {
		return err
	}
	j.reached = &canvas{s, pixel.Planes(img, s.w, s.h)}
	if factor := label.StyleFactor(f.Data); factor > 0 && calibrates(&j.plan.recipe) {
		j.plan = j.plan.calibrated(min(max(factor, 1./mostCalibration), mostCalibration))
	}
	return nil
}

// skip lets a run begin above the scale of size s, the scale of the painting that errors call
// called.
func (p *pace) skip(of *plan, s size, called string) error {
	i := slices.Index(of.sizes[:len(of.sizes)-1], s)
	if i < 0 {
		to := of.last()
		return engine.Errorf(engine.InvalidPicture, "%s has %d x %d pixels and is no smaller scale of %d x %d pixels. Choose a size of %d pixels, which continues it.",
			called, s.w, s.h, to.w, to.h, 2*max(s.w, s.h))
	}
	p.lowest = i + 1
	p.from = mark{scale: p.lowest}
	p.at = p.from
	return nil
}
