package main

import (
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// sliders are the settings that everybody sees, by their names in the recipe; those that
// are not declared are left out.
var sliders = []string{"strength", "style_scale", "keep_colours", "detail", "smoothness", "time_budget"}

// reach is how far a slider goes whose setting goes further; more can be written.
var reach = map[string]float64{"time_budget": 300}

// sizes are those that a browser paints in bearable time.
var sizes = []int{256, 384, 512, 768, 1024}

func (s *studio) renderDials() app.UI {
	var body []app.UI
	for _, name := range sliders {
		if setting, ok := engine.SettingByName(name); ok {
			body = append(body, s.renderSlider(setting))
		}
	}
	body = append(body, s.renderSizes())
	if len(s.networks) > 1 || s.fetch != nil {
		body = append(body, s.renderNetworks())
	}
	return sheet(s, app.Aside().Class("dials").Aria("label", words.Dials), sheetDials).Body(
		app.Section().Class("group").Body(
			app.Div().Class("head").Body(app.H2().Text(words.Dials), s.renderUndo()),
			app.Div().Class("group").Body(body...),
		),
		s.renderExpert(),
	)
}

// set changes a setting to what was written.
func (s *studio) set(setting engine.Setting, text string) {
	s.change(setting.Name, func(r *engine.Recipe) error { return setting.Set(r, text) })
}

// reset takes the value of the recipe's preset.
func (s *studio) reset(setting engine.Setting) {
	if standard, err := engine.Preset(s.recipe.Preset); err == nil {
		s.set(setting, setting.Get(&standard))
	}
}

// renderSlider is a range input for a setting, with its value beside it. A double click
// takes the default.
func (s *studio) renderSlider(setting engine.Setting) app.UI {
	id, value := "dial-"+setting.Name, setting.Get(&s.recipe)
	top := setting.Max
	if r, ok := reach[setting.Name]; ok {
		top = r
	}
	fixed := s.fixed(setting)
	return app.Div().Class("dial").Body(
		app.Label().For(id).Text(setting.Label),
		s.renderHelp(setting),
		app.Span().Class("value").Body(
			s.renderNumber(setting, id+"-value").Aria("label", fmt.Sprintf(words.InNumbers, setting.Label)).Disabled(fixed),
			app.Span().Class("unit").Text(setting.Unit),
		),
		app.Input().ID(id).Type("range").Title(words.Reset).
			Aria("valuetext", value+" "+setting.Unit).
			Min(setting.Min).Max(top).Step(setting.Step).Value(value).Disabled(fixed).
			OnInput(func(ctx app.Context, _ app.Event) { s.set(setting, ctx.JSSrc().Get("value").String()) }, app.EventScope(id)).
			OnDblClick(func(app.Context, app.Event) { s.reset(setting) }, app.EventScope(id)),
		s.renderHelpText(setting),
	)
}

// fixed says whether a setting cannot be changed now.
func (s *studio) fixed(setting engine.Setting) bool {
	return s.busy() && (s.control == nil || !setting.Live)
}

// renderNumber is an input for writing the value of a setting.
func (s *studio) renderNumber(setting engine.Setting, id string) app.HTMLInput {
	return app.Input().ID(id).Type("number").
		Min(setting.Min).Max(setting.Max).Attr("step", "any").Value(setting.Get(&s.recipe)).
		OnChange(func(ctx app.Context, _ app.Event) {
			s.set(setting, ctx.JSSrc().Get("value").String())
			ctx.JSSrc().Set("value", setting.Get(&s.recipe)) // what was refused goes
		}, app.EventScope(id))
}

// renderHelp is the button that shows a setting's help.
func (s *studio) renderHelp(setting engine.Setting) app.UI {
	return app.Button().Class("help").Type("button").Body(icon("help")).
		Aria("label", fmt.Sprintf(words.HelpOn, setting.Label)).Aria("expanded", s.help == setting.Name).
		OnClick(func(app.Context, app.Event) {
			if s.help == setting.Name {
				s.help = ""
			} else {
				s.help = setting.Name
			}
		}, app.EventScope(setting.Name))
}

func (s *studio) renderHelpText(setting engine.Setting) app.UI {
	return app.If(s.help == setting.Name, func() app.UI { return app.P().Class("help-text").Text(setting.Help) })
}

func (s *studio) renderSizes() app.UI {
	choices := sizes
	if !slices.Contains(choices, s.recipe.Size) { // from the page's address
		choices = append([]int{s.recipe.Size}, choices...)
	}
	return app.Div().Class("dial").Body(
		app.Label().For("size").Text(words.Size),
		app.Select().ID("size").Disabled(s.busy()).Body(
			app.Range(choices).Slice(func(i int) app.UI {
				n := strconv.Itoa(choices[i])
				return app.Option().Value(n).Text(n + " px").Selected(choices[i] == s.recipe.Size)
			}),
		).OnChange(func(ctx app.Context, _ app.Event) {
			if setting, ok := engine.SettingByName("size"); ok {
				s.set(setting, ctx.JSSrc().Get("value").String())
				s.showContent()
			}
		}),
	)
}

func (s *studio) renderNetworks() app.UI {
	return app.Div().Class("dial").Body(append([]app.UI{
		app.Label().For("network").Text(words.Network),
		app.Select().ID("network").Class("wide").Disabled(s.busy()).Body(
			app.Range(s.networks).Slice(func(i int) app.UI {
				n := s.networks[i]
				return app.Option().Value(n.Name).Text(s.networkText(n)).Selected(n.Name == s.recipe.Weights)
			}),
		).OnFocus(func(app.Context, app.Event) { s.lookWhatIsKept() }).OnChange(func(ctx app.Context, _ app.Event) {
			name := ctx.JSSrc().Get("value").String()
			s.change("weights", func(r *engine.Recipe) error { r.Weights = name; return nil })
		}),
	}, s.renderFetch()...)...)
}

// networkText is a network's name and, if it is not on this device, what it takes to
// have it.
func (s *studio) networkText(n api.Weights) string {
	name := n.Name
	if said, ok := words.Networks[name]; ok {
		name = said
	}
	switch kept := s.stored[path.Base(n.URL)]; {
	case kept >= int64(n.Bytes):
		return name
	case kept > 0:
		return fmt.Sprintf(words.FetchRest, name, bytesText(n.Bytes-int(kept)))
	}
	return fmt.Sprintf(words.FetchOnce, name, bytesText(n.Transfer()))
}

// bytesText is a number of bytes in words.
func bytesText(n int) string {
	if n < 1e6 {
		return fmt.Sprintf("%d KB", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
