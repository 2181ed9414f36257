package main

import (
	"slices"
	"time"

	"trappedinart/web/dom"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A question is asked before something is lost.
type question struct {
	title, text, yes, no string
	act                  func()
	more                 func(act func()) // adds to what yes does; may be nil
}

const questionID = "question"

func (s *studio) ask(q question) {
	s.question = &q
	dom.ShowModal(questionID)
}

func (s *studio) renderQuestion() app.UI {
	q := s.question
	if q == nil {
		q = &question{}
	}
	return dom.Dialog(questionID, q.title, func() { s.question = nil },
		app.P().Text(q.text),
		app.Div().Class("answers").Body(
			app.Button().Class("quiet").Type("button").Text(q.no).AutoFocus(true).
				OnClick(func(app.Context, app.Event) { dom.CloseModal(questionID) }),
			app.Button().Class("main").Type("button").Text(q.yes).OnClick(func(app.Context, app.Event) {
				if q := s.question; q != nil {
					dom.CloseModal(questionID)
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
			s.run.Then(acts...)
			if s.busy() {
				s.halt()
			} else { // it ended while the question was open
				s.run.Proceed()
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

// sayFor is how long a sentence about something done stays.
const sayFor = 4 * time.Second

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
