package share

import (
	"cmp"
	"context"
	"io"
	"net/http"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/envelope"
	"trappedinart/web/photo"
	"trappedinart/web/runner"
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
	picture *desk.Picture
	before  *desk.Picture // the photograph, or nil
	recipe  *engine.Recipe
}

// openShared fetches a share, opens it with the link's key, and shows it.
func (s *Sharer) openShared(id, key string) {
	v := &shared{}
	s.shared = v
	s.frame.ShowAll()
	dom.ShowModal(sharedID)
	s.desk.Page.Async(func() {
		opened, err := s.fetch(id, key)
		s.desk.Page.Dispatch(func() {
			if err != nil {
				v.problem = engine.AsError(err).Message
				return
			}
			*v = *opened
			s.frame.Set("--w", v.picture.W)
			s.frame.Set("--h", v.picture.H)
			s.frame.Set("--split", 0.5)
			s.frame.ShowAll()
		})
	})
}

// fetch does so outside the event loop.
func (s *Sharer) fetch(id, fragment string) (*shared, error) {
	key, err := envelope.ParseKey(fragment)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	answer, err := runner.Ask(ctx, runner.HTTPClient, runner.Beside(dom.BaseURL(), "api/v1/shares/"+id), http.MethodGet, "", nil, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	sealed, err := io.ReadAll(io.LimitReader(answer.Body, envelope.MaxSealed+1))
	if err != nil {
		return nil, runner.Offline(ctx, err)
	}
	e, err := envelope.Open(sealed, key)
	if err != nil {
		return nil, err
	}
	v := &shared{title: e.Title}
	if v.picture, err = photo.Read(words.T("The shared file"), dom.BlobOf(e.Picture, "image/png")); err != nil {
		return nil, err
	}
	if len(e.Before) > 0 {
		if v.before, err = photo.Read(words.T("The shared file"), dom.BlobOf(e.Before, "image/jpeg")); err != nil {
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

// Listen moves what is larger than its frame.
func (s *Sharer) Listen() { s.frame.Listen() }

// RenderShared is the dialog with what somebody else shared.
func (s *Sharer) RenderShared() app.UI {
	v := s.shared
	if v == nil {
		v = &shared{}
	}
	title := v.title
	if title == "" {
		title = words.T("A painting for you")
	}
	return dom.Dialog(sharedID, title, s.closeShared,
		s.renderShown(v, title),
		app.If(v.problem != "", func() app.UI { return app.P().Role("alert").Text(words.Translate(v.problem)) }).
			ElseIf(v.picture == nil, func() app.UI { return app.P().Role("status").Text(words.T("Downloading and opening …")) }),
		app.Div().Class("answers").Body(
			app.Div().Class("view").Hidden(v.picture == nil).Role("group").Aria("label", words.T("View")).Body(s.frame.Render(true)),
			app.Div().Class("export").Hidden(v.picture == nil).Body(
				dom.Press("quiet", words.T("Download"), s.saveShared, sharedID),
				s.saver.Render(),
			),
			dom.Press("quiet", words.T("Close"), func() { dom.CloseModal(sharedID) }, sharedID),
			app.If(v.recipe != nil, func() app.UI {
				return dom.Press("main", words.T("Use this recipe"), func() {
					if v := s.shared; v != nil && v.recipe != nil {
						dom.CloseModal(sharedID)
						s.desk.TakeRecipe(*v.recipe)
					}
				})
			}),
		),
	)
}

// renderShown has the picture, and above it the photograph as far as it is uncovered. It is
// always there, for what listens to it.
func (s *Sharer) renderShown(v *shared, title string) app.UI {
	frame := app.Div().ID(shownID).Class("frame").Hidden(v.picture == nil).TabIndex(0).Role("group").Aria("label", words.T("The picture"))
	if s.frame.Zoomed() {
		frame = frame.Class("zoomed")
	}
	return frame.Body(app.If(v.picture != nil, func() app.UI {
		return app.Div().Class("sheet").Body(
			app.Img().Src(photo.Full(v.picture)).Alt(title),
			app.If(v.before != nil, func() app.UI { return app.Img().Class("before").Src(photo.Full(v.before)).Alt(words.T("Photograph")) }),
			app.If(v.before != nil, func() app.UI {
				return app.Input().Class("compare").Type("range").Min(0).Max(100).Step(1).Value("50").
					Aria("label", words.T("Before and after")).Title(words.T("Before and after")).
					OnInput(func(ctx app.Context, _ app.Event) {
						s.frame.Set("--split", ctx.JSSrc().Get("valueAsNumber").Float()/100)
					})
			}),
		)
	}))
}

// saveShared saves the picture, by its title if it has one. As a PNG it is what was shared.
func (s *Sharer) saveShared() {
	v, f := s.shared, s.saver.Format
	if v == nil || v.picture == nil {
		return
	}
	p, recipe := v.picture, v.recipe
	name := cmp.Or(v.title, words.T("picture")) + f.Suffix
	s.desk.Page.Async(func() {
		file, err := p.File.Data, error(nil)
		if f.Kind != photo.Formats[0].Kind {
			var bitmap app.Value
			if bitmap, err = dom.Await(app.Window().Call("createImageBitmap", photo.Blob(p))); err == nil {
				defer bitmap.Call("close")
				file, err = photo.FileOf(bitmap, p.W, p.H, recipe, f.Kind)
			}
		}
		s.desk.Page.Dispatch(func() {
			if err != nil {
				v.problem = engine.AsError(err).Message
				return
			}
			v.problem = ""
			dom.Save(file, f.Kind, name)
		})
	})
}

// closeShared gives back what the view holds, and takes the key out of the address.
func (s *Sharer) closeShared() {
	if v := s.shared; v != nil {
		photo.Forget(v.picture)
		photo.Forget(v.before)
	}
	s.shared = nil
	dom.SetAddress(dom.BaseURL().String())
}
