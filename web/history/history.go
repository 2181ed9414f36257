// Package history has the results that this browser keeps.
package history

import (
	"cmp"
	"context"
	"encoding/json"
	"image"
	"slices"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/kept"
	"trappedinart/web/photo"
	"trappedinart/web/words"
)

// A Shelf has the results.
type Shelf struct {
	desk    *desk.Desk
	store   *kept.Store
	display func(img *image.NRGBA, longer int)
	// Revoke withdraws what was shared of a result, outside the event loop.
	Revoke func(e *kept.Entry)

	entries []*kept.Entry
	current *kept.Entry // of the result that is shown, or nil
	room    int         // bytes that all of it takes
	stays   int         // how long it is kept, as kept.Store says
}

// New returns one for the desk. display shows a result and the photograph, whose longer side
// becomes that size.
func New(d *desk.Desk, store *kept.Store, display func(img *image.NRGBA, longer int)) *Shelf {
	return &Shelf{desk: d, store: store, display: display, stays: kept.ForVisits}
}

// Current is the entry of the result that is shown, or nil.
func (s *Shelf) Current() *kept.Entry { return s.current }

// Remember adds the result to the history.
func (s *Shelf) Remember(result *engine.Result, where string) {
	if s.desk.Content == nil {
		return
	}
	w, pictures := s.desk.Work(result.Recipe)
	e := &kept.Entry{ID: photo.NewID(), When: time.Now(), Work: w, Where: where, Recipe: result.Recipe,
		Width: result.Picture.Rect.Dx(), Height: result.Picture.Rect.Dy()}
	s.current = e
	s.desk.Page.Async(func() {
		file, err := photo.ResultFile(result, "image/png")
		if err != nil {
			app.Log("the result cannot be kept:", err)
			return
		}
		e.Blob = dom.BlobOf(file, "image/png")
		thumb, err := dom.Thumbnail(dom.Offscreen(result.Picture), e.Width, e.Height)
		if err != nil {
			app.Log("the result cannot be kept:", err)
			return
		}
		e.URL = dom.ObjectURL(thumb)
		meta, err := json.Marshal(e)
		if err == nil {
			err = s.store.KeepPictures(pictures)
		}
		if err == nil {
			err = s.store.Put(kept.Results, e.ID, map[string]any{"meta": string(meta), "blob": e.Blob, "thumb": thumb})
		}
		if err != nil {
			app.Log("the result cannot be kept:", err)
		}
		if err != nil && s.store.Stays() != kept.Never { // which is said already
			s.desk.Complain(words.T("This browser has no room for the result. Download it, or delete some of the history."))
		}
		s.desk.Page.Dispatch(func() {
			s.entries = append([]*kept.Entry{e}, s.entries...)
			s.weigh()
		})
	})
}

// Load reads what earlier visits kept, outside the event loop. If no run is under way
// it deletes pictures of runs that came to nothing.
func (s *Shelf) Load(tidy bool) {
	stays := s.store.Stays()
	s.desk.Page.Dispatch(func() { s.stays = stays })
	found, err := s.store.All(kept.Results)
	if err != nil {
		app.Log("there is no history:", err)
		return
	}
	var list []*kept.Entry
	used := map[string]bool{}
	for _, object := range found {
		e := &kept.Entry{Blob: object.Get("blob")}
		if err := json.Unmarshal([]byte(object.Get("meta").String()), e); err != nil {
			app.Log("an entry of the history cannot be read:", err)
			continue
		}
		if e.Recipe, err = engine.ParseRecipe(e.Work.Recipe); err != nil {
			app.Log(err)
		}
		e.URL = dom.ObjectURL(object.Get("thumb"))
		for _, id := range e.Work.IDs() {
			used[id] = true
		}
		list = append(list, e)
	}
	if tidy {
		if err := s.store.RemoveUnused(used); err != nil {
			app.Log(err)
		}
	}
	slices.SortFunc(list, func(a, b *kept.Entry) int { return cmp.Compare(b.When.UnixNano(), a.When.UnixNano()) })
	s.desk.Page.Dispatch(func() {
		s.entries = append(s.entries, list...)
		s.weigh()
	})
}

// weigh finds out how much room the history takes.
func (s *Shelf) weigh() {
	sum := 0
	for _, e := range s.entries {
		sum += e.Blob.Get("size").Int()
	}
	s.desk.Page.Async(func() {
		pictures, err := s.store.All(kept.Pictures)
		if err != nil {
			return
		}
		for _, p := range pictures {
			sum += p.Get("blob").Get("size").Int()
		}
		s.desk.Page.Dispatch(func() { s.room = sum })
	})
}

// open shows a result with the pictures and settings that it was made by.
func (s *Shelf) open(e *kept.Entry) { s.desk.WhenMasksMayGo(func() { s.show(e, func([]byte) {}) }) }

// continueFrom lets the next run start from a result.
func (s *Shelf) continueFrom(e *kept.Entry) {
	s.desk.WhenMasksMayGo(func() {
		s.show(e, func(file []byte) {
			s.desk.Begin = &engine.File{Name: "result.png", Data: file}
			s.desk.Run.Continue()
		})
	})
}

func (s *Shelf) show(e *kept.Entry, then func(file []byte)) {
	s.desk.WaitFor(words.T("Opening the result …"), func() {
		file, err := dom.BytesOf(e.Blob)
		if err != nil {
			s.desk.Complain(words.T("This result is no longer in this browser."))
			return
		}
		img, err := dom.Decode(context.Background(), engine.File{Name: e.Work.Name, Data: file})
		if err != nil {
			s.desk.Complain(engine.AsError(err).Message)
			return
		}
		err = s.store.Restore(s.desk, e.Work, func(engine.Recipe) {
			s.desk.Run.Show(&engine.Result{Picture: img, Recipe: e.Recipe, StyleFactor: engine.Float(label.StyleFactor(file))}, e.ID)
			s.desk.NoteMade()
			s.current = e
			s.display(img, max(e.Width, e.Height))
			then(file)
		})
		if err != nil {
			app.Log(err)
			s.desk.Complain(words.T("This result is no longer in this browser."))
		}
	})
}

// forgetAll deletes entries, and the pictures that only they were made of.
func (s *Shelf) forgetAll(gone []*kept.Entry) {
	used := map[string]bool{}
	var rest []*kept.Entry
	for _, e := range s.entries {
		if slices.Contains(gone, e) {
			dom.RevokeURL(e.URL)
			if s.current == e {
				s.current = nil
			}
			continue
		}
		rest = append(rest, e)
		for _, id := range e.Work.IDs() {
			used[id] = true
		}
	}
	s.entries = rest
	if s.desk.Content != nil { // may belong to a run that is kept
		w, _ := s.desk.Work(s.desk.Recipe)
		for _, id := range w.IDs() {
			used[id] = true
		}
	}
	s.desk.Page.Async(func() {
		for _, e := range gone {
			s.Revoke(e)
			if err := s.store.Remove(kept.Results, e.ID); err != nil {
				app.Log(err)
			}
		}
		if err := s.store.RemoveUnused(used); err != nil {
			app.Log(err)
		}
		s.desk.Page.Dispatch(func() { s.weigh() })
	})
}

// Render has the results, of those classes.
func (s *Shelf) Render(sheet []string) app.UI {
	return app.Section().Class("history").Aria("label", words.T("History")).Class(sheet...).Body(
		app.Div().Class("head").Body(
			app.H2().Text(words.T("History")),
			app.If(len(s.entries) > 0, func() app.UI {
				return dom.Press("text", words.T("Delete all"), func() {
					s.desk.Ask(desk.Question{Title: words.T("Delete the history?"), Text: words.T("%d results and the pictures they were made of will be deleted from this browser. This cannot be undone.", len(s.entries)), Yes: words.T("Delete all of it"), No: words.T("Keep it"),
						Act: func() { s.forgetAll(slices.Clone(s.entries)) }})
				})
			}),
			app.Span().Class("kept").Text(s.keeps()),
		),
		app.If(len(s.entries) > 0, func() app.UI {
			return app.Ul().Class("results").Body(app.Range(s.entries).Slice(func(i int) app.UI { return s.renderEntry(s.entries[i]) }))
		}),
	)
}

// keeps says what is kept, and for how long if that is not long.
func (s *Shelf) keeps() string {
	switch n := len(s.entries); {
	case s.stays == kept.Never:
		return words.T("This browser keeps nothing for this page. Download what you want to keep before you close the page.")
	case s.stays == kept.ForWindow:
		return words.T("Results stay here until this private window is closed. Download what you want to keep.")
	case n > 0:
		return words.T("%d kept in this browser, %s", n, words.Bytes(s.room))
	}
	return words.T("Results are kept here, in this browser only.")
}

func (s *Shelf) renderEntry(e *kept.Entry) app.UI {
	about := words.T("%s, %d × %d, %s", photo.Stem(e.Work.Name), e.Width, e.Height, words.Date(e.When))
	item := app.Li()
	if s.desk.Run.From() == e.ID {
		item = item.Class("selected")
	}
	return item.Body(
		app.Button().Class("result").Type("button").Aria("label", about).Title(about).Aria("pressed", s.desk.Run.From() == e.ID).
			Body(app.Img().Src(e.URL).Role("presentation")).
			OnClick(func(app.Context, app.Event) { s.open(e) }, app.EventScope(e.ID)),
		app.If(s.desk.Run.From() == e.ID, func() app.UI {
			return app.Div().Class("about").Body(
				app.Div().Body(app.P().Text(about), app.P().Class("kept").Text(recipeText(&e.Recipe))),
				app.Div().Class("answers").Body(
					dom.Press("quiet", words.T("Continue from here"), func() { s.continueFrom(e) }, e.ID).Disabled(s.desk.Begin != nil),
					dom.Tool("delete", words.T("Delete this result"), func() {
						s.desk.Ask(desk.Question{Title: words.T("Delete this result?"), Text: words.T("It is deleted from this browser, together with pictures that no other result uses. This cannot be undone."), Yes: words.T("Delete it"), No: words.T("Keep it"),
							Act: func() { s.forgetAll([]*kept.Entry{e}) }})
					}, e.ID),
				),
			)
		}),
	)
}

// recipeText is a recipe's dials in a line.
func recipeText(r *engine.Recipe) string {
	line := ""
	for _, name := range desk.Sliders {
		if setting, ok := engine.SettingByName(name); ok && name != "time_budget" {
			if line != "" {
				line += " · "
			}
			line += words.Translate(setting.Label) + " " + setting.Get(r)
			if setting.Unit != "" {
				line += " " + setting.Unit
			}
		}
	}
	return line
}
