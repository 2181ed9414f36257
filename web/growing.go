package main

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/engine/segment"
)

const (
	growSide = 320 // the longer side of the picture on which edges are looked for
	growFor  = time.Minute
)

// growMask grows what is painted in the layer to the edges of things.
func (s *studio) growMask() {
	l, at, photograph := s.masks, s.masking.at, s.content
	m := l.peek(at)
	if s.masking.growing || s.masking.stroke != nil {
		return
	}
	if !m.painted() {
		s.say(words.GrowWhat)
		return
	}
	w, h := fit(photograph.w, photograph.h, growSide)
	seeds := l.seeds(at, w, h)
	s.masking.growing, s.problem = true, ""
	s.page.Async(func() {
		ctx, stop := context.WithTimeout(context.Background(), growFor)
		defer stop()
		var grown []uint8
		img, err := pixelsOf(photograph.blob, w, h)
		if err == nil {
			grown, err = s.worker.Grow(ctx, img, seeds)
		}
		s.page.Dispatch(func(app.Context) {
			s.masking.growing = false
			switch {
			case err != nil:
				s.problem = engine.AsError(err).Message
			case s.masks == l && s.masking.open && s.masking.stroke == nil:
				l.replace(at, enlarged(grown, w, h, m))
				s.chooseLayer(at)
			}
		})
	})
}

// seeds returns, at w x h, what is painted in the layer as Inside, and what is in others as
// Outside: also of what is thinner than a place of that size.
func (l *layers) seeds(at, w, h int) []uint8 {
	seeds := make([]uint8, w*h)
	mark := func(m *mask, seed uint8) {
		if m == nil {
			return
		}
		for i, v := range m.at {
			if v > 127 {
				seeds[(i/m.w)*h/m.h*w+(i%m.w)*w/m.w] = seed
			}
		}
	}
	for other := keepLayer; other < len(l.styles); other++ {
		if other != at {
			mark(l.peek(other), segment.Outside)
		}
	}
	mark(l.peek(at), segment.Inside)
	return seeds
}

// enlarged returns values [h, w] at the size of the mask, between their neighbours linearly,
// and not less than what the mask has.
func enlarged(values []uint8, w, h int, m *mask) []uint8 {
	// along returns the place before, and how far it is to the next.
	along := func(i, n, of int) (at, next int, share float64) {
		f := min(float64(n-1), max(0, (float64(i)+0.5)*float64(n)/float64(of)-0.5))
		at = int(f)
		return at, min(at+1, n-1), f - float64(at)
	}
	out := make([]uint8, len(m.at))
	for y := range m.h {
		y0, y1, down := along(y, h, m.h)
		for x := range m.w {
			x0, x1, right := along(x, w, m.w)
			v := func(y int) float64 {
				return float64(values[y*w+x0])*(1-right) + float64(values[y*w+x1])*right
			}
			i := y*m.w + x
			out[i] = max(m.at[i], uint8(v(y0)*(1-down)+v(y1)*down+0.5))
		}
	}
	return out
}
