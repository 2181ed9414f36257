package desk

import (
	"encoding/json"
	"image"
	"math"
	"slices"

	"trappedinart/engine"
	"trappedinart/web/mask"
	"trappedinart/web/words"
)

// A Picture is one that the person chose, or an example.
type Picture struct {
	ID      string // in the store
	File    engine.File
	Blob    any    // the same bytes, in the browser's keeping; nil for a mask
	URL     string // of a small copy, for showing it
	Large   string // of all of it, once that is asked for
	W, H    int
	Example bool
	Note    string // what a person should know of it
}

// Fit is the size of the picture when its longer side has that many pixels, as pixel.Fit has it;
// the page would load the resampling along with that.
func (p *Picture) Fit(longer int) (w, h int) {
	scale := float64(longer) / float64(max(p.W, p.H))
	return max(1, int(math.Round(float64(p.W)*scale))), max(1, int(math.Round(float64(p.H)*scale)))
}

// leastAuto is what a size that the device chooses is at least, if the photograph has so much.
const leastAuto = 512

// Longer is the longer side of the result of a recipe; of one that leaves it to the device, what
// that chose last, until it is known.
func (d *Desk) Longer(r *engine.Recipe) int {
	if r.Size != engine.SizeAuto {
		return r.Size
	}
	longer := max(d.Auto, leastAuto)
	if d.Content != nil {
		longer = min(longer, max(d.Content.W, d.Content.H))
	}
	return longer
}

// Outline is what time and memory of a painting by a recipe follow from.
func (d *Desk) Outline(r engine.Recipe) engine.Outline {
	o := engine.Outline{Recipe: r, Content: image.Pt(d.Content.W, d.Content.H), Checkpoints: true}
	for i, p := range d.Styles {
		o.Styles = append(o.Styles, image.Pt(p.W, p.H))
		if d.Masks.Peek(i).Painted() {
			o.Masks++
		}
	}
	if d.Masks.Peek(mask.Keep).Painted() {
		o.Masks++
	}
	return o
}

// SetContent takes a photograph, and drops what belongs to the one before.
func (d *Desk) SetContent(p *Picture) {
	d.Page.CloseMasks()
	d.Content, d.Begin, d.Masks = p, nil, nil
	d.Run.Clear()
	d.Page.ShowContent()
}

// AddStyle adds a style; one that the person chose takes the place of the example
// that the page opened with.
func (d *Desk) AddStyle(p *Picture) {
	switch {
	case len(d.Styles) == 1 && d.Styles[0].Example && !d.Touched:
		d.Styles = nil
	case len(d.Styles) >= engine.MaxStyles:
		d.Problem = words.T("You can use at most %d styles. Remove one first.", engine.MaxStyles)
		return
	}
	d.setStyles(append(d.Styles, p))
}

func (d *Desk) setStyles(list []*Picture) {
	d.Styles = list
	d.Page.ShowDials()
}

// ChooseStyle takes a style in the place of all.
func (d *Desk) ChooseStyle(p *Picture) {
	d.setStyles([]*Picture{p})
	d.Recipe.StyleWeights, d.Recipe.StyleScales = nil, nil
	d.Masks.Cut(1) // the first style's stays: it says where, not what
	d.Page.FollowStyles()
}

// RemoveStyle takes a style away, with its mask and what the recipe has for it, and says whether
// it was there.
func (d *Desk) RemoveStyle(p *Picture) bool {
	i := slices.Index(d.Styles, p)
	if i < 0 {
		return false
	}
	d.Touched = true
	d.setStyles(slices.Delete(slices.Clone(d.Styles), i, i+1))
	d.Masks.Remove(i)
	d.Page.FollowStyles()
	for _, part := range Parts {
		if list := part.of(&d.Recipe); i < len(*list) {
			*list = slices.Delete(slices.Clone(*list), i, i+1)
		}
	}
	return true
}

// SetPalette takes a picture for its colours, or none; it can be taken back as settings are.
func (d *Desk) SetPalette(p *Picture) {
	d.past.last = "" // each is a change of its own
	d.Change("palette", func(*engine.Recipe) error {
		d.Palette = p
		return nil
	})
}

// Place puts other pictures, masks and settings on the desk. There may be no palette.
func (d *Desk) Place(content *Picture, styles []*Picture, palette *Picture, masks *mask.Layers, recipe engine.Recipe) {
	d.Page.CloseMasks()
	d.Content, d.Touched, d.Problem, d.Begin, d.Masks = content, true, "", nil, masks
	d.setStyles(styles)
	d.Change("work", func(r *engine.Recipe) error {
		*r, d.Palette = withoutStart(recipe), palette
		return nil
	})
}

// MaskFiles returns the masks that were made files of: those of the styles in their
// order, nil where nothing is painted, or no list if nothing is painted in any; and where
// the photograph stays.
func (d *Desk) MaskFiles() (styles []*mask.File, keep *mask.File) {
	for i := range d.Styles {
		if m := d.Masks.Peek(i); m.Painted() && m.Saved != nil {
			if styles == nil {
				styles = make([]*mask.File, len(d.Styles))
			}
			styles[i] = m.Saved
		}
	}
	if m := d.Masks.Peek(mask.Keep); m.Painted() {
		keep = m.Saved
	}
	return styles, keep
}

// Request is for a run of what is on the desk, with masks that were made files of.
func (d *Desk) Request(recipe engine.Recipe) engine.Request {
	req := engine.Request{Recipe: recipe, Content: d.Content.File, Control: &engine.Control{}}
	for _, p := range d.Styles {
		req.Styles = append(req.Styles, p.File)
	}
	if d.Palette != nil {
		req.Palette = d.Palette.File
	}
	masks, keep := d.MaskFiles()
	for _, m := range masks {
		f := engine.File{}
		if m != nil {
			f = m.File
		}
		req.Masks = append(req.Masks, f)
	}
	if keep != nil {
		req.Keep = keep.File
	}
	return req
}

// Work is what a painting is made of, as it is kept: the recipe, and its pictures by their
// names in the store.
type Work struct {
	Recipe  json.RawMessage `json:"recipe"`
	Content string          `json:"content"`
	Styles  []string        `json:"styles"`
	Masks   []string        `json:"masks,omitempty"` // of the styles, "" where there is none
	Keep    string          `json:"keep,omitempty"`
	Palette string          `json:"palette,omitempty"`
	Name    string          `json:"name"` // of the photograph
}

// Work returns what is on the desk, and its pictures.
func (d *Desk) Work(recipe engine.Recipe) (Work, []*Picture) {
	w := Work{Recipe: recipe.JSON(), Content: d.Content.ID, Name: d.Content.File.Name}
	list := append([]*Picture{d.Content}, d.Styles...)
	for _, p := range d.Styles {
		w.Styles = append(w.Styles, p.ID)
	}
	take := func(f *mask.File) string {
		if f == nil {
			return ""
		}
		width, height := d.Masks.Size()
		list = append(list, &Picture{ID: f.ID, File: f.File, W: width, H: height})
		return f.ID
	}
	masks, keep := d.MaskFiles()
	for _, f := range masks {
		w.Masks = append(w.Masks, take(f))
	}
	w.Keep = take(keep)
	if d.Palette != nil {
		w.Palette = d.Palette.ID
		list = append(list, d.Palette)
	}
	return w, list
}

// IDs are the names of all its pictures: photograph, styles, masks, palette.
func (w Work) IDs() []string {
	list := append([]string{w.Content}, w.Styles...)
	for _, id := range append(slices.Clone(w.Masks), w.Keep, w.Palette) {
		if id != "" {
			list = append(list, id)
		}
	}
	return list
}
