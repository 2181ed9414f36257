package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/dom"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

func (s *studio) renderBar() app.UI {
	why := s.missing()
	return app.Section().Class("bar").Aria("label", words.Run).Body(
		app.Div().Class("runs").Body(
			app.If(s.busy(), func() app.UI {
				return app.Button().ID("stop").Class("main").Type("button").Text(words.Stop).Disabled(s.run.Stopping()).
					OnClick(func(app.Context, app.Event) { s.halt() })
			}).Else(func() app.UI {
				return app.Button().ID("start").Class("main").Type("button").Text(words.Start).Disabled(why != "" || s.masking.growing).Title(why).
					OnClick(func(app.Context, app.Event) { s.start() })
			}),
			app.If(s.run.Pausable(), func() app.UI {
				return app.Button().ID("pause").Class("quiet").Type("button").Text(words.Pause).Disabled(s.run.Stopping() || !s.run.Paints()).
					OnClick(func(app.Context, app.Event) { s.run.Pause() })
			}),
			app.If(s.run.Waits(), func() app.UI {
				return app.Button().ID("resume").Class("quiet").Type("button").Text(words.Resume).Disabled(s.run.Stopping()).
					OnClick(func(app.Context, app.Event) { s.resume() })
			}),
		),
		app.Div().Class("progress").Body(
			app.Progress().Max(1).Value(s.run.Fraction()).Aria("label", words.Progress),
			app.P().Class("fine").Aria("hidden", true).Text(s.fine()),
		),
		app.P().Class("unseen").ID("status").Role("status").
			DataSet("state", s.run.Phase().State()).
			DataSet("scale", s.run.Progress.Scale).
			DataSet("iteration", s.run.Progress.Iteration).
			DataSet("loss", number(s.run.Progress.Loss)).
			Text(s.coarse()),
		s.renderSparkline(),
		s.renderExport(),
		app.If(s.host != nil && s.run.Result != nil, func() app.UI {
			return dom.Press("quiet share", words.Share, s.openShare).Disabled(s.entry == nil || s.busy())
		}),
		app.If(s.host != nil, func() app.UI {
			return app.Button().Class("quiet print").Type("button").Text(words.PrintSize).Disabled(why != "" || s.busy()).
				OnClick(func(app.Context, app.Event) {
					s.withMasks(func() {
						s.asking = true
						dom.ShowModal(handOverID)
					})
				})
		}),
	)
}

// missing says what Start waits for.
func (s *studio) missing() string {
	switch {
	case s.content == nil && len(s.styles) == 0:
		return words.NeedBoth
	case s.content == nil:
		return words.NeedContent
	case len(s.styles) == 0:
		return words.NeedStyle
	}
	return ""
}

// coarse is what is announced: it changes with the phase and the scale only.
func (s *studio) coarse() string {
	switch {
	case s.masking.growing:
		return words.Growing
	case s.said != "":
		return s.said
	}
	if _, idle := s.run.Phase().(run.Idle); idle {
		if why := s.missing(); why != "" {
			return why
		}
		if s.begin != nil {
			return words.Continues
		}
	}
	return s.run.Phase().Text()
}

// fine is what the eye reads.
func (s *studio) fine() string {
	switch {
	case len(s.waits) > 0 && !s.busy():
		return *s.waits[len(s.waits)-1]
	case s.busy() && (s.said == "" || s.run.Fetches()):
		return s.run.Fine()
	}
	return s.coarse()
}
