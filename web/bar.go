package main

import (
	"fmt"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
)

func (s *studio) renderBar() app.UI {
	why := s.missing()
	return app.Section().Class("bar").Aria("label", words.Run).Body(
		app.Div().Class("runs").Body(
			app.If(s.busy(), func() app.UI {
				return app.Button().ID("stop").Class("main").Type("button").Text(words.Stop).Disabled(s.stopping).
					OnClick(func(app.Context, app.Event) { s.halt() })
			}).Else(func() app.UI {
				return app.Button().ID("start").Class("main").Type("button").Text(words.Start).Disabled(why != "" || s.masking.growing).Title(why).
					OnClick(func(app.Context, app.Event) { s.start() })
			}),
			app.If(s.control != nil && s.where == "" && s.state != paused, func() app.UI { // others wait for a server's worker
				return app.Button().ID("pause").Class("quiet").Type("button").Text(words.Pause).Disabled(s.stopping || s.state != running).
					OnClick(func(app.Context, app.Event) { s.pause(true) })
			}),
			app.If(s.state == paused, func() app.UI {
				return app.Button().ID("resume").Class("quiet").Type("button").Text(words.Resume).Disabled(s.stopping).
					OnClick(func(app.Context, app.Event) { s.pause(false) })
			}),
		),
		app.Div().Class("progress").Body(
			app.Progress().Max(1).Value(s.fraction()).Aria("label", words.Progress),
			app.P().Class("fine").Aria("hidden", true).Text(s.fine()),
		),
		app.P().Class("unseen").ID("status").Role("status").
			DataSet("state", s.state).
			DataSet("scale", s.progress.Scale).
			DataSet("iteration", s.progress.Iteration).
			DataSet("loss", number(s.progress.Loss)).
			Text(s.coarse()),
		s.renderSparkline(),
		s.renderExport(),
		app.If(s.host != nil && s.result != nil, func() app.UI {
			return press("quiet share", words.Share, s.openShare).Disabled(s.entry == nil || s.busy())
		}),
		app.If(s.host != nil, func() app.UI {
			return app.Button().Class("quiet print").Type("button").Text(words.PrintSize).Disabled(why != "" || s.busy()).
				OnClick(func(app.Context, app.Event) {
					s.withMasks(func() {
						s.asking = true
						showModal(handOverID)
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

func (s *studio) fraction() float64 {
	if s.state == done {
		return 1
	}
	p := s.progress
	if s.fetching() && p.TotalBytes > 0 {
		return min(1, float64(p.Bytes)/float64(p.TotalBytes))
	}
	return p.Fraction
}

// fetching says whether the run waits for its network.
func (s *studio) fetching() bool { return s.state == loading && s.progress.Stage == engine.Fetching }

// coarse is what is announced: it changes with the state and the scale only.
func (s *studio) coarse() string {
	p := s.progress
	switch {
	case s.masking.growing:
		return words.Growing
	case s.said != "":
		return s.said
	case s.stopping:
		return words.Stopping
	case s.state == loading && p.Stage == engine.Queued:
		return fmt.Sprintf(words.Queued, p.Position)
	case s.fetching():
		return words.Fetching
	case s.state == loading && s.sending && s.where != "":
		return fmt.Sprintf(words.Sending, bytesText(s.uploadBytes()), s.where)
	case s.state == loading:
		return words.Loading
	case s.state == paused && s.control == nil:
		return words.Interrupted
	case s.state == paused:
		return words.Paused
	case s.state == running:
		return fmt.Sprintf(words.Scale, p.Scale, p.Scales)
	case s.state == done && s.stopped:
		return fmt.Sprintf(words.Stopped, seconds(s.took))
	case s.state == done && s.selected == "":
		size := s.result.Picture.Rect.Size()
		return fmt.Sprintf(words.Done, seconds(s.took), size.X, size.Y)
	case s.state == done:
		return words.Shown
	case s.state == failed:
		return words.Failed
	}
	if why := s.missing(); why != "" {
		return why
	}
	if s.begin != nil {
		return words.Continues
	}
	return words.Idle
}

// fine is what the eye reads.
func (s *studio) fine() string {
	p := s.progress
	switch {
	case len(s.waits) > 0 && !s.busy():
		return *s.waits[len(s.waits)-1]
	case s.fetching() && !s.stopping && p.TotalBytes > 0:
		return fetchingText(p.Bytes, p.TotalBytes)
	case !(s.state == running || s.state == loading) || s.stopping || s.said != "":
		return s.coarse()
	}
	text := fmt.Sprintf(words.Running, p.Scale, p.Scales, p.Iteration, p.Iterations)
	if s.state == loading {
		text = s.coarse()
	}
	if p.Remaining > 0 {
		text += fmt.Sprintf(words.Left, seconds(p.Remaining))
	}
	if p.Device != "" {
		text += fmt.Sprintf(words.On, p.Device)
	}
	return text
}

// fetchingText says how far it is, both in the unit of the whole.
func fetchingText(bytes, total int64) string {
	if total < 1e6 {
		return fmt.Sprintf(words.FetchingKB, bytes/1000, (total+999)/1000)
	}
	return fmt.Sprintf(words.FetchingMB, float64(bytes)/1e6, float64(total)/1e6)
}

func seconds(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < 2*time.Minute:
		return fmt.Sprintf(words.Seconds, max(1, int(d.Seconds())))
	case d < 2*time.Hour:
		return fmt.Sprintf(words.ManyMinutes, int(d.Minutes()+0.5))
	}
	return fmt.Sprintf(words.ManyHours, d.Hours())
}
