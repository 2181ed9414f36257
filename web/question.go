package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/desk"
	"trappedinart/web/dom"
)

const questionID = "question"

// renderQuestion asks before something is lost.
func (s *studio) renderQuestion() app.UI {
	q := s.desk.Question
	if q == nil {
		q = &desk.Question{}
	}
	return dom.Dialog(questionID, q.Title, func() { s.desk.Question = nil },
		app.P().Text(q.Text),
		app.Div().Class("answers").Body(
			app.Button().Class("quiet").Type("button").Text(q.No).AutoFocus(true).
				OnClick(func(app.Context, app.Event) { dom.CloseModal(questionID) }),
			app.Button().Class("main").Type("button").Text(q.Yes).OnClick(func(app.Context, app.Event) {
				if q := s.desk.Question; q != nil {
					dom.CloseModal(questionID)
					q.Act()
				}
			}),
		),
	)
}
