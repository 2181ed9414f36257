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
	scale, iteration int
	pixels           []float32 // nil before there are any
	at               time.Time
}

// safeEvery is how often the picture is brought to safety: so much painting is lost with a
// device at most.
const safeEvery = 250 * time.Millisecond

// savePixels brings the picture after so many of its scale's iterations to safety, if
// that is due and there is anybody to go on with it.
func (j *job) savePixels(st *stage, scale, iteration int) error {
	now := time.Now()
	if j.other == nil || j.safe.scale == scale && now.Sub(j.safe.at) < safeEvery {
		return nil
	}
	px, err := st.pixels()
	if err == nil {
		j.safe = safe{scale, iteration, px, now}
	}
	return err
}

// failure is how a run ends with err.
func failure(err error) error {
	if errors.Is(err, backend.ErrLost) {
		return engine.Errorf(engine.Unavailable, "The GPU stopped, and nobody goes on (%w); paint on the processor.", err)
	}
	return engine.AsError(err)
}

// fallsBack goes over to the other back end if err says that the device computes no more,
// and returns whether it has. Nothing of the first is used any more.
func (j *job) fallsBack(err error) bool {
	if j == nil || j.other == nil || !errors.Is(err, backend.ErrLost) {
		return false
	}
	net, netErr := network(j.other, j.weights, &j.recipe)
	if netErr != nil {
		return false
	}
	j.note = fmt.Sprintf("The GPU stopped (%v); the painting goes on on the processor, from the last picture.", err)
	j.notes = append(j.notes, j.note)
	j.be, j.other, j.net = j.other, nil, net
	// What was measured was the other's.
	j.probed, j.began = 0, time.Time{}
	return true
}
