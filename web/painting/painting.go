// Package painting starts a run, hears of it, and ends it; has the bar where that is done; and keeps
// the run, so that it outlives the page.
package painting

import (
	"context"
	"image"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/kept"
	"trappedinart/web/photo"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

// previewEvery is how often a painting shows itself.
const previewEvery = 250 * time.Millisecond

// A Picture shows how far the painting is.
type Picture interface {
	Draw(img *image.NRGBA)
	DrawBitmap(bitmap app.Value)
	Drawn() (canvas app.Value, ok bool)
	Photograph(longer int, painted bool)
	NothingDrawn()
}

// A Painter has the run.
type Painter struct {
	desk    *desk.Desk
	store   *kept.Store
	Picture Picture
	// Worker paints on this device.
	Worker engine.Runner
	// WithMasks makes files of the masks, and then goes on.
	WithMasks func(then func())
	// Ended is told of the end of a run, which may have a result, and where it was made.
	Ended func(result *engine.Result, where string)

	// Begins is called when a run begins, and Previewed with each preview of it, which can be drawn
	// then and there.
	Begins    func()
	Previewed func(bitmap app.Value)

	// Reported is called whenever there is more to show of the run.
	Reported func()

	// Largest says what the result takes at twice its size here, or in a sentence why it cannot be
	// painted here; and Elsewhere, which may be nil, has it painted by a server.
	Largest   func() (takes *engine.Estimate, why string)
	Elsewhere func(recipe engine.Recipe, smaller engine.File)

	keeper  *keeper      // of the run that is under way, if it is kept
	smaller *engine.File // that the run which was interrupted goes on from, or nil
	awake   dom.Wake
	shown   shown
}

// New returns one for the desk.
func New(d *desk.Desk, store *kept.Store) *Painter {
	return &Painter{desk: d, store: store, shown: shown{fraction: -1}}
}

// start paints on this device what is on the page, from a result that is to be continued
// if there is one.
func (s *Painter) start() {
	recipe, prepare := s.desk.Recipe, func(*engine.Request) error { return nil }
	if e := s.desk.Foreseen; e != nil {
		recipe.Size = e.Size // what was said, where it was left to the device
	}
	if begin := s.desk.Begin; begin != nil {
		recipe.Start, recipe.Scales = engine.StartPicture, 1
		prepare = func(req *engine.Request) error {
			req.StartPicture = *begin
			return nil
		}
	}
	s.WithMasks(func() { s.paint(run.Job{}, s.Worker, recipe, prepare) })
}

// Paint makes a painting of the desk by any runner, from a smaller one on if that is not nil.
func (s *Painter) Paint(job run.Job, runner engine.Runner, recipe engine.Recipe, smaller *engine.File) {
	s.smaller = smaller
	s.paint(job, runner, recipe, func(*engine.Request) error { return nil })
}

// larger goes on from the result at twice its size, here or, if it must be, elsewhere.
func (s *Painter) larger() {
	recipe, why := s.desk.Larger()
	if why != "" {
		return
	}
	result := s.desk.Run.Result
	_, unfit := s.Largest()
	s.WithMasks(func() {
		s.desk.WaitFor(words.T("Making the file …"), func() {
			file, err := photo.ResultFile(result, "image/png")
			s.desk.Page.Dispatch(func() {
				switch smaller := (engine.File{Name: "result.png", Data: file}); {
				case err != nil:
					s.desk.Problem = engine.AsError(err).Message
				case unfit == "":
					s.Paint(run.Job{}, s.Worker, recipe, &smaller)
				case s.Elsewhere != nil:
					s.Elsewhere(recipe, smaller)
				}
			})
		})
	})
}

// paint makes a painting by any runner, from the first report to the result. prepare completes the
// request outside the event loop. A second one cannot begin while it lasts.
func (s *Painter) paint(job run.Job, runner engine.Runner, recipe engine.Recipe, prepare func(*engine.Request) error) {
	if s.desk.Busy() || s.desk.Missing() != "" {
		return
	}
	req := s.desk.Request(recipe)
	req.PreviewEvery = previewEvery
	if s.desk.Masks != nil {
		s.desk.Masks.Changed = false
	}
	smaller := s.smaller
	if smaller != nil {
		req.Smaller = *smaller
	}
	s.desk.NoteMade()
	s.keeper, job.Where = nil, dom.HostName()
	if runner == s.Worker {
		req.CheckpointEvery = checkpointEvery(s.desk.Longer(&recipe))
		s.keeper, job.Where = s.keepRun(recipe), ""
	}
	runCtx, stop := context.WithCancel(context.Background())
	job.Stop, job.Control = stop, req.Control
	s.desk.Run.Begin(job)
	s.desk.Problem = ""
	s.keepAwake()
	s.Begins()
	s.Picture.NothingDrawn()
	s.Picture.Photograph(s.desk.Longer(&recipe), s.desk.Begin == nil && smaller == nil)

	began, keeper := time.Now(), s.keeper
	s.desk.Page.Async(func() {
		err := prepare(&req)
		var result *engine.Result
		if err == nil {
			result, err = runner.Run(runCtx, req, func(p engine.Progress) {
				s.desk.Page.Quietly(func() { s.hear(p) })
			})
		}
		stop()
		keeper.close()
		s.desk.Page.Dispatch(func() { s.end(result, err, job.Where, time.Since(began)) })
	})
}

// hear takes a report. The page is rendered if there is more to say than how far it is.
func (s *Painter) hear(p engine.Progress) {
	before := s.desk.Run.Phase().Text()
	if !s.desk.Run.Hear(p) {
		return
	}
	if e := p.Estimate; e != nil && s.desk.Recipe.Size == engine.SizeAuto && s.desk.Foreseen == nil {
		s.desk.Foreseen, s.desk.Auto = e, e.Size // chosen as it began
		s.Picture.Photograph(e.Size, s.desk.Begin == nil)
	}
	if p.Note != "" {
		s.desk.Problem = p.Note
	}
	if p.Preview != nil {
		s.show(dom.Offscreen(p.Preview))
	}
	if p.Note != "" || p.Estimate != nil || s.desk.Run.Phase().Text() != before {
		s.keepAwake()
		s.desk.Page.Dispatch(func() {})
		return
	}
	s.ShowProgress()
}

// keepAwake keeps the screen on while this device paints.
func (s *Painter) keepAwake() { s.awake.Want(s.desk.Run.Pausable()) }

// Show takes a preview that has come beside the reports.
func (s *Painter) Show(bitmap app.Value) {
	if s.desk.Busy() {
		s.show(bitmap)
	}
}

func (s *Painter) show(bitmap app.Value) {
	s.Picture.DrawBitmap(bitmap)
	s.Previewed(bitmap)
}

// resume lets the run that waits go on, after the page was closed as well.
func (s *Painter) resume() {
	if found, ok := s.desk.Run.TakeUp(); ok {
		s.takeUp(found)
		return
	}
	s.desk.Run.Resume()
	s.keepAwake()
}

// end takes the result, or why there is none.
func (s *Painter) end(result *engine.Result, err error, where string, took time.Duration) {
	s.keeper, s.smaller = nil, nil
	if result != nil {
		s.desk.Begin = nil
		s.Picture.Draw(result.Picture)
	}
	s.Ended(result, where)
	s.desk.Run.End(result, err, took)
	s.keepAwake()
	if e := engine.AsError(err); e != nil && e.Code != engine.Cancelled {
		s.desk.Problem = e.Message
	}
	s.desk.Run.Proceed()
}
