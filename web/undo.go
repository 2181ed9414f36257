package main

import (
	"slices"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

// past is what settings were, for taking changes back.
type past struct {
	before, after []engine.Recipe
	last          string // setting that was changed last
	when          time.Time
}

// one is how long changes of the same setting count as one, as of a slider that is drawn.
const one = time.Second

const most = 100 // changes that are remembered

// change is how every setting is changed.
func (s *studio) change(name string, f func(*engine.Recipe) error) {
	before := s.recipe
	if err := f(&s.recipe); err != nil {
		s.recipe, s.problem = before, engine.AsError(err).Message
		return
	}
	p, now := &s.past, time.Now()
	if name != p.last || now.Sub(p.when) > one || len(p.before) == 0 {
		p.before = append(p.before, before)
		p.before = p.before[max(0, len(p.before)-most):]
	}
	p.last, p.when, p.after = name, now, nil
	s.steer()
}

func (s *studio) undo() { s.travel(&s.past.before, &s.past.after) }
func (s *studio) redo() { s.travel(&s.past.after, &s.past.before) }

func (s *studio) travel(from, to *[]engine.Recipe) {
	n := len(*from)
	if n == 0 {
		return
	}
	*to = append(*to, s.recipe)
	s.recipe = (*from)[n-1]
	*from = slices.Clone((*from)[:n-1])
	s.past.last = ""
	trim(&s.recipe, len(s.styles))
	s.showContent()
	s.steer()
	s.page.Defer(func(app.Context) { s.showDials() })
}

// trim drops what the recipe has for more than n styles, or than one if there is none yet.
func trim(r *engine.Recipe, n int) {
	for _, part := range parts {
		list := part.of(r)
		*list = slices.Clone((*list)[:min(len(*list), max(1, n))])
	}
}

// showDials moves the dials to where the recipe is. Of one that was moved and is back within
// a frame go-app sees no change; and one that is new may have been given its value before its
// step, and then the browser has rounded it to a whole one.
func (s *studio) showDials() {
	show := func(id, value string) {
		if e, ok := dom.Element(id); ok {
			e.Set("value", value)
		}
	}
	for _, setting := range engine.Settings() {
		value := setting.Get(&s.recipe)
		show("dial-"+setting.Name, value)
		show("dial-"+setting.Name+"-value", value)
		show("expert-"+setting.Name, value)
	}
	for _, part := range parts {
		for i := range s.styles {
			show(part.id(i), part.get(&s.recipe, i))
		}
	}
}

func (s *studio) renderUndo() app.UI {
	return app.Div().Class("undo").Body(
		dom.Tool("link", words.CopyRecipe, s.copyRecipeLink),
		dom.Tool("undo", words.Undo, s.undo).Disabled(len(s.past.before) == 0),
		dom.Tool("redo", words.Redo, s.redo).Disabled(len(s.past.after) == 0),
	)
}

// listenToKeys takes changes back by Ctrl+Z, where no text is written.
func (s *studio) listenToKeys() {
	app.Window().Call("addEventListener", "keydown", app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		if !(e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool()) || e.Get("altKey").Bool() {
			return nil
		}
		if e.Get("target").Call("matches", "input:not([type=range],[type=checkbox]), textarea").Bool() {
			return nil
		}
		act, again := s.undo, s.redo
		if s.masking.open {
			act, again = s.undoMask, s.redoMask
		}
		switch key, shift := e.Get("key").String(), e.Get("shiftKey").Bool(); {
		case key == "z" && !shift:
		case key == "y", (key == "z" || key == "Z") && shift:
			act = again
		default:
			return nil
		}
		e.Call("preventDefault")
		s.page.Dispatch(func(app.Context) { act() })
		return nil
	}))
}
