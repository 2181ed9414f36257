package film

import (
	"context"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/dom"
)

// stills are what a film is made of. Two of them are decoded at a time.
type stills struct {
	photograph app.Value // a Blob
	frames     []frame
	painted    app.Value // a canvas
	w, h       int

	open [2]app.Value // bitmaps of the still number at, and of the next
	at   int
}

// film records them, and returns the file.
func (s *stills) film(ctx context.Context, f Format) ([]byte, error) {
	defer s.close()
	t := timelineOf(len(s.frames))
	began := time.Now()
	blob, err := record(ctx, f, s.w, s.h, t.length(), func(pen app.Value, at time.Duration) error {
		if at == 0 {
			began = time.Now()
		}
		if bar, ok := dom.Element(progressID); ok {
			bar.Set("value", float64(at)/float64(t.length()))
		}
		return s.draw(pen, t, at)
	})
	lasted := time.Since(began)
	if err != nil {
		return nil, err
	}
	file, err := dom.BytesOf(blob)
	if err == nil && strings.HasPrefix(f.Kind, "video/webm") {
		file = withDuration(file, float64(lasted.Milliseconds()))
	}
	return file, err
}

// draw draws what is seen at a time, one still over the other.
func (s *stills) draw(pen app.Value, t timeline, at time.Duration) error {
	still, next := t.at(at)
	if err := s.turnTo(still); err != nil {
		return err
	}
	return dom.Try(func() {
		pen.Set("globalAlpha", 1)
		pen.Set("fillStyle", "#ffffff") // under what shows through
		pen.Call("fillRect", 0, 0, s.w, s.h)
		pen.Call("drawImage", s.open[0], 0, 0, s.w, s.h)
		if next > 0 {
			pen.Set("globalAlpha", next)
			pen.Call("drawImage", s.open[1], 0, 0, s.w, s.h)
		}
	})
}

// turnTo decodes that still and the next.
func (s *stills) turnTo(still int) error {
	for i, bitmap := range s.open {
		if bitmap != nil && s.at+i < still {
			s.shut(i)
		}
	}
	if s.at+1 == still {
		s.open[0], s.open[1] = s.open[1], nil
	}
	s.at = still
	for i := range s.open {
		if s.open[i] != nil || still+i > len(s.frames)+1 {
			continue
		}
		var err error
		if s.open[i], err = s.decoded(still + i); err != nil {
			return err
		}
	}
	return nil
}

func (s *stills) decoded(still int) (app.Value, error) {
	blob, how := s.photograph, map[string]any{"imageOrientation": "from-image", "resizeWidth": s.w, "resizeHeight": s.h, "resizeQuality": "high"}
	switch {
	case still > len(s.frames):
		return s.painted, nil
	case still > 0:
		blob, how = s.frames[still-1].blob, map[string]any{}
	}
	return dom.Await(app.Window().Call("createImageBitmap", blob, how))
}

func (s *stills) shut(i int) {
	if bitmap := s.open[i]; bitmap != nil && s.at+i <= len(s.frames) { // and not the canvas
		bitmap.Call("close")
	}
	s.open[i] = nil
}

func (s *stills) close() {
	s.shut(0)
	s.shut(1)
}
