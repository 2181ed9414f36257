package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/words"
)

// A part is a setting that each of several styles has for itself.
type part struct {
	setting   string // its name in the recipe, a list in the styles' order
	of        func(*engine.Recipe) *engine.Numbers
	low, high float64 // of the slider
}

var parts = []part{
	{"style_weights", func(r *engine.Recipe) *engine.Numbers { return &r.StyleWeights }, 0, 2},
	{"style_scales", func(r *engine.Recipe) *engine.Numbers { return &r.StyleScales }, 0.1, 2},
}

func (p part) id(i int) string { return fmt.Sprintf("dial-%s-%d", p.setting, i) }

// get returns what style i has. Those that the list does not reach have 1.
func (p part) get(r *engine.Recipe, i int) string {
	if list := *p.of(r); i < len(list) {
		return strconv.FormatFloat(list[i], 'g', -1, 64)
	}
	return "1"
}

func (s *studio) setPart(p part, i int, text string) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || i >= len(s.styles) {
		return
	}
	s.change(p.id(i), func(r *engine.Recipe) error {
		list := slices.Clone(*p.of(r))
		for len(list) < len(s.styles) {
			list = append(list, 1)
		}
		list[i] = v
		*p.of(r) = list
		return nil
	})
}

// renderPart is a slider below style i.
func (s *studio) renderPart(p part, i int) app.UI {
	said, id, value := words.Parts[p.setting], p.id(i), p.get(&s.recipe, i)
	setting, _ := engine.SettingByName(p.setting)
	return app.Div().Class("part").Body(
		app.Label().For(id).Body(app.Span().Text(said.Label), app.Span().Class("value").Text(value)),
		app.Input().ID(id).Type("range").Class("weight").Min(p.low).Max(p.high).Step(0.05).Value(value).
			Aria("label", fmt.Sprintf(said.Of, s.styles[i].file.Name)).Title(said.Help).Aria("valuetext", value).
			Disabled(s.fixed(setting)).
			OnInput(func(ctx app.Context, _ app.Event) { s.setPart(p, i, ctx.JSSrc().Get("value").String()) }, app.EventScope(id)).
			OnDblClick(func(app.Context, app.Event) { s.setPart(p, i, "1") }, app.EventScope(id)),
	)
}
