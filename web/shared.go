package main

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/envelope"
	"trappedinart/web/words"
)

// Elements of the view of a share.
const (
	sharedID = "shared"
	shownID  = "shown" // the frame that the pictures lie in
)

// shared is what somebody else shared, and is looked at.
type shared struct {
	problem string // one sentence
	title   string
	picture *picture
	before  *picture // the photograph, or nil
	recipe  *engine.Recipe
}

// openShared fetches a share, opens it with the link's key, and shows it.
func (s *studio) openShared(id, key string) {
	v := &shared{}
	s.shared, s.shownZoom = v, 0
	dom.ShowModal(sharedID)
	s.page.Async(func() {
		opened, err := fetchShared(id, key)
		s.page.Dispatch(func(app.Context) {
			if err != nil {
				v.problem = engine.AsError(err).Message
				return
			}
			*v = *opened
			dom.SetProperty(shownID, "--w", v.picture.w)
			dom.SetProperty(shownID, "--h", v.picture.h)
			dom.SetProperty(shownID, "--split", 0.5)
			dom.SetProperty(shownID, "--zoom", 0)
		})
	})
}

// fetchShared does so outside the event loop.
func fetchShared(id, fragment string) (*shared, error) {
	key, err := envelope.ParseKey(fragment)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	answer, err := ask(ctx, httpClient, dom.BaseURL().ResolveReference(&url.URL{Path: "/api/v1/shares/" + id}), http.MethodGet, "", nil, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	sealed, err := io.ReadAll(io.LimitReader(answer.Body, envelope.MaxSealed+1))
	if err != nil {
		return nil, offline(ctx, err)
	}
	e, err := envelope.Open(sealed, key)
	if err != nil {
		return nil, err
	}
	v := &shared{title: e.Title}
	if v.picture, err = readPicture(words.SharedName, dom.BlobOf(e.Picture, "image/png")); err != nil {
		return nil, err
	}
	if len(e.Before) > 0 {
		if v.before, err = readPicture(words.SharedName, dom.BlobOf(e.Before, "image/jpeg")); err != nil {
			return nil, err
		}
	}
	if len(e.Recipe) > 0 {
		// A picture by a recipe that is not understood here is worth seeing all the same.
		if recipe, err := engine.ParseRecipe(e.Recipe); err != nil {
			app.Log("the shared recipe cannot be used:", err)
		} else {
			v.recipe = &recipe
		}
	}
	return v, nil
}

func (s *studio) renderShared() app.UI {
	v := s.shared
	if v == nil {
		v = &shared{}
	}
	title := v.title
	if title == "" {
		title = words.SharedTitle
	}
	return dom.Dialog(sharedID, title, s.closeShared,
		s.renderShown(v, title),
		app.If(v.problem != "", func() app.UI { return app.P().Role("alert").Text(v.problem) }).
			ElseIf(v.picture == nil, func() app.UI { return app.P().Role("status").Text(words.SharedOpening) }),
		app.Div().Class("answers").Body(
			app.Div().Class("view").Hidden(v.picture == nil).Role("group").Aria("label", words.View).Body(s.renderZoom(shownID, &s.shownZoom, true)),
			app.Div().Class("export").Hidden(v.picture == nil).Body(
				dom.Press("quiet", words.Download, s.saveShared, sharedID),
				s.renderFormats(),
			),
			dom.Press("quiet", words.Close, func() { dom.CloseModal(sharedID) }, sharedID),
			app.If(v.recipe != nil, func() app.UI {
				return dom.Press("main", words.UseRecipe, func() {
					if v := s.shared; v != nil && v.recipe != nil {
						dom.CloseModal(sharedID)
						s.takeRecipe(*v.recipe)
					}
				})
			}),
		),
	)
}

// renderShown has the picture, and above it the photograph as far as it is uncovered. It is
// always there, for what listens to it.
func (s *studio) renderShown(v *shared, title string) app.UI {
	frame := app.Div().ID(shownID).Class("frame").Hidden(v.picture == nil).TabIndex(0).Role("group").Aria("label", words.Picture)
	if s.shownZoom > 0 {
		frame = frame.Class("zoomed")
	}
	return frame.Body(app.If(v.picture != nil, func() app.UI {
		return app.Div().Class("sheet").Body(
			app.Img().Src(v.picture.full()).Alt(title),
			app.If(v.before != nil, func() app.UI { return app.Img().Class("before").Src(v.before.full()).Alt(words.Photograph) }),
			app.If(v.before != nil, func() app.UI {
				return app.Input().Class("compare").Type("range").Min(0).Max(100).Step(1).Value("50").
					Aria("label", words.Compare).Title(words.Compare).
					OnInput(func(ctx app.Context, _ app.Event) {
						dom.SetProperty(shownID, "--split", ctx.JSSrc().Get("valueAsNumber").Float()/100)
					})
			}),
		)
	}))
}

// saveShared saves the picture, by its title if it has one. As a PNG it is what was shared.
func (s *studio) saveShared() {
	v, f := s.shared, formatOf(s.format)
	if v == nil || v.picture == nil {
		return
	}
	p, recipe := v.picture, v.recipe
	name := cmp.Or(v.title, words.Untitled) + f.suffix
	s.page.Async(func() {
		file, err := p.file.Data, error(nil)
		if f.kind != formats[0].kind {
			var bitmap app.Value
			if bitmap, err = dom.Await(app.Window().Call("createImageBitmap", p.blob)); err == nil {
				defer bitmap.Call("close")
				file, err = fileOf(bitmap, p.w, p.h, recipe, f.kind)
			}
		}
		s.page.Dispatch(func(app.Context) {
			if err != nil {
				v.problem = engine.AsError(err).Message
				return
			}
			v.problem = ""
			dom.Save(file, f.kind, name)
		})
	})
}

// closeShared gives back what the view holds, and takes the key out of the address.
func (s *studio) closeShared() {
	if v := s.shared; v != nil {
		v.picture.forget()
		v.before.forget()
	}
	s.shared = nil
	dom.SetAddress(dom.BaseURL().String())
}
