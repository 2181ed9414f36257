package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/mask"
)

// work is what a painting is made of, as it is kept: the recipe, and its pictures by their
// names in the store.
type work struct {
	Recipe  json.RawMessage `json:"recipe"`
	Content string          `json:"content"`
	Styles  []string        `json:"styles"`
	Masks   []string        `json:"masks,omitempty"` // of the styles, "" where there is none
	Keep    string          `json:"keep,omitempty"`
	Name    string          `json:"name"` // of the photograph
}

// work returns what is on the page, and its pictures.
func (s *studio) work(recipe engine.Recipe) (work, []*picture) {
	w := work{Recipe: recipe.JSON(), Content: s.content.id, Name: s.content.file.Name}
	list := append([]*picture{s.content}, s.styles...)
	for _, p := range s.styles {
		w.Styles = append(w.Styles, p.id)
	}
	masks, keep := s.maskPictures()
	for _, f := range masks {
		id := ""
		if f != nil {
			id, list = f.ID, append(list, s.maskPicture(f))
		}
		w.Masks = append(w.Masks, id)
	}
	if keep != nil {
		w.Keep, list = keep.ID, append(list, s.maskPicture(keep))
	}
	return w, list
}

// maskPicture is the file of a mask, as a picture to be kept.
func (s *studio) maskPicture(f *mask.File) *picture {
	w, h := s.masks.Size()
	return &picture{id: f.ID, file: f.File, w: w, h: h}
}

// ids are the names of all its pictures: photograph, styles, masks.
func (w work) ids() []string {
	list := append([]string{w.Content}, w.Styles...)
	for _, id := range append(slices.Clone(w.Masks), w.Keep) {
		if id != "" {
			list = append(list, id)
		}
	}
	return list
}

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
	styles := 1 + len(w.Styles)
	if styles < 2 {
		return fmt.Errorf("a painting without a style")
	}
	masks, err := w.layers(list[0], list[styles:])
	if err != nil {
		return err
	}
	place := func() {
		for _, p := range append([]*picture{s.content}, s.styles...) {
			p.forget()
		}
		s.content, s.touched, s.problem, s.begin = list[0], true, "", nil
		s.setStyles(list[1:styles])
		s.dropMasks()
		s.masks = masks
		s.change("work", func(r *engine.Recipe) error {
			*r = recipe
			if r.Start == engine.StartPicture { // which picture, is not kept
				r.Start, r.Scales = engine.StartContent, 0
			}
			return nil
		})
		then(recipe)
	}
	// One may have begun in the meantime.
	s.page.Dispatch(func(app.Context) { s.whenFree(place) })
	return nil
}
