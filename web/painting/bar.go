package painting

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

// Slots are what other features have to do with the bar.
type Slots struct {
	Growing bool     // the worker looks for edges
	After   []app.UI // in the bar, after progress and status
}

// Render has Start and Stop, progress and status.
func (s *Painter) Render(slots Slots) app.UI {
	why := s.desk.Missing()
	s.shown.growing = slots.Growing
	return app.Section().Class("bar").Aria("label", words.T("Painting")).Body(append([]app.UI{
		app.Div().Class("runs").Body(
			app.If(s.desk.Busy(), func() app.UI {
				return app.Button().ID("stop").Class("main").Type("button").Text(words.T("Stop")).Disabled(s.desk.Run.Stopping()).
					OnClick(func(app.Context, app.Event) { s.desk.Halt() })
			}).Else(func() app.UI {
				return app.Button().ID("start").Class("main").Type("button").Text(words.T("Start")).Disabled(why != "" || slots.Growing).Title(why).
					OnClick(func(app.Context, app.Event) { s.start() })
			}),
			app.If(s.desk.Run.Pausable(), func() app.UI {
				return app.Button().ID("pause").Class("quiet").Type("button").Text(words.T("Pause")).Disabled(s.desk.Run.Stopping() || !s.desk.Run.Paints()).
					OnClick(func(app.Context, app.Event) { s.desk.Run.Pause() })
			}),
			app.If(s.desk.Run.Waits(), func() app.UI {
				return app.Button().ID("resume").Class("quiet").Type("button").Text(words.T("Resume")).Disabled(s.desk.Run.Stopping()).
					OnClick(func(app.Context, app.Event) { s.resume() })
			}),
			app.If(!s.desk.Busy() && s.desk.Run.Result != nil, func() app.UI { return s.renderLarger(slots.Growing) }),
		),
		app.Div().Class("progress").Body(
			app.Progress().ID(progressID).Max(1).Aria("label", words.T("Progress")),
			app.P().ID(fineID).Class("fine").Aria("hidden", true),
		),
		app.P().Class("unseen").ID(statusID).Role("status").
			DataSet("state", s.desk.Run.Phase().State()).
			Text(s.coarse(slots)),
	}, slots.After...)...)
}

// renderLarger is the button that goes on from the result at twice its size, with what that takes.
func (s *Painter) renderLarger(growing bool) app.UI {
	recipe, why := s.desk.Larger()
	about := ""
	if why == "" {
		takes, unfit := s.Largest()
		about = words.T("%d px", recipe.Size)
		switch {
		case unfit != "" && s.Elsewhere != nil && s.desk.Server != nil:
			about, why = words.T("%d px, by the server", recipe.Size), ""
		case unfit != "":
			why = words.Translate(unfit)
		case takes != nil:
			about = words.T("%d px, about %s", recipe.Size, words.Duration(takes.Time.Duration()))
		}
	}
	title := why
	if title == "" {
		title = words.T("Goes on from this painting at twice its size.")
	}
	return app.Button().ID("larger").Class("quiet larger").Type("button").Title(title).Disabled(why != "" || growing).
		Body(app.Span().Text(words.T("Larger")), app.Span().Class("unit").Text(about)).
		OnClick(func(app.Context, app.Event) { s.larger() })
}

// Elements that show how far it is, which changes some seven times a second: ShowProgress sets what
// go-app's rendering leaves alone.
const (
	progressID = "progress"
	fineID     = "fine"
	statusID   = "status"
)

// shown is what those elements show.
type shown struct {
	growing  bool // by the last rendering
	text     string
	fraction float64
	report   engine.Progress
}

// ShowProgress shows how far it is, where that has changed. It is called after every report, and
// after every rendering.
func (s *Painter) ShowProgress() {
	run, was := s.desk.Run, s.shown
	s.shown.text, s.shown.fraction, s.shown.report = s.fine(Slots{Growing: was.growing}), run.Fraction(), run.Progress
	if now := s.shown; now.text != was.text {
		dom.SetValue(fineID, "textContent", now.text)
	}
	if now := s.shown; now.fraction != was.fraction {
		dom.SetValue(progressID, "value", now.fraction)
	}
	if now := s.shown.report; now.Scale != was.report.Scale || now.Iteration != was.report.Iteration {
		dom.SetData(statusID, map[string]string{
			"scale": strconv.Itoa(now.Scale), "iteration": strconv.Itoa(now.Iteration), "loss": number(float64(now.Loss)),
		})
	}
	s.Reported()
}

// coarse is what is announced: it changes with the phase and the scale only.
func (s *Painter) coarse(slots Slots) string {
	switch {
	case slots.Growing:
		return words.T("Looking for edges …")
	case s.desk.Said != "":
		return s.desk.Said
	}
	if _, idle := s.desk.Run.Phase().(run.Idle); idle {
		if why := s.desk.Missing(); why != "" {
			return why
		}
		if s.desk.Begin != nil {
			return words.T("Ready to continue from this result.")
		}
		if s.desk.Opening {
			return words.T("This was painted from the photograph. Choose your own, or press Start and watch.")
		}
	}
	return s.desk.Run.Phase().Text()
}

// fine is what the eye reads.
func (s *Painter) fine(slots Slots) string {
	switch {
	case s.desk.Waits() != "" && !s.desk.Busy():
		return s.desk.Waits()
	case s.desk.Busy() && (s.desk.Said == "" || s.desk.Run.Fetches()):
		return s.desk.Run.Fine()
	}
	return s.coarse(slots)
}

// number is a loss for an attribute.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
