package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

// An entry of the history is a result that is kept in this browser.
type entry struct {
	ID     string    `json:"id"`
	When   time.Time `json:"when"`
	Work   work      `json:"work"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
	Where  string    `json:"where,omitempty"` // the server that made it
	Share  *share    `json:"share,omitempty"` // or nil
	blob   app.Value // a PNG file with the recipe inside
	url    string    // of a small copy
	recipe engine.Recipe
}

// remember adds the result to the history.
func (s *studio) remember(result *engine.Result, where string) {
	if s.content == nil {
		return
	}
	w, pictures := s.work(result.Recipe)
	e := &entry{ID: newID(), When: time.Now(), Work: w, Where: where, recipe: result.Recipe,
		Width: result.Picture.Rect.Dx(), Height: result.Picture.Rect.Dy()}
	s.entry = e
	s.page.Async(func() {
		file, err := resultFile(result.Picture, result.Recipe, "image/png")
		if err != nil {
			app.Log("the result cannot be kept:", err)
			return
		}
		e.blob = dom.BlobOf(file, "image/png")
		thumb, err := dom.Thumbnail(dom.Offscreen(result.Picture), e.Width, e.Height)
		if err != nil {
			app.Log("the result cannot be kept:", err)
			return
		}
		e.url = dom.ObjectURL(thumb)
		meta, err := json.Marshal(e)
		if err == nil {
			err = s.store.keepPictures(pictures)
		}
		if err == nil {
			err = s.store.put(kResults, e.ID, map[string]any{"meta": string(meta), "blob": e.blob, "thumb": thumb})
		}
		if err != nil {
			app.Log("the result cannot be kept:", err)
			s.complain(words.NoRoom)
		}
		s.page.Dispatch(func(app.Context) {
			s.history = append([]*entry{e}, s.history...)
			s.weigh()
		})
	})
}

// loadHistory reads what earlier visits kept, outside the event loop. If no run is under way
// it deletes pictures of runs that came to nothing.
func (s *studio) loadHistory(tidy bool) {
	found, err := s.store.all(kResults)
	if err != nil {
		app.Log("there is no history:", err)
		return
	}
	var list []*entry
	used := map[string]bool{}
	for _, object := range found {
		e := &entry{blob: object.Get("blob")}
		if err := json.Unmarshal([]byte(object.Get("meta").String()), e); err != nil {
			app.Log("an entry of the history cannot be read:", err)
			continue
		}
		if e.recipe, err = engine.ParseRecipe(e.Work.Recipe); err != nil {
			app.Log(err)
		}
		e.url = dom.ObjectURL(object.Get("thumb"))
		for _, id := range e.Work.ids() {
			used[id] = true
		}
		list = append(list, e)
	}
	if tidy {
		if err := s.store.removeUnused(used); err != nil {
			app.Log(err)
		}
	}
	slices.SortFunc(list, func(a, b *entry) int { return cmp.Compare(b.When.UnixNano(), a.When.UnixNano()) })
	s.page.Dispatch(func(app.Context) {
		s.history = append(s.history, list...)
		s.weigh()
	})
}

// weigh finds out how much room the history takes.
func (s *studio) weigh() {
	sum := 0
	for _, e := range s.history {
		sum += e.blob.Get("size").Int()
	}
	s.page.Async(func() {
		pictures, err := s.store.all(kPictures)
		if err != nil {
			return
		}
		for _, p := range pictures {
			sum += p.Get("blob").Get("size").Int()
		}
		s.page.Dispatch(func(app.Context) { s.room = sum })
	})
}

// open shows a result with the pictures and settings that it was made by.
func (s *studio) open(e *entry) { s.whenMasksMayGo(func() { s.show(e, func([]byte) {}) }) }

// continueFrom lets the next run start from a result.
func (s *studio) continueFrom(e *entry) {
	s.whenMasksMayGo(func() {
		s.show(e, func(file []byte) {
			s.begin = &engine.File{Name: words.Continued, Data: file}
			s.run.Continue()
		})
	})
}

func (s *studio) show(e *entry, then func(file []byte)) {
	s.waitFor(words.Opening, func() {
		file, err := dom.BytesOf(e.blob)
		if err != nil {
			s.complain(words.Gone)
			return
		}
		img, err := dom.Decode(s.page, engine.File{Name: e.Work.Name, Data: file})
		if err != nil {
			s.complain(engine.AsError(err).Message)
			return
		}
		err = s.restore(e.Work, func(engine.Recipe) {
			s.run.Show(&engine.Result{Picture: img, Recipe: e.recipe}, e.ID)
			s.entry, s.drawn = e, false
			s.drawPhotograph(max(e.Width, e.Height), beforeID)
			s.draw(img)
			then(file)
		})
		if err != nil {
			app.Log(err)
			s.complain(words.Gone)
		}
	})
}

// forgetAll deletes entries, and the pictures that only they were made of.
func (s *studio) forgetAll(gone []*entry) {
	used := map[string]bool{}
	var rest []*entry
	for _, e := range s.history {
		if slices.Contains(gone, e) {
			dom.RevokeURL(e.url)
			if s.entry == e {
				s.entry = nil
			}
			continue
		}
		rest = append(rest, e)
		for _, id := range e.Work.ids() {
			used[id] = true
		}
	}
	s.history = rest
	if s.content != nil { // may belong to a run that is kept
		w, _ := s.work(s.recipe)
		for _, id := range w.ids() {
			used[id] = true
		}
	}
	s.page.Async(func() {
		for _, e := range gone {
			s.revokeGone(e)
			if err := s.store.remove(kResults, e.ID); err != nil {
				app.Log(err)
			}
		}
		if err := s.store.removeUnused(used); err != nil {
			app.Log(err)
		}
		s.page.Dispatch(func(app.Context) { s.weigh() })
	})
}

func (s *studio) renderHistory() app.UI {
	return sheet(s, app.Section().Class("history").Aria("label", words.History), sheetHistory).Body(
		app.Div().Class("head").Body(
			app.H2().Text(words.History),
			app.If(len(s.history) > 0, func() app.UI {
				return dom.Press("text", words.DeleteAll, func() {
					s.ask(question{title: words.DeleteTitle, text: fmt.Sprintf(words.DeleteText, len(s.history)), yes: words.DeleteYes, no: words.DeleteNo,
						act: func() { s.forgetAll(slices.Clone(s.history)) }})
				})
			}),
			app.If(len(s.history) > 0, func() app.UI {
				return app.Span().Class("kept").Text(fmt.Sprintf(words.Kept, len(s.history), words.Bytes(s.room)))
			}).Else(func() app.UI { return app.Span().Class("kept").Text(words.NoHistory) }),
		),
		app.If(len(s.history) > 0, func() app.UI {
			return app.Ul().Class("results").Body(app.Range(s.history).Slice(func(i int) app.UI { return s.renderEntry(s.history[i]) }))
		}),
	)
}

func (s *studio) renderEntry(e *entry) app.UI {
	about := fmt.Sprintf(words.Entry, stem(e.Work.Name), e.Width, e.Height, e.When.Format("2 Jan, 15:04"))
	item := app.Li()
	if s.run.From() == e.ID {
		item = item.Class("selected")
	}
	return item.Body(
		app.Button().Class("result").Type("button").Aria("label", about).Title(about).Aria("pressed", s.run.From() == e.ID).
			Body(app.Img().Src(e.url).Role("presentation")).
			OnClick(func(app.Context, app.Event) { s.open(e) }, app.EventScope(e.ID)),
		app.If(s.run.From() == e.ID, func() app.UI {
			return app.Div().Class("about").Body(
				app.Div().Body(app.P().Text(about), app.P().Class("kept").Text(recipeText(&e.recipe))),
				app.Div().Class("answers").Body(
					dom.Press("quiet", words.Continue, func() { s.continueFrom(e) }, e.ID).Disabled(s.begin != nil),
					dom.Tool("delete", words.Delete, func() {
						s.ask(question{title: words.DeleteOneTitle, text: words.DeleteOneText, yes: words.DeleteOneYes, no: words.DeleteNo,
							act: func() { s.forgetAll([]*entry{e}) }})
					}, e.ID),
				),
			)
		}),
	)
}

// recipeText is a recipe's dials in a line.
func recipeText(r *engine.Recipe) string {
	line := ""
	for _, name := range sliders {
		if setting, ok := engine.SettingByName(name); ok && name != "time_budget" {
			if line != "" {
				line += " · "
			}
			line += setting.Label + " " + setting.Get(r)
			if setting.Unit != "" {
				line += " " + setting.Unit
			}
		}
	}
	return line
}
