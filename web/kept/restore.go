package kept

import (
	"errors"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/mask"
	"trappedinart/web/photo"
)

// Restore puts the pictures and settings back on the desk, and then goes on. It waits for the
// browser.
func (st *Store) Restore(d *desk.Desk, w desk.Work, then func(engine.Recipe)) error {
	recipe, err := engine.ParseRecipe(w.Recipe)
	if err != nil {
		return err
	}
	list, err := st.pictures(w.IDs())
	if err != nil {
		return err
	}
	var palette *desk.Picture
	if last := len(list) - 1; w.Palette != "" {
		palette, list = list[last], list[:last]
	}
	styles := 1 + len(w.Styles)
	if styles < 2 {
		return errors.New("a painting without a style")
	}
	masks, err := layersOf(w, list[0], list[styles:])
	if err != nil {
		return err
	}
	// A run may have begun in the meantime.
	d.Page.Dispatch(func() {
		d.WhenFree(func() {
			for _, p := range append([]*desk.Picture{d.Content}, d.Styles...) {
				photo.Forget(p)
			}
			d.Place(list[0], list[1:styles], palette, masks, recipe)
			then(recipe)
		})
	})
	return nil
}

// layersOf makes layers of the masks that were kept, whose pictures are given in the order of IDs.
func layersOf(w desk.Work, photograph *desk.Picture, list []*desk.Picture) (*mask.Layers, error) {
	if len(list) == 0 {
		return nil, nil
	}
	width, height := photograph.Fit(mask.Side)
	l := mask.NewLayers(width, height)
	read := func(at int, id string) error {
		if id == "" {
			return nil
		}
		p := list[0]
		list = list[1:]
		photo.Forget(p) // nothing shows it
		values, err := photo.Whiteness(photo.Blob(p), width, height)
		if err != nil {
			return err
		}
		l.Mask(at).Load(values, &mask.File{ID: p.ID, File: p.File})
		return nil
	}
	for i, id := range w.Masks {
		if err := read(i, id); err != nil {
			return nil, err
		}
	}
	return l, read(mask.Keep, w.Keep)
}
