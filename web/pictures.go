package main

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
)

// A picture is one that the person chose, or an example.
type picture struct {
	file    engine.File
	url     string // of a blob, for showing it
	w, h    int
	example bool
}

// An example is a picture of our own, drawn by web/examples.
type example struct{ name, label string }

var (
	exampleContents = []example{{"valley", "A valley"}}
	exampleStyles   = []example{{"strokes", "Brush strokes"}, {"glass", "Stained glass"}, {"hatching", "Woodcut"}}
)

func (e example) path() string { return "web/examples/" + e.name + ".jpg" }

// read takes a File or Blob, finds out whether it is a picture, and gives it on.
func (s *studio) read(name string, blob app.Value, isExample bool, take func(*picture)) {
	bitmap := app.Window().Call("createImageBitmap", blob, map[string]any{"imageOrientation": "from-image"})
	settle(bitmap, func(bitmap app.Value) {
		p := &picture{w: bitmap.Get("width").Int(), h: bitmap.Get("height").Int(), example: isExample}
		bitmap.Call("close")
		settle(blob.Call("arrayBuffer"), func(buffer app.Value) {
			bytes := app.Window().Get("Uint8Array").New(buffer)
			p.file = engine.File{Name: name, Data: make([]byte, bytes.Length())}
			app.CopyBytesToGo(p.file.Data, bytes)
			p.url = app.Window().Get("URL").Call("createObjectURL", blob).String()
			s.page.Dispatch(func(app.Context) { take(p) })
		}, func() { s.complain(fmt.Sprintf(words.NoPicture, name)) })
	}, func() { s.complain(fmt.Sprintf(words.NoPicture, name)) })
}

// settle calls one of the functions when the promise is settled.
func settle(promise app.Value, resolved func(app.Value), rejected func()) {
	var yes, no app.Func
	free := func() {
		yes.Release()
		no.Release()
	}
	yes = app.FuncOf(func(_ app.Value, args []app.Value) any {
		free()
		resolved(args[0])
		return nil
	})
	no = app.FuncOf(func(app.Value, []app.Value) any {
		free()
		rejected()
		return nil
	})
	promise.Call("then", yes, no)
}

// takeFiles reads files chosen, dropped or pasted.
func (s *studio) takeFiles(files app.Value, take func(*picture)) {
	if !files.Truthy() {
		return
	}
	s.problem = ""
	for i := range files.Length() {
		f := files.Index(i)
		s.read(f.Get("name").String(), f, false, take)
	}
}

// takeExample fetches one of our own pictures.
func (s *studio) takeExample(e example, take func(*picture)) {
	failed := func() { s.complain(words.Offline) }
	settle(app.Window().Call("fetch", e.path()), func(answer app.Value) {
		if !answer.Get("ok").Bool() {
			return // a site without examples is a site all the same
		}
		settle(answer.Call("blob"), func(blob app.Value) {
			s.read(e.name+".jpg", blob, true, take)
		}, failed)
	}, failed)
}

func (s *studio) setContent(p *picture) {
	if s.busy() {
		return
	}
	s.content, s.result = p, nil
	s.showContent()
}

// addStyle adds a style; one that the person chose takes the place of the example
// that the page opened with.
func (s *studio) addStyle(p *picture) {
	switch {
	case s.busy():
		return
	case len(s.styles) == 1 && s.styles[0].example:
		s.styles = nil
	case len(s.styles) >= engine.MaxStyles:
		s.complain(fmt.Sprintf(words.TooManyStyles, engine.MaxStyles))
		return
	}
	s.styles = append(s.styles, p)
}

func (s *studio) renderPictures() app.UI {
	return app.Aside().Class("pictures").Body(
		app.Section().Class("group").Body(
			app.H2().Text(words.Photograph),
			s.renderDrop("content", words.ContentInput, s.content, false, s.setContent),
			s.renderExamples(exampleContents, s.setContent),
		),
		app.Section().Class("group").Body(
			app.H2().Text(words.Styles),
			app.If(len(s.styles) > 0, func() app.UI {
				return app.Ul().Class("strip").Body(app.Range(s.styles).Slice(func(i int) app.UI {
					p := s.styles[i]
					return app.Li().Body(
						app.Img().Src(p.url).Alt(p.file.Name),
						app.Button().Class("remove").Type("button").Disabled(s.busy()).
							Aria("label", fmt.Sprintf(words.Remove, p.file.Name)).Text("×").
							OnClick(func(app.Context, app.Event) { s.removeStyle(p) }),
					)
				}))
			}),
			s.renderDrop("style", words.StyleInput, nil, true, s.addStyle),
			s.renderExamples(exampleStyles, s.addStyle),
		),
	)
}

func (s *studio) removeStyle(p *picture) {
	for i, q := range s.styles {
		if p == q && !s.busy() {
			s.styles = append(s.styles[:i:i], s.styles[i+1:]...)
			app.Window().Get("URL").Call("revokeObjectURL", p.url)
			return
		}
	}
}

// renderDrop is a tile on which pictures are dropped, and which opens the file
// chooser.
func (s *studio) renderDrop(id, name string, shown *picture, several bool, take func(*picture)) app.UI {
	hint := words.Drop
	if several && len(s.styles) > 0 {
		hint = words.AddStyle
	}
	tile := app.Label().Class("tile").For(id).
		OnDragOver(func(_ app.Context, e app.Event) { e.PreventDefault() }).
		OnDrop(func(_ app.Context, e app.Event) {
			e.PreventDefault()
			s.takeFiles(e.Get("dataTransfer").Get("files"), take)
		})
	if shown != nil {
		tile = tile.Class("filled")
	}
	return tile.Body(
		app.If(shown != nil, func() app.UI { return app.Img().Src(shown.url).Alt(shown.file.Name) }).
			Else(func() app.UI { return app.Span().Text(hint) }),
		app.Input().ID(id).Class("unseen").Type("file").Accept("image/*").Multiple(several).
			Aria("label", name).Disabled(s.busy()).
			OnChange(func(ctx app.Context, _ app.Event) {
				s.takeFiles(ctx.JSSrc().Get("files"), take)
			}),
	)
}

func (s *studio) renderExamples(list []example, take func(*picture)) app.UI {
	return app.Div().Class("examples").Aria("label", words.Examples).Role("group").Body(
		app.Range(list).Slice(func(i int) app.UI {
			e := list[i]
			return app.Button().Type("button").Class("example").Aria("label", e.label).Title(e.label).Disabled(s.busy()).
				Body(app.Img().Src(e.path()).Alt("")).
				OnClick(func(app.Context, app.Event) { s.takeExample(e, take) })
		}),
	)
}
