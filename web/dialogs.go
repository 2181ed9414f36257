package main

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// dialog is one of the page's dialogs. It is always there and opened by showModal, so that
// the browser keeps the focus in it and gives it back. closed is called however it closes;
// the browser says so later, and by then it may have been opened again.
func (s *studio) dialog(id, title string, closed func(), body ...app.UI) app.UI {
	return app.Dialog().ID(id).Aria("labelledby", id+"-title").Body(append([]app.UI{
		app.H2().ID(id + "-title").Text(title),
	}, body...)...).On("close", func(ctx app.Context, _ app.Event) {
		if !ctx.JSSrc().Get("open").Bool() {
			closed()
		}
	}, app.EventScope(id))
}

// A question is asked before something is lost.
type question struct {
	title, text, yes, no string
	act                  func()
	more                 func(act func()) // adds to what yes does; may be nil
}

const questionID = "question"

func (s *studio) ask(q question) {
	s.question = &q
	showModal(questionID)
}

func (s *studio) renderQuestion() app.UI {
	q := s.question
	if q == nil {
		q = &question{}
	}
	return s.dialog(questionID, q.title, func() { s.question = nil },
		app.P().Text(q.text),
		app.Div().Class("answers").Body(
			app.Button().Class("quiet").Type("button").Text(q.no).AutoFocus(true).
				OnClick(func(app.Context, app.Event) { closeModal(questionID) }),
			app.Button().Class("main").Type("button").Text(q.yes).OnClick(func(app.Context, app.Event) {
				if q := s.question; q != nil {
					closeModal(questionID)
					q.act()
				}
			}),
		),
	)
}

// whenFree does something to the pictures that a painting is made of. While one is being
// made it asks first, and then stops that, which goes to the history as far as it is.
func (s *studio) whenFree(act func()) {
	if !s.busy() {
		act()
		return
	}
	if s.question != nil && s.question.more != nil { // several files at once
		s.question.more(act)
		return
	}
	acts := []func(){act}
	s.ask(question{title: words.StopTitle, text: words.StopText, yes: words.StopYes, no: words.StopNo,
		more: func(act func()) { acts = append(acts, act) },
		act: func() {
			s.after = append(s.after, acts...)
			if s.busy() {
				s.halt()
			} else { // it ended while the question was open
				s.proceed()
			}
		}})
}

// waitFor does something that takes its time, outside the event loop, and says so.
func (s *studio) waitFor(sentence string, act func()) {
	s.waits = append(s.waits, &sentence)
	s.page.Async(func() {
		act()
		s.page.Dispatch(func(app.Context) {
			s.waits = slices.DeleteFunc(s.waits, func(w *string) bool { return w == &sentence })
		})
	})
}

// say announces one sentence that is no problem.
func (s *studio) say(sentence string) {
	s.page.Dispatch(func(ctx app.Context) {
		s.said = sentence
		ctx.After(sayFor, func(app.Context) {
			if s.said == sentence {
				s.said = ""
			}
		})
	})
}
