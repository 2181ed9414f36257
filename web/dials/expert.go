package dials

import (
	"fmt"
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

// elsewhere are the expert settings that have a place of their own on the page.
var elsewhere = []string{"style_weights", "style_scales"}

// renderExpert has a control for every setting that is declared to be for experts.
func (s *Panel) renderExpert() app.UI {
	var body []app.UI
	for _, setting := range engine.Settings() {
		if setting.Expert && !slices.Contains(elsewhere, setting.Name) {
			body = append(body, s.renderControl(setting))
		}
	}
	body = append(body, s.renderRecipeFile(), dom.Press("quiet", words.T("Reset all settings"), s.resetAll).Disabled(s.desk.Busy()))
	return app.Details().Class("expert").Body(
		app.Summary().Text(words.T("Expert")),
		app.Div().Class("group").Body(body...),
	)
}

func (s *Panel) renderControl(setting engine.Setting) app.UI {
	id := "expert-" + setting.Name
	fixed := s.desk.Fixed(setting)
	var control app.UI
	switch {
	case setting.Name == "preset":
		control = s.renderChoice(setting, id, s.desk.TakePreset).Disabled(fixed)
	case setting.Kind == engine.Choice:
		control = s.renderChoice(setting, id, func(v string) { s.desk.Set(setting, v) }).Disabled(fixed)
	case setting.Kind == engine.Integer, setting.Kind == engine.Number:
		control = s.renderNumber(setting, id).Disabled(fixed)
	default:
		control = s.renderText(setting, id).Disabled(fixed)
	}
	row := app.Div().Class("dial")
	if setting.Kind == engine.LayerList {
		row = row.Class("tall")
	}
	return row.Body(
		app.Label().For(id).Text(titled(setting)),
		s.renderHelp(setting),
		app.If(len(setting.Named) > 0, func() app.UI { return s.renderNamed(setting).Disabled(fixed) }),
		control,
		s.renderHelpText(setting),
	)
}

// titled is a setting's name with its unit.
func titled(setting engine.Setting) string {
	if setting.Unit == "" {
		return words.Translate(setting.Label)
	}
	return fmt.Sprintf("%s (%s)", words.Translate(setting.Label), setting.Unit)
}

func (s *Panel) renderChoice(setting engine.Setting, id string, take func(string)) app.HTMLSelect {
	value := setting.Get(&s.desk.Recipe)
	return app.Select().ID(id).Body(
		app.Range(setting.Choices).Slice(func(i int) app.UI {
			c := setting.Choices[i]
			return app.Option().Value(c).Text(c).Selected(c == value)
		}),
	).OnChange(func(ctx app.Context, _ app.Event) { take(ctx.JSSrc().Get("value").String()) }, app.EventScope(id))
}

// renderText is for lists, written with commas.
func (s *Panel) renderText(setting engine.Setting, id string) app.HTMLInput {
	return app.Input().ID(id).Class("wide").Type("text").Value(setting.Get(&s.desk.Recipe)).
		Attr("spellcheck", "false").AutoComplete(false).
		OnChange(func(ctx app.Context, _ app.Event) {
			s.desk.Set(setting, ctx.JSSrc().Get("value").String())
			ctx.JSSrc().Set("value", setting.Get(&s.desk.Recipe))
		}, app.EventScope(id))
}

// renderNamed offers the lists that have names.
func (s *Panel) renderNamed(setting engine.Setting) app.HTMLSelect {
	value := setting.Get(&s.desk.Recipe)
	options := []app.UI{app.Option().Value("").Text("–").Selected(true)}
	for _, n := range setting.Named {
		options = append(options, app.Option().Value(n.Name).Text(n.Name).Selected(n.Layers.String() == value))
	}
	return app.Select().Aria("label", words.T("%s by name", words.Translate(setting.Label))).Body(options...).
		OnChange(func(ctx app.Context, _ app.Event) {
			if v := ctx.JSSrc().Get("value").String(); v != "" {
				s.desk.Set(setting, v)
			}
		}, app.EventScope("named", setting.Name))
}

func (s *Panel) resetAll() {
	s.desk.TakePreset(engine.Painterly)
}
