// Package pictures takes photograph and styles: chosen, dropped, pasted, or from the examples.
package pictures

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/photo"
	"trappedinart/web/words"
)

// An example is a picture of our own, drawn by web/examples.
type example struct{ name, label string }

func (e example) path() string { return dom.Resolve("web/examples/" + e.name + ".jpg") }

// id is that of it as a picture on the desk.
func (e example) id() string { return "example-" + e.name }

// thumb is a small copy of it, for choosing.
func (e example) thumb() string { return dom.Resolve("web/examples/" + e.name + "-small.jpg") }

// A Panel has photograph and styles, and takes others.
type Panel struct {
	desk   *desk.Desk
	mixing bool // examples are added to the styles, and do not replace them
}

// New returns one for the desk.
func New(d *desk.Desk) *Panel { return &Panel{desk: d} }

// Slots are what other features have among the pictures.
type Slots struct {
	Parts   func(style int) app.UI // what each of several styles has for itself
	Masks   app.UI
	Editing bool // masks are painted
}

// setContent takes a photograph, after asking if a painting of the one before is being made
// or masks were painted on it.
func (s *Panel) setContent(p *desk.Picture) {
	s.desk.WhenMasksMayGo(func() {
		photo.Forget(s.desk.Content)
		s.desk.SetContent(p)
	})
}

// addStyle adds a style; one that the person chose takes the place of the example
// that the page opened with.
func (s *Panel) addStyle(p *desk.Picture) { s.desk.WhenFree(func() { s.desk.AddStyle(p) }) }

// chooseStyle takes an example in the place of all styles, or beside them if they are to be
// mixed.
func (s *Panel) chooseStyle(p *desk.Picture) {
	s.desk.WhenFree(func() {
		if s.mixing {
			s.desk.Touched = true
			s.desk.AddStyle(p)
			return
		}
		s.desk.ChooseStyle(p)
	})
}

func (s *Panel) removeStyle(p *desk.Picture) {
	s.desk.WhenFree(func() {
		if s.desk.RemoveStyle(p) {
			photo.Forget(p)
		}
	})
}

// Render has the pictures, and what others put among them.
func (s *Panel) Render(slots Slots) app.UI {
	panel := app.Aside().Class("pictures").Aria("label", words.T("Pictures"))
	if slots.Editing {
		panel = panel.Class("editing")
	}
	return panel.Body(
		app.Section().Class("group photograph").Body(
			app.Div().Class("head").Body(app.H2().Text(words.T("Photograph"))),
			s.renderDrop("content", words.T("Photograph file"), words.T("Choose, drop or paste"), s.desk.Content, false, s.setContent),
			s.renderCamera(),
			s.renderExamples(words.T("Example photographs"), exampleContents, s.setContent),
		),
		app.Section().Class("group").Body(
			app.Div().Class("head").Body(
				app.H2().Text(words.T("Style")),
				app.Label().Class("check").Body(
					app.Input().Type("checkbox").Checked(s.mixing).OnChange(func(ctx app.Context, _ app.Event) {
						s.mixing = ctx.JSSrc().Get("checked").Bool()
					}),
					app.Span().Text(words.T("Mix styles")),
				),
			),
			// Always there: go-app makes anew what comes after something that comes and goes,
			// and a file chooser that is open must not lose its input.
			app.Ul().Class("strip").Hidden(len(s.desk.Styles) == 0).Body(app.Range(s.desk.Styles).Slice(func(i int) app.UI { return s.renderStyle(i, slots) })),
			s.renderDrop("style", words.T("Style picture file"), s.styleHint(), nil, true, s.addStyle),
			s.renderExamples(words.T("Example styles"), exampleStyles, s.chooseStyle),
		),
		slots.Masks,
	)
}

func (s *Panel) renderStyle(i int, slots Slots) app.UI {
	p := s.desk.Styles[i]
	return app.Li().Body(
		app.Img().Src(p.URL).Alt(p.File.Name),
		app.Button().Class("remove").Type("button").Body(dom.Icon("remove")).
			Aria("label", words.T("Remove %s", p.File.Name)).
			OnClick(func(app.Context, app.Event) { s.removeStyle(p) }, app.EventScope(p.ID, p.URL)),
		app.If(len(s.desk.Styles) > 1, func() app.UI {
			return slots.Parts(i)
		}),
	)
}

func (s *Panel) styleHint() string {
	if len(s.desk.Styles) > 0 {
		return words.T("Add a style")
	}
	return words.T("Choose, drop or paste")
}

// setPalette takes a picture for its colours, or none.
func (s *Panel) setPalette(p *desk.Picture) {
	s.desk.WhenFree(func() { s.desk.SetPalette(p) })
}

// RenderPalette is where a palette is chosen, for the place of the colours' settings.
func (s *Panel) RenderPalette() app.UI {
	p, name := s.desk.Palette, ""
	if p != nil {
		name = p.File.Name
	}
	return app.Div().Class("palette").Role("group").Aria("label", words.T("Palette")).Body(
		s.renderDrop("palette", words.T("Palette file"), words.T("Take the colours of another picture"), p, false, s.setPalette),
		app.Button().Class("remove").Type("button").Hidden(p == nil).Body(dom.Icon("remove")).
			Aria("label", words.T("Remove the palette %s", name)).
			OnClick(func(app.Context, app.Event) { s.setPalette(nil) }),
	)
}

// renderDrop is a tile on which pictures are dropped, and which opens the file
// chooser; hint is what it says while it is empty.
func (s *Panel) renderDrop(id, name, hint string, shown *desk.Picture, several bool, take func(*desk.Picture)) app.UI {
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
		app.If(shown != nil, func() app.UI { return app.Img().Src(shown.URL).Alt(shown.File.Name) }).
			Else(func() app.UI { return app.Span().Body(dom.Icon("add"), app.Span().Text(hint)) }),
		s.renderFile(id, name, several, take),
	)
}

func (s *Panel) renderFile(id, name string, several bool, take func(*desk.Picture)) app.HTMLInput {
	return app.Input().ID(id).Class("unseen").Type("file").Accept(photo.Accepted).Multiple(several).
		Aria("label", name).
		OnChange(func(ctx app.Context, _ app.Event) {
			s.takeFiles(ctx.JSSrc().Get("files"), take)
			ctx.JSSrc().Set("value", "") // the same file may be chosen again
		}, app.EventScope(id))
}

// renderCamera is for devices that have one in the hand.
func (s *Panel) renderCamera() app.UI {
	return app.Label().Class("camera").For("camera").Body(
		app.Span().Text(words.T("Take a photograph")),
		s.renderFile("camera", words.T("Take a photograph"), false, s.setContent).Attr("capture", "environment"),
	)
}

func (s *Panel) renderExamples(name string, list []example, take func(*desk.Picture)) app.UI {
	return app.Div().Class("examples").Aria("label", name).Role("group").Body(
		app.Range(list).Slice(func(i int) app.UI {
			e := list[i]
			return app.Button().Type("button").Class("example").Aria("label", words.Translate(e.label)).Title(words.Translate(e.label)).
				Body(app.Img().Src(e.thumb()).Role("presentation").Attr("loading", "lazy")).
				OnClick(func(app.Context, app.Event) { s.takeExample(e, take) }, app.EventScope(e.name))
		}),
	)
}
