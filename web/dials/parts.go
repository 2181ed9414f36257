package dials

import (
	"fmt"
	"strconv"
	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func partID(p desk.Part, i int) string { return fmt.Sprintf("dial-%s-%d", p.Setting, i) }

func partText(p desk.Part, r *engine.Recipe, i int) string {
	return strconv.FormatFloat(p.Get(r, i), 'g', -1, 64)
}

func (s *Panel) setPart(p desk.Part, i int, text string) {
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		s.desk.SetPart(p, i, v)
	}
}

// partWords are what the part is called, with the style's name as well, and what it does.
func partWords(p desk.Part, style string) (label, of, help string) {
	if p.Setting == "style_scales" {
		return words.T("Scale"), words.T("Scale of %s", style), words.T("The size of this style's strokes, relative to the style scale. Double-click for 1.")
	}
	return words.T("Weight"), words.T("Weight of %s", style), words.T("How much this style counts. Double-click for 1.")
}

// RenderParts has a slider for all that style i has for itself.
func (s *Panel) RenderParts(i int) app.UI {
	return app.Div().Class("parts").Body(app.Range(desk.Parts).Slice(func(k int) app.UI { return s.renderPart(desk.Parts[k], i) }))
}

// renderPart is a slider below style i.
func (s *Panel) renderPart(p desk.Part, i int) app.UI {
	id, value := partID(p, i), partText(p, &s.desk.Recipe, i)
	label, of, help := partWords(p, s.desk.Styles[i].File.Name)
	setting, _ := engine.SettingByName(p.Setting)
	return app.Div().Class("part").Body(
		app.Label().For(id).Body(app.Span().Text(label), app.Span().Class("value").Text(value)),
		app.Input().ID(id).Type("range").Class("weight").Min(p.Low).Max(p.High).Step(0.05).Value(value).
			Aria("label", of).Title(help).Aria("valuetext", value).
			Disabled(s.desk.Fixed(setting)).
			OnInput(func(ctx app.Context, _ app.Event) { s.setPart(p, i, ctx.JSSrc().Get("value").String()) }, app.EventScope(id)).
			OnDblClick(func(app.Context, app.Event) { s.setPart(p, i, "1") }, app.EventScope(id)),
	)
}
