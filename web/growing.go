package main

import (
	"context"
	"image"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

const (
	growSide = 320 // the longer side of the picture on which edges are looked for
	growFor  = time.Minute
	// growNetwork is the network whose eyes are borrowed, the one that the page has at once,
	// and addressFor how long its address is waited for.
	growNetwork = "small"
	addressFor  = 5 * time.Second
)

// Grow has the worker grow scribbles on a picture, as segment.Grow does.
func (r *workerRunner) Grow(ctx context.Context, img *image.NRGBA, seeds []uint8) ([]uint8, error) {
	if !r.running.TryLock() {
		return nil, engine.Errorf(engine.Busy, "%s", words.Busy)
	}
	defer r.running.Unlock()
	soon, stop := context.WithTimeout(ctx, addressFor)
	url, err := r.address(soon, growNetwork)
	stop()
	if err != nil {
		url = "" // colours alone
	}
	w, id, err := r.prepared(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.Post(protocol.Grow{ID: id, WeightsURL: url, Picture: img, Seeds: seeds}); err != nil {
		r.end(w)
		return nil, unavailable(err)
	}
	for {
		select {
		case <-ctx.Done():
			r.end(w)
			return nil, unavailable(ctx.Err())
		case <-w.in.bell:
			list, broken := w.in.take()
			for _, m := range list {
				switch m := m.(type) {
				case protocol.Grown:
					if m.ID == id && len(m.Mask) == len(seeds) {
						return m.Mask, nil
					}
				case protocol.Failed:
					if m.ID == id || m.ID == 0 {
						return nil, m.Err()
					}
				}
			}
			if broken != nil {
				r.end(w)
				return nil, unavailable(broken)
			}
		}
	}
}

// growMask grows what is painted in the layer to the edges of things.
func (s *studio) growMask() {
	l, at, photograph := s.masks, s.masking.at, s.content
	m := l.Peek(at)
	if s.masking.growing || s.masking.stroke != nil {
		return
	}
	if !m.Painted() {
		s.say(words.GrowWhat)
		return
	}
	w, h := dom.Fit(photograph.w, photograph.h, growSide)
	seeds := l.Seeds(at, w, h)
	s.masking.growing, s.problem = true, ""
	s.page.Async(func() {
		ctx, stop := context.WithTimeout(context.Background(), growFor)
		defer stop()
		var grown []uint8
		img, err := dom.Pixels(photograph.blob, w, h)
		if err == nil {
			grown, err = s.worker.Grow(ctx, img, seeds)
		}
		s.page.Dispatch(func(app.Context) {
			s.masking.growing = false
			switch {
			case err != nil:
				s.problem = engine.AsError(err).Message
			case s.masks == l && s.masking.open && s.masking.stroke == nil:
				l.Replace(at, m.Enlarged(grown, w, h))
				s.chooseLayer(at)
			}
		})
	})
}
