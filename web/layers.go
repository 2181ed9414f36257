package main

import (
	"image"
	"slices"
)

// keepLayer is the layer of where the photograph stays; the others are of the styles, from
// 0.
const keepLayer = -1

// layers are the masks that are painted on one photograph, and what was done to them.
type layers struct {
	w, h         int
	styles       []*mask // in the order of the styles; may be short, and nil where nothing was painted
	keep         *mask
	past, future []change
	changed      bool // since a run that had them, which the history keeps
}

// A change is what it takes to undo one, or to redo it.
type change []patch

type patch struct {
	on   *mask
	part image.Rectangle
	rows []uint8
}

// rememberedBytes is how many bytes of changes are kept at most, if not the last alone is
// larger.
const rememberedBytes = 32 << 20

func newLayers(w, h int) *layers { return &layers{w: w, h: h} }

// peek returns a layer's mask, or nil.
func (l *layers) peek(at int) *mask {
	switch {
	case l == nil || at >= len(l.styles):
		return nil
	case at == keepLayer:
		return l.keep
	}
	return l.styles[at]
}

// mask returns a layer's mask, which is made if there is none.
func (l *layers) mask(at int) *mask {
	place := &l.keep
	if at != keepLayer {
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
func (l *layers) where(m *mask) (at int, ok bool) {
	if m == l.keep {
		return keepLayer, true
	}
	at = slices.Index(l.styles, m)
	return at, at >= 0
}

// painted says whether there is anything in any layer.
func (l *layers) painted() bool {
	return l != nil && (l.keep.painted() || slices.ContainsFunc(l.styles, (*mask).painted))
}

// remove takes out a style's layer, and cut those of all styles after the first n.
func (l *layers) remove(at int) {
	if l == nil || at >= len(l.styles) {
		return
	}
	gone := l.styles[at]
	l.styles = slices.Delete(l.styles, at, at+1)
	of := func(c change) bool { return slices.ContainsFunc(c, func(p patch) bool { return p.on == gone }) }
	l.past, l.future = slices.DeleteFunc(l.past, of), slices.DeleteFunc(l.future, of)
}

func (l *layers) cut(n int) {
	for l != nil && len(l.styles) > n {
		l.remove(n)
	}
}

// change does something to whole masks that can be taken back.
func (l *layers) change(act func(), masks ...*mask) {
	var c change
	for _, m := range masks {
		c = append(c, patch{m, m.bounds(), slices.Clone(m.at)})
		m.saved = nil
	}
	act()
	l.remember(c)
}

func (l *layers) remember(c change) {
	l.past, l.future, l.changed = append(l.past, c), nil, true
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

// finish ends a stroke, which can then be taken back.
func (l *layers) finish(s *stroke) {
	was := mask{w: s.on.w, h: s.on.h, at: s.before}
	l.remember(change{{s.on, s.part, was.cut(s.part)}})
}

// fill makes a layer 255 or 0 everywhere.
func (l *layers) fill(at int, v uint8) {
	m := l.mask(at)
	l.change(func() {
		for i := range m.at {
			m.at[i] = v
		}
	}, m)
}

func (l *layers) invert(at int) {
	m := l.mask(at)
	l.change(func() {
		for i := range m.at {
			m.at[i] = 255 - m.at[i]
		}
	}, m)
}

// swap changes what the layer has with what it has not: with the one other style that has a
// part of its own if there is one, and else with the rest of the picture.
func (l *layers) swap(at int) {
	m, other := l.mask(at), (*mask)(nil)
	for i, o := range l.styles {
		if at == keepLayer || i == at || !o.painted() {
			continue
		}
		if other != nil { // there are two
			l.invert(at)
			return
		}
		other = o
	}
	if other == nil {
		l.invert(at)
		return
	}
	l.change(func() { m.at, other.at = other.at, m.at }, m, other)
}

// replace puts values from elsewhere into a layer.
func (l *layers) replace(at int, values []uint8) {
	m := l.mask(at)
	l.change(func() { copy(m.at, values) }, m)
}

// undo takes the last change back and returns the layer where it was; redo makes it again.
func (l *layers) undo() (at int, ok bool) { return l.travel(&l.past, &l.future) }
func (l *layers) redo() (at int, ok bool) { return l.travel(&l.future, &l.past) }

func (l *layers) travel(from, to *[]change) (at int, ok bool) {
	n := len(*from)
	if n == 0 {
		return 0, false
	}
	c := (*from)[n-1]
	*from, l.changed = (*from)[:n-1], true
	back := make(change, len(c))
	for i, p := range c {
		back[i] = patch{p.on, p.part, p.on.cut(p.part)}
		p.on.paste(p.part, p.rows)
	}
	*to = append(*to, back)
	return l.where(c[0].on)
}
