package main

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/run"
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
	s.withMasks(func() { s.paint(run.Job{}, s.worker, recipe, prepare) })
}

// paint makes a painting by whatever runner, from the first report to the result. prepare
// completes the request outside the event loop. A second one cannot begin while it lasts.
func (s *studio) paint(job run.Job, runner engine.Runner, recipe engine.Recipe, prepare func(*engine.Request) error) {
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
	s.keeper, job.Where = nil, dom.HostName()
	if runner == engine.Runner(s.worker) {
		req.CheckpointEvery = checkpointEvery(recipe.Size)
		s.keeper, job.Where = s.keepRun(recipe), ""
	}
	runCtx, stop := context.WithCancel(context.Background())
	job.Stop, job.Control = stop, req.Control
	s.run.Begin(job)
	s.problem, s.drawn = "", false
	if s.begin == nil {
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
		s.page.Dispatch(func(app.Context) { s.end(result, err, job.Where, time.Since(began)) })
	})
}

// hear takes a report.
func (s *studio) hear(p engine.Progress) {
	if !s.run.Hear(p) {
		return
	}
	s.keeper.hear(p)
	if p.Note != "" {
		s.problem = p.Note
	}
	if p.Preview != nil {
		s.draw(p.Preview)
	}
}

// steer asks the run for the settings as they are now.
func (s *studio) steer() {
	if err := s.run.Steer(s.recipe); err != nil {
		s.problem = engine.AsError(err).Message
	}
}

// resume lets the run that waits go on, after the page was closed as well.
func (s *studio) resume() {
	if found, ok := s.run.TakeUp(); ok {
		s.takeUp(found)
		return
	}
	s.run.Resume()
}

// halt asks the run to stop.
func (s *studio) halt() {
	if s.run.LetGo() {
		s.letGo()
		s.run.Proceed()
		return
	}
	s.run.Stop()
}

// end takes the result, or why there is none.
func (s *studio) end(result *engine.Result, err error, where string, took time.Duration) {
	s.lookWhatIsKept()
	s.keeper = nil
	s.forgetJob()
	if result != nil {
		s.begin = nil
		s.draw(result.Picture)
		s.remember(result, where)
	}
	s.run.End(result, err, took)
	if e := engine.AsError(err); e != nil && e.Code != engine.Cancelled {
		s.problem = e.Message
	}
	s.run.Proceed()
}
