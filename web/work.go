package main

import (
	"encoding/json"
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
)

// work is what a painting is made of, as it is kept: the recipe, and its pictures by their
// names in the store.
type work struct {
	Recipe  json.RawMessage `json:"recipe"`
	Content string          `json:"content"`
	Styles  []string        `json:"styles"`
	Name    string          `json:"name"` // of the photograph
}

// work returns what is on the page, and its pictures.
func (s *studio) work(recipe engine.Recipe) (work, []*picture) {
	w := work{Recipe: recipe.JSON(), Content: s.content.id, Name: s.content.file.Name}
	list := append([]*picture{s.content}, s.styles...)
	for _, p := range s.styles {
		w.Styles = append(w.Styles, p.id)
	}
	return w, list
}

// ids are the names of all its pictures, the photograph first.
func (w work) ids() []string { return append([]string{w.Content}, w.Styles...) }

// restore puts the pictures and settings back on the page, and then goes on. It is called
// outside the event loop.
func (s *studio) restore(w work, then func(engine.Recipe)) error {
	recipe, err := engine.ParseRecipe(w.Recipe)
	if err != nil {
		return err
	}
	list, err := s.store.pictures(w.ids())
	if err != nil {
		return err
	}
	if len(list) < 2 {
		return fmt.Errorf("a painting without a style")
	}
	s.page.Dispatch(func(app.Context) {
		for _, p := range append([]*picture{s.content}, s.styles...) {
			p.forget()
		}
		s.content, s.styles, s.touched, s.problem, s.begin = list[0], list[1:], true, "", nil
		s.change("work", func(r *engine.Recipe) error {
			*r = recipe
			if r.Start == engine.StartPicture { // which picture, is not kept
				r.Start, r.Scales = engine.StartContent, 0
			}
			return nil
		})
		then(recipe)
	})
	return nil
}
