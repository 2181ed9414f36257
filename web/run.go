package main

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
)

// previewEvery is how often a painting shows itself.
const previewEvery = 250 * time.Millisecond

// start paints on this device what is on the page, from a result that is to be continued
// if there is one.
func (s *studio) start() {
	recipe, prepare := s.recipe, func(*engine.Request) error { return nil }
	if begin := s.begin; begin != nil {
		recipe.Start, recipe.Scales = engine.StartPicture, 1
		prepare = func(req *engine.Request) error {
			req.Start = *begin
			return nil
		}
	}
	s.withMasks(func() { s.run(s.worker, recipe, prepare) })
}

// run makes a painting by whatever runner, from the first report to the result. prepare
// completes the request outside the event loop. A second one cannot begin while it lasts.
func (s *studio) run(runner engine.Runner, recipe engine.Recipe, prepare func(*engine.Request) error) {
	if s.busy() || s.missing() != "" {
		return
	}
	req := engine.Request{Recipe: recipe, Content: s.content.file, PreviewEvery: previewEvery}
	for _, p := range s.styles {
		req.Styles = append(req.Styles, p.file)
	}
	req.Masks, req.Keep = s.maskFiles()
	if s.masks != nil {
		s.masks.Changed = false
	}
	req.Control = &engine.Control{}
	s.keeper, s.where = nil, dom.HostName()
	if runner == engine.Runner(s.worker) {
		req.CheckpointEvery = checkpointEvery(recipe.Size)
		s.keeper, s.where = s.keepRun(recipe), ""
	}
	runCtx, stop := context.WithCancel(context.Background())
	s.state, s.stop, s.stopping, s.stopped, s.problem = loading, stop, false, false, ""
	s.control = req.Control
	s.result, s.progress, s.curve, s.selected, s.drawn = nil, engine.Progress{}, curve{}, "", false
	if s.begin == nil && s.interrupted == nil {
		s.drawPhotograph(recipe.Size, pictureID, beforeID)
	} else {
		s.drawPhotograph(recipe.Size, beforeID)
	}

	began, keeper := time.Now(), s.keeper
	s.page.Async(func() {
		err := prepare(&req)
		var result *engine.Result
		if err == nil {
			result, err = runner.Run(runCtx, req, func(p engine.Progress) {
				s.page.Dispatch(func(app.Context) { s.hear(p) })
			})
		}
		stop()
		keeper.close()
		s.page.Dispatch(func(app.Context) { s.end(result, err, time.Since(began)) })
	})
}

// hear takes a report.
func (s *studio) hear(p engine.Progress) {
	if !s.busy() {
		return
	}
	s.keeper.hear(p)
	switch p.Stage {
	case engine.Painting:
		s.state = running
	case engine.Pausing:
		s.state = paused
	}
	if p.Note != "" {
		s.problem = p.Note
	}
	s.curve.add(p)
	s.progress = p
	if p.Preview != nil {
		s.draw(p.Preview)
	}
	s.progress.Preview, s.progress.Checkpoint = nil, nil
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

// pause lets the run wait, or go on, after the page was closed as well.
func (s *studio) pause(wait bool) {
	switch {
	case s.interrupted != nil && !wait:
		s.takeUp()
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
	switch {
	case s.interrupted != nil:
		s.letGo()
		s.proceed()
	case s.busy() && !s.stopping:
		s.stopping = true
		s.stop()
	}
}

// end takes the result, or why there is none.
func (s *studio) end(result *engine.Result, err error, took time.Duration) {
	s.stopping, s.took = false, took
	s.lookWhatIsKept()
	s.stop, s.control, s.keeper = nil, nil, nil
	s.forgetJob()
	if result != nil {
		s.result, s.begin = result, nil
		s.draw(result.Picture)
		s.remember(result, s.where)
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
	s.proceed()
}

// proceed does what waited for the run to end.
func (s *studio) proceed() {
	acts := s.after
	s.after = nil
	for _, act := range acts {
		act()
	}
}
