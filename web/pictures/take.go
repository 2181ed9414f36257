package pictures

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/photo"
	"trappedinart/web/runner"
	"trappedinart/web/words"
)

// takeFiles reads files chosen, dropped or pasted, one after the other.
func (s *Panel) takeFiles(files app.Value, take func(*desk.Picture)) {
	if !files.Truthy() || files.Length() == 0 {
		return
	}
	s.desk.Problem = ""
	list := make([]app.Value, files.Length())
	for i := range list {
		list[i] = files.Index(i)
	}
	s.desk.WaitFor(words.T("Reading the picture …"), func() {
		for _, f := range list {
			s.give(f.Get("name").String(), f, take)
		}
	})
}

// give reads a picture and hands it on, or says why not.
func (s *Panel) give(name string, blob app.Value, take func(*desk.Picture)) {
	p, err := photo.Read(name, blob)
	if err != nil {
		s.desk.Complain(engine.AsError(err).Message)
		return
	}
	s.desk.Page.Dispatch(func() {
		take(p)
		if p.Note != "" {
			s.desk.Problem = p.Note
		}
	})
}

// takeExample fetches one of our own pictures.
func (s *Panel) takeExample(e example, take func(*desk.Picture)) {
	s.desk.WaitFor(words.T("Reading the picture …"), func() {
		answer, err := dom.Await(app.Window().Call("fetch", e.path()))
		if err != nil {
			s.desk.Complain(runner.NoServer)
			return
		}
		if !answer.Get("ok").Bool() {
			return // a site without examples is a site all the same
		}
		blob, err := dom.Await(answer.Call("blob"))
		if err != nil {
			s.desk.Complain(runner.NoServer)
			return
		}
		s.give(e.name+".jpg", blob, func(p *desk.Picture) {
			p.Example, p.ID = true, e.id()
			take(p)
		})
	})
}

// ListenToPaste takes a pasted picture as the photograph if there is none of the person's own
// yet, and else as a style.
func (s *Panel) ListenToPaste() {
	app.Window().Call("addEventListener", "paste", app.FuncOf(func(_ app.Value, args []app.Value) any {
		clipboard := args[0].Get("clipboardData")
		if !clipboard.Truthy() {
			return nil
		}
		s.takeUnasked(clipboard.Get("files"), false)
		return nil
	}))
}

// takeUnasked takes pictures of which the person did not say what they are.
func (s *Panel) takeUnasked(files app.Value, photograph bool) {
	s.desk.Page.Dispatch(func() {
		take := s.addStyle
		if photograph || s.desk.Content == nil || s.desk.Content.Example {
			take = s.setContent
		}
		s.takeFiles(files, take)
	})
}

// ListenToDrops takes pictures that are dropped beside the tiles, which the browser would open
// in the place of the page: on the stage as the photograph, elsewhere as if they were pasted.
func (s *Panel) ListenToDrops() {
	for _, name := range []string{"dragover", "drop"} {
		app.Window().Call("addEventListener", name, app.FuncOf(func(_ app.Value, args []app.Value) any {
			e := args[0]
			data, on := e.Get("dataTransfer"), func(what string) bool { return e.Get("target").Call("closest", what).Truthy() }
			if !data.Truthy() || !data.Get("types").Call("includes", "Files").Bool() {
				return nil
			}
			e.Call("preventDefault")
			if name == "drop" && !on(".tile, dialog") {
				s.takeUnasked(data.Get("files"), on(".stage"))
			}
			return nil
		}))
	}
}

// OpenExamples puts the first examples in place, so that Start works at once.
func (s *Panel) OpenExamples() {
	s.takeExample(exampleContents[0], func(p *desk.Picture) {
		if s.desk.Content == nil {
			s.setContent(p)
		}
	})
	s.takeExample(exampleStyles[0], func(p *desk.Picture) {
		if len(s.desk.Styles) == 0 {
			s.addStyle(p)
		}
	})
}
