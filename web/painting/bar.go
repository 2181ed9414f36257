package painting

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

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
			app.Progress().Max(1).Value(s.desk.Run.Fraction()).Aria("label", words.T("Progress")),
			app.P().Class("fine").Aria("hidden", true).Text(s.fine(slots)),
		),
		app.P().Class("unseen").ID("status").Role("status").
			DataSet("state", s.desk.Run.Phase().State()).
			DataSet("scale", s.desk.Run.Progress.Scale).
			DataSet("iteration", s.desk.Run.Progress.Iteration).
			DataSet("loss", number(float64(s.desk.Run.Progress.Loss))).
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
