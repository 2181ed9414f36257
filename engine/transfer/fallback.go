package transfer

import (
	"errors"
	"fmt"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
)

// A safe is a picture that outlives the device it was painted on.
type safe struct {
	mark
	pixels []float32 // nil before there are any
	at     time.Time
}

// safeEvery is how often the picture is brought to safety: so much painting is lost with a
// device at most.
const safeEvery = 250 * time.Millisecond

// savePixels brings the picture to safety, if that is due and there is anybody to go on
// with it.
func (j *job) savePixels(st *stage) error {
	now := time.Now()
	if j.other == nil || j.safe.scale == j.pace.at.scale && now.Sub(j.safe.at) < safeEvery {
		return nil
	}
	px, err := st.pixels()
	if err == nil {
		j.safe = safe{j.pace.at, append(j.safe.pixels[:0], px...), now}
	}
	return err
}

// failure is how a run ends with err.
func failure(err error) error {
	if errors.Is(err, backend.ErrLost) {
		return engine.Errorf(engine.Unavailable, "The GPU stopped (%w). Paint on the processor.", err)
	}
	return engine.AsError(err)
}

// fallsBack goes over to the other back end if err says that the device computes no more,
// and returns whether it has. Nothing of the first is used any more.
func (j *job) fallsBack(err error) bool {
	if j == nil || j.other == nil || !errors.Is(err, backend.ErrLost) {
		return false
	}
	g := *j.plan.ground
	g.be, g.need.LargestMap, g.need.Plain = j.other, limitOf(j.other), isPlain(j.other)
	next, planErr := g.plan(j.plan.recipe, j.plan.styleFactor)
	if planErr != nil {
		return false
	}
	j.reports.keep(fmt.Sprintf("The GPU stopped (%v). The processor continues from the last picture.", err))
	j.be, j.other, j.plan = j.other, nil, next
	// The old measurements are the other back end's.
	j.pace.probed, j.pace.timed = 0, time.Time{}
	return true
}

// alone is the runner without the back end that failed with err before there was a picture.
func (r *Runner) alone(err error) *Runner {
	next := *r
	next.Backend, next.Fallback, next.Remark = r.Fallback, nil, fmt.Sprintf("The GPU stopped (%v). The processor paints.", err)
	return &next
}

// named adds to reports what device computes.
func named(report func(engine.Progress), be *backend.Backend) func(engine.Progress) {
	return func(p engine.Progress) {
		if d, ok := (*be).(backend.Named); ok {
			p.Device = d.Device()
		}
		report(p)
	}
}
