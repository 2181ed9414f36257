package main

import (
	"fmt"
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

// An example is a picture of our own, drawn by web/examples.
type example struct{ name, label string }

func (e example) path() string { return dom.Resolve("web/examples/" + e.name + ".jpg") }

// thumb is a small copy of it, for choosing.
func (e example) thumb() string { return dom.Resolve("web/examples/" + e.name + "-small.jpg") }

// setContent takes a photograph, after asking if a painting of the one before is being made
// or masks were painted on it.
func (s *studio) setContent(p *picture) {
	s.whenMasksMayGo(func() {
		s.content.forget()
		s.dropMasks()
		s.content, s.begin = p, nil
		s.run.Clear()
		s.showContent()
	})
}

// addStyle adds a style; one that the person chose takes the place of the example
// that the page opened with.
func (s *studio) addStyle(p *picture) {
	s.whenFree(func() {
		switch {
		case len(s.styles) == 1 && s.styles[0].example && !s.touched:
			s.styles = nil
		case len(s.styles) >= engine.MaxStyles:
			s.problem = fmt.Sprintf(words.TooManyStyles, engine.MaxStyles)
			return
		}
		s.setStyles(append(s.styles, p))
	})
}

func (s *studio) setStyles(list []*picture) {
	s.styles = list
	s.page.Defer(func(app.Context) { s.showDials() })
}

// chooseStyle takes an example in the place of all styles, or beside them if they are to be
// mixed.
func (s *studio) chooseStyle(p *picture) {
	s.whenFree(func() {
		if s.mixing {
			s.touched = true
			s.addStyle(p)
			return
		}
		s.setStyles([]*picture{p})
		s.recipe.StyleWeights, s.recipe.StyleScales = nil, nil
		s.masks.Cut(1) // the first style's stays: it says where, not what
		s.chooseLayer(min(s.masking.at, 0))
	})
}

func (s *studio) removeStyle(p *picture) {
	s.whenFree(func() {
		i := slices.Index(s.styles, p)
		if i < 0 {
			return
		}
		s.touched = true
		s.setStyles(slices.Delete(slices.Clone(s.styles), i, i+1))
		s.masks.Remove(i)
		s.chooseLayer(min(s.masking.at, len(s.styles)-1))
		p.forget()
		for _, part := range parts {
			if list := part.of(&s.recipe); i < len(*list) {
				*list = slices.Delete(slices.Clone(*list), i, i+1)
			}
		}
	})
}

func (s *studio) renderPictures() app.UI {
	panel := app.Aside().Class("pictures").Aria("label", words.Pictures)
	if s.masking.open {
		panel = panel.Class("editing")
	}
	return panel.Body(
		app.Section().Class("group photograph").Body(
			app.Div().Class("head").Body(app.H2().Text(words.Photograph)),
			s.renderDrop("content", words.ContentInput, s.content, false, s.setContent),
			s.renderCamera(),
			s.renderExamples(words.ExamplePhotographs, exampleContents, s.setContent),
		),
		app.Section().Class("group").Body(
			app.Div().Class("head").Body(
				app.H2().Text(words.Styles),
				app.Label().Class("check").Body(
					app.Input().Type("checkbox").Checked(s.mixing).OnChange(func(ctx app.Context, _ app.Event) {
						s.mixing = ctx.JSSrc().Get("checked").Bool()
					}),
					app.Span().Text(words.Mix),
				),
			),
			// Always there: go-app makes anew what comes after something that comes and goes,
			// and a file chooser that is open must not lose its input.
			app.Ul().Class("strip").Hidden(len(s.styles) == 0).Body(app.Range(s.styles).Slice(s.renderStyle)),
			s.renderDrop("style", words.StyleInput, nil, true, s.addStyle),
			s.renderExamples(words.ExampleStyles, exampleStyles, s.chooseStyle),
		),
		s.renderMasks(),
	)
}

func (s *studio) renderStyle(i int) app.UI {
	p := s.styles[i]
	return app.Li().Body(
		app.Img().Src(p.url).Alt(p.file.Name),
		app.Button().Class("remove").Type("button").Body(dom.Icon("remove")).
			Aria("label", fmt.Sprintf(words.Remove, p.file.Name)).
			OnClick(func(app.Context, app.Event) { s.removeStyle(p) }, app.EventScope(p.id, p.url)),
		app.If(len(s.styles) > 1, func() app.UI {
			return app.Div().Class("parts").Body(app.Range(parts).Slice(func(k int) app.UI { return s.renderPart(parts[k], i) }))
		}),
	)
}

// accepted are the files that a chooser shows first.
const accepted = "image/*,.heic,.heif,.avif"

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
		}, app.EventScope(id))
	if shown != nil {
		tile = tile.Class("filled")
	}
	return tile.Body(
		app.If(shown != nil, func() app.UI { return app.Img().Src(shown.url).Alt(shown.file.Name) }).
			Else(func() app.UI { return app.Span().Body(dom.Icon("add"), app.Span().Text(hint)) }),
		s.renderFile(id, name, several, take),
	)
}

func (s *studio) renderFile(id, name string, several bool, take func(*picture)) app.HTMLInput {
	return app.Input().ID(id).Class("unseen").Type("file").Accept(accepted).Multiple(several).
		Aria("label", name).
		OnChange(func(ctx app.Context, _ app.Event) {
			s.takeFiles(ctx.JSSrc().Get("files"), take)
			ctx.JSSrc().Set("value", "") // the same file may be chosen again
		}, app.EventScope(id))
}

// renderCamera is for devices that have one in the hand.
func (s *studio) renderCamera() app.UI {
	return app.Label().Class("camera").For("camera").Body(
		app.Span().Text(words.Camera),
		s.renderFile("camera", words.Camera, false, s.setContent).Attr("capture", "environment"),
	)
}

func (s *studio) renderExamples(name string, list []example, take func(*picture)) app.UI {
	return app.Div().Class("examples").Aria("label", name).Role("group").Body(
		app.Range(list).Slice(func(i int) app.UI {
			e := list[i]
			return app.Button().Type("button").Class("example").Aria("label", e.label).Title(e.label).
				Body(app.Img().Src(e.thumb()).Role("presentation").Attr("loading", "lazy")).
				OnClick(func(app.Context, app.Event) { s.takeExample(e, take) }, app.EventScope(e.name))
		}),
	)
}
