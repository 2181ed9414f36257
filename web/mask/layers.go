package mask

import (
	"image"
	"slices"
)

// Keep is the layer of where the photograph stays; the others are of the styles, from
// 0.
const Keep = -1

// Layers are the masks that are painted on one photograph, and what was done to them.
type Layers struct {
	w, h         int
	styles       []*Mask // in the order of the styles; may be short, and nil where nothing was painted
	keep         *Mask
	past, future []change
	Changed      bool // since a run that had them, which the history keeps
}

// A change is what it takes to undo one, or to redo it.
type change []patch

type patch struct {
	on   *Mask
	part image.Rectangle
	rows []uint8
}

// rememberedBytes is how many bytes of changes are kept at most, if not the last alone is
// larger.
const rememberedBytes = 32 << 20

// NewLayers are for a photograph whose masks are of that size.
func NewLayers(w, h int) *Layers { return &Layers{w: w, h: h} }

// Size is that of each mask.
func (l *Layers) Size() (w, h int) { return l.w, l.h }

// Peek returns a layer's mask, or nil.
func (l *Layers) Peek(at int) *Mask {
	switch {
	case l == nil || at >= len(l.styles):
		return nil
	case at == Keep:
		return l.keep
	}
	return l.styles[at]
}

// Mask returns a layer's mask, which is made if there is none.
func (l *Layers) Mask(at int) *Mask {
	place := &l.keep
	if at != Keep {
		for len(l.styles) <= at {
			l.styles = append(l.styles, nil)
		}
		place = &l.styles[at]
	}
	if *place == nil {
		*place = newMask(l.w, l.h)
	}
	return *place
}

// where is the layer that has the mask.
func (l *Layers) where(m *Mask) (at int, ok bool) {
	if m == l.keep {
		return Keep, true
	}
	at = slices.Index(l.styles, m)
	return at, at >= 0
}

// Painted says whether there is anything in any layer.
func (l *Layers) Painted() bool {
	return l != nil && (l.keep.Painted() || slices.ContainsFunc(l.styles, (*Mask).Painted))
}

// Remove takes out a style's layer.
func (l *Layers) Remove(at int) {
	if l == nil || at >= len(l.styles) {
		return
	}
	gone := l.styles[at]
	l.styles = slices.Delete(l.styles, at, at+1)
	of := func(c change) bool { return slices.ContainsFunc(c, func(p patch) bool { return p.on == gone }) }
	l.past, l.future = slices.DeleteFunc(l.past, of), slices.DeleteFunc(l.future, of)
}

// Cut takes out the layers of all styles after the first n.
func (l *Layers) Cut(n int) {
	for l != nil && len(l.styles) > n {
		l.Remove(n)
	}
}

// change does something to whole masks that can be taken back.
func (l *Layers) change(act func(), masks ...*Mask) {
	var c change
	for _, m := range masks {
		c = append(c, patch{m, m.Bounds(), slices.Clone(m.at)})
		m.Saved = nil
	}
	act()
	l.remember(c)
}

func (l *Layers) remember(c change) {
	l.past, l.future, l.Changed = append(l.past, c), nil, true
	size := 0
	for i := len(l.past) - 1; i >= 0; i-- {
		for _, p := range l.past[i] {
			size += len(p.rows)
		}
		if size > rememberedBytes && i < len(l.past)-1 {
			l.past = slices.Clone(l.past[i+1:])
			return
		}
	}
}

// Finish ends a stroke, which can then be taken back.
func (l *Layers) Finish(s *Stroke) {
	was := Mask{w: s.on.w, h: s.on.h, at: s.before}
	l.remember(change{{s.on, s.part, was.cut(s.part)}})
}

// Fill makes a layer 255 or 0 everywhere.
func (l *Layers) Fill(at int, v uint8) {
	m := l.Mask(at)
	l.change(func() {
		for i := range m.at {
			m.at[i] = v
		}
	}, m)
}

// Invert paints what is free, and frees what is painted.
func (l *Layers) Invert(at int) {
	m := l.Mask(at)
	l.change(func() {
		for i := range m.at {
			m.at[i] = 255 - m.at[i]
		}
	}, m)
}

// Swap exchanges the layer with its opposite: with the one other style that has a part of
// its own if there is one, and else with the rest of the picture.
func (l *Layers) Swap(at int) {
	m, other := l.Mask(at), (*Mask)(nil)
	for i, o := range l.styles {
		if at == Keep || i == at || !o.Painted() {
			continue
		}
		if other != nil { // there are two
			l.Invert(at)
			return
		}
		other = o
	}
	if other == nil {
		l.Invert(at)
		return
	}
	l.change(func() { m.at, other.at = other.at, m.at }, m, other)
}

// Replace puts values from elsewhere into a layer.
func (l *Layers) Replace(at int, values []uint8) {
	m := l.Mask(at)
	l.change(func() { copy(m.at, values) }, m)
}

// Undo takes the last change back and returns the layer where it was.
func (l *Layers) Undo() (at int, ok bool) { return l.travel(&l.past, &l.future) }

// Redo makes again what was taken back last.
func (l *Layers) Redo() (at int, ok bool) { return l.travel(&l.future, &l.past) }

// CanUndo says whether there is something to take back, and CanRedo whether something was.
func (l *Layers) CanUndo() bool { return l != nil && len(l.past) > 0 }
func (l *Layers) CanRedo() bool { return l != nil && len(l.future) > 0 }

func (l *Layers) travel(from, To *[]change) (at int, ok bool) {
	n := len(*from)
	if n == 0 {
		return 0, false
	}
	c := (*from)[n-1]
	*from, l.Changed = (*from)[:n-1], true
	back := make(change, len(c))
	for i, p := range c {
		back[i] = patch{p.on, p.part, p.on.cut(p.part)}
		p.on.paste(p.part, p.rows)
	}
	*To = append(*To, back)
	return l.where(c[0].on)
}
