package main

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
)

// previewEvery is how often a painting shows itself.
const previewEvery = 250 * time.Millisecond

// run makes a painting by whatever runner, from the first report to the result. A
// second one cannot begin while it lasts.
func (s *studio) run(runner engine.Runner, recipe engine.Recipe) {
	if s.busy() || s.missing() != "" {
		return
	}
	req := engine.Request{Recipe: recipe, Content: s.content.file, PreviewEvery: previewEvery}
	for _, p := range s.styles {
		req.Styles = append(req.Styles, p.file)
	}
	if runner == engine.Runner(s.worker) {
		req.Control = &engine.Control{}
	}
	runCtx, stop := context.WithCancel(context.Background())
	s.state, s.stop, s.stopping, s.stopped, s.problem = loading, stop, false, false, ""
	s.control = req.Control
	s.result, s.progress, s.asking = nil, engine.Progress{}, false
	w, h := fit(s.content.w, s.content.h, recipe.Size)
	s.drawPhotograph(w, h, pictureID, beforeID)
	s.split = "0"
	s.showSplit()

	began := time.Now()
	s.page.Async(func() {
		result, err := runner.Run(runCtx, req, func(p engine.Progress) {
			s.page.Dispatch(func(app.Context) { s.hear(p) })
		})
		stop()
		s.page.Dispatch(func(app.Context) { s.end(result, err, time.Since(began)) })
	})
}

// hear takes a report.
func (s *studio) hear(p engine.Progress) {
	if !s.busy() {
		return
	}
	switch p.Stage {
	case engine.Painting:
		s.state = running
	case engine.Pausing:
		s.state = paused
	}
	if p.Note != "" {
		s.problem = p.Note
	}
	s.progress = p
	if p.Preview != nil {
		draw(p.Preview)
		s.progress.Preview = nil
	}
}

// steer asks the run for the settings as they are now.
func (s *studio) steer() {
	if s.control == nil {
		return
	}
	if err := s.control.Change(s.recipe); err != nil {
		s.problem = engine.AsError(err).Message
	}
}

// pause lets the run wait, or go on.
func (s *studio) pause(wait bool) {
	switch {
	case s.control == nil:
	case wait:
		s.control.Pause()
	default:
		s.control.Resume()
		s.state = running
	}
}

// halt asks the run to stop.
func (s *studio) halt() {
	if s.busy() && !s.stopping {
		s.stopping = true
		s.stop()
	}
}

// end takes the result, or why there is none.
func (s *studio) end(result *engine.Result, err error, took time.Duration) {
	s.stopping, s.took = false, took
	s.lookWhatIsKept()
	s.stop, s.control = nil, nil
	if result != nil {
		s.result = result
		draw(result.Picture)
	}
	e := engine.AsError(err)
	switch {
	case e == nil:
		s.state = done
	case e.Code == engine.Cancelled && result != nil:
		s.state, s.stopped = done, true
	case e.Code == engine.Cancelled:
		s.state = idle
	default:
		s.state, s.problem = failed, e.Message
	}
}
