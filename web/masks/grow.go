package masks

import (
	"context"
	"time"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/photo"
	"trappedinart/web/words"
)

const (
	growSide = 320 // the longer side of the picture on which edges are looked for
	growFor  = time.Minute
)

// growMask grows what is painted in the layer to the edges of things.
func (s *Editor) growMask() {
	l, at, photograph := s.desk.Masks, s.at, s.desk.Content
	m := l.Peek(at)
	if s.growing || s.stroke != nil {
		return
	}
	if !m.Painted() {
		s.desk.Say(words.T("Paint a stroke or two on an object first; they then grow to its edges."))
		return
	}
	w, h := photograph.Fit(growSide)
	seeds := l.Seeds(at, w, h)
	s.growing, s.desk.Problem = true, ""
	s.desk.Page.Async(func() {
		ctx, stop := context.WithTimeout(context.Background(), growFor)
		defer stop()
		var grown []uint8
		img, err := dom.Pixels(photo.Blob(photograph), w, h)
		if err == nil {
			grown, err = s.grow(ctx, img, seeds)
		}
		s.desk.Page.Dispatch(func() {
			s.growing = false
			switch {
			case err != nil:
				s.desk.Problem = engine.AsError(err).Message
			case s.desk.Masks == l && s.open && s.stroke == nil:
				l.Replace(at, m.Enlarged(grown, w, h))
				s.chooseLayer(at)
			}
		})
	})
}
