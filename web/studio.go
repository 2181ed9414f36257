package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/dials"
	"trappedinart/web/dom"
	"trappedinart/web/film"
	"trappedinart/web/forecast"
	"trappedinart/web/handover"
	"trappedinart/web/history"
	"trappedinart/web/kept"
	"trappedinart/web/masks"
	"trappedinart/web/painting"
	"trappedinart/web/photo"
	"trappedinart/web/pictures"
	"trappedinart/web/result"
	"trappedinart/web/runner"
	"trappedinart/web/share"
	"trappedinart/web/words"
)

// Panels of the sheet that a phone has below the picture; a wide window shows them all.
const (
	sheetDials   = "dials"
	sheetHistory = "history"
)

// studio is the page: the one component that renders. It has the desk, the features that know it,
// and the lines between these. All of it belongs to go-app's event loop.
type studio struct {
	app.Compo
	page   *page
	desk   *desk.Desk
	ledger *desk.Ledger

	pictures *pictures.Panel
	masks    *masks.Editor
	stage    *result.Stage
	painter  *painting.Painter
	film     *film.Maker
	dials    *dials.Panel
	forecast *forecast.Forecast
	history  *history.Shelf
	printer  *handover.Printer
	sharer   *share.Sharer

	worker  *runner.Worker
	workers int // that paint, if none ends
	offered *runner.Catalogue
	panel   string // of the sheet that a phone shows
}

func newStudio() *studio {
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		panic(err)
	}
	recipe.Size = engine.SizeAuto
	s := &studio{panel: sheetDials, worker: &runner.Worker{}}
	s.page = &page{studio: s}
	d := desk.New(s.page, recipe)
	store, saver := &kept.Store{}, photo.NewSaver()
	s.desk, s.ledger = d, &desk.Ledger{}

	s.pictures, s.dials = pictures.New(d), dials.New(d)
	s.forecast = forecast.New(d, s.worker, s.dials.Here)
	s.dials.LookAgain, s.dials.Forecast = s.lookWhatIsKept, s.forecast.Text
	s.masks = masks.New(d, s.worker.Grow)
	s.stage = result.New(d, saver, s.masks.Open)
	s.history = history.New(d, store, s.stage.Show)
	s.sharer = share.New(d, saver)
	s.sharer.Store, s.sharer.Entry = store, s.history.Current
	s.history.Revoke = s.sharer.RevokeGone
	s.painter = painting.New(d, store)
	s.stage.AsOpened = func() bool { return s.pictures.AsOpened() && !s.masks.Open() }
	s.film = film.New(d)
	s.film.Painted = s.stage.Drawn
	s.painter.Begins, s.painter.Previewed = s.film.Begin, s.film.Take
	s.painter.Reported = s.stage.ShowLosses
	s.painter.Picture, s.painter.Worker, s.painter.WithMasks, s.painter.Ended = s.stage, s.worker, s.masks.WithFiles, s.ended
	s.printer = handover.New(d)
	s.printer.Store, s.printer.Runner, s.printer.Paint, s.printer.WithMasks = store, serverJob, s.painter.Paint, s.masks.WithFiles
	s.painter.Largest, s.painter.Elsewhere = s.forecast.Largest, s.printer.AskLarger
	return s
}

// ended does what the end of a run is the beginning of.
func (s *studio) ended(result *engine.Result, where string) {
	s.lookWhatIsKept()
	s.printer.Forget()
	s.film.End(result)
	if result != nil {
		s.history.Remember(result, where)
	}
}

func (s *studio) Render() app.UI {
	if s.page.ctx.Context != nil { // what go-app leaves alone
		s.page.Defer(s.painter.ShowProgress)
	}
	s.forecast.Look()
	s.stage.Reopen()
	return app.Div().Class("studio").Body(
		app.Header().Class("top").Body(
			app.H1().Text(words.T("Trapped in Art")),
			s.renderPrivacy(),
			s.renderLanguages(),
		),
		app.Main().Body(
			s.pictures.Render(pictures.Slots{Parts: s.dials.RenderParts, Masks: s.masks.Render(), Editing: s.masks.Open()}),
			s.stage.Render(s.masks.RenderOver(), s.masks.RenderTool()),
			s.painter.Render(painting.Slots{Growing: s.masks.Growing(), After: []app.UI{
				s.stage.RenderSparkline(),
				s.stage.RenderExport(),
				s.film.Render(),
				s.sharer.RenderButton(),
				s.printer.RenderButton(),
			}}),
			s.renderTabs(),
			s.dials.Render(s.sheet(sheetDials), s.pictures.RenderPalette(), s.sharer.CopyRecipeLink),
			s.history.Render(s.sheet(sheetHistory)),
		),
		s.printer.Render(),
		s.sharer.Render(),
		s.sharer.RenderShared(),
		s.stage.RenderLoss(),
		s.renderQuestion(),
	)
}

// renderPrivacy says what has left this device.
func (s *studio) renderPrivacy() app.UI {
	sent := s.ledger.List
	sign, line := "lock", words.T("Nothing has left this device.")
	if len(sent) > 0 {
		sign, line = "sent", sent[0].Text
	}
	return app.Div().Class("privacy").Body(
		dom.Icon(sign),
		app.P().ID("privacy").Text(line),
		app.If(len(sent) > 1, func() app.UI {
			return app.Details().Class("earlier").Body(
				app.Summary().Text(words.T("%d more", len(sent)-1)),
				app.Ul().Body(app.Range(sent[1:]).Slice(func(i int) app.UI { return app.Li().Text(sent[1+i].Text) })),
			)
		}),
	)
}

// renderLanguages choose what language the page speaks.
func (s *studio) renderLanguages() app.UI {
	return app.Select().ID("language").Aria("label", words.T("Language")).Body(
		app.Range(words.Languages).Slice(func(i int) app.UI {
			l := words.Languages[i]
			return app.Option().Value(l.Code).Text(l.Name).Lang(l.Code).Selected(l == words.Spoken())
		}),
	).OnChange(func(ctx app.Context, _ app.Event) { dom.Speak(ctx.JSSrc().Get("value").String()) })
}

// sheet are the classes of a panel of the phone's sheet.
func (s *studio) sheet(name string) []string {
	if s.panel == name {
		return []string{"panel", "open"}
	}
	return []string{"panel"}
}

// renderTabs choose among the panels, on a phone.
func (s *studio) renderTabs() app.UI {
	tabs := []struct{ panel, label string }{{sheetDials, words.T("Settings")}, {sheetHistory, words.T("History")}}
	return app.Nav().Class("tabs").Aria("label", words.T("Panels")).Body(app.Range(tabs).Slice(func(i int) app.UI {
		t := tabs[i]
		return dom.Press("tab", t.label, func() { s.panel = t.panel }, t.panel).Aria("pressed", s.panel == t.panel)
	}))
}
