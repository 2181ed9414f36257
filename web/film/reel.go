// Package film makes a short film of how a painting came about: the photograph, the previews of the
// run from coarse to fine, and the finished painting.
package film

import (
	"image"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The limits of a reel, and the shortest time between two frames of the same size.
const (
	mostFrames = 60
	mostBytes  = 20 << 20
	mostSide   = 720 // of a frame, in pixels
	soonest    = time.Second
)

// A Reel has frames of one run, as pictures in the browser's keeping, spread evenly over the time that
// it took. The zero value is ready.
type Reel struct {
	frames []frame
	bytes  int
	every  time.Duration // between two frames
	last   time.Time     // when a frame was last asked for
	size   image.Point   // of that frame
}

type frame struct {
	blob  app.Value
	bytes int
}

// Due says whether a preview of that size is to become a frame, and counts it as one. At a scale's
// beginning it is, however soon: the coarse ones are over in a moment.
func (r *Reel) Due(now time.Time, size image.Point) bool {
	if size == r.size && now.Sub(r.last) < max(r.every, soonest) {
		return false
	}
	r.last, r.size = now, size
	return true
}

// Add takes a frame. Where there are too many, every other is dropped, and they are taken half as often.
func (r *Reel) Add(blob app.Value, bytes int) {
	r.frames = append(r.frames, frame{blob, bytes})
	r.bytes += bytes
	for len(r.frames) > mostFrames || r.bytes > mostBytes {
		r.thin()
	}
}

func (r *Reel) thin() {
	var left []frame // not in place: a film may be made of the others
	r.bytes = 0
	for i := 0; i < len(r.frames); i += 2 {
		if f := r.frames[i]; f.bytes <= mostBytes {
			left = append(left, f)
			r.bytes += f.bytes
		}
	}
	r.frames, r.every = left, 2*max(r.every, soonest)
}

// How long a film shows what.
const (
	photographFor = 1200 * time.Millisecond
	paintedFor    = 2 * time.Second
	frameFor      = 150 * time.Millisecond // and no less than leastMaking, no more than mostMaking for all
	leastMaking   = 3500 * time.Millisecond
	mostMaking    = 6500 * time.Millisecond
)

// A timeline says when a film shows which of its stills: the photograph, the frames, the painting.
type timeline struct {
	stills int
	making time.Duration // from the photograph to the painting
}

func timelineOf(frames int) timeline {
	return timeline{frames + 2, min(max(time.Duration(frames)*frameFor, leastMaking), mostMaking)}
}

func (t timeline) length() time.Duration { return photographFor + t.making + paintedFor }

// at returns which still is seen, and how much of the next lies on it, from 0 to 1.
func (t timeline) at(d time.Duration) (still int, next float64) {
	d = min(max(d-photographFor, 0), t.making)
	along := float64(d) / float64(t.making) * float64(t.stills-1)
	still = int(along)
	return still, along - float64(still)
}
