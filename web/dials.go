package main

import (
	"fmt"
	"path"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// sliders are the settings that everybody sees, by their names in the recipe.
var sliders = []string{"strength", "style_scale", "keep_colours", "smoothness"}

// sizes are those that a browser paints in bearable time.
var sizes = []int{256, 384, 512}

func (s *studio) renderDials() app.UI {
	var body []app.UI
	for _, name := range sliders {
		if setting, ok := engine.SettingByName(name); ok {
			body = append(body, s.renderSlider(setting))
		}
	}
	body = append(body, s.renderSizes())
	if len(s.networks) > 1 {
		body = append(body, s.renderNetworks())
	}
	return app.Aside().Class("dials").Body(
		app.Section().Class("group").Aria("label", words.Dials).Body(body...),
	)
}

// renderSlider is a range input for a setting. A double click takes the default.
func (s *studio) renderSlider(setting engine.Setting) app.UI {
	id := "dial-" + setting.Name
	value := setting.Get(&s.recipe)
	set := func(text string) {
		if err := setting.Set(&s.recipe, text); err != nil {
			s.problem = err.Error()
			return
		}
		s.steer()
	}
	unit := ""
	if setting.Unit != "" {
		unit = " " + setting.Unit
	}
	return app.Div().Class("dial").Title(setting.Help).Body(
		app.Label().For(id).Text(setting.Label),
		app.Output().For(id).Text(value+unit),
		app.Input().ID(id).Type("range").Aria("label", setting.Label).
			Min(setting.Min).Max(setting.Max).Step(setting.Step).Value(value).Disabled(s.busy() && s.control == nil).
			OnInput(func(ctx app.Context, _ app.Event) { set(ctx.JSSrc().Get("value").String()) }).
			OnDblClick(func(app.Context, app.Event) {
				standard, err := engine.Preset(s.recipe.Preset)
				if err == nil {
					set(setting.Get(&standard))
				}
			}),
	)
}

func (s *studio) renderSizes() app.UI {
	choices := sizes
	if !contains(choices, s.recipe.Size) { // from the page's address
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
			if n, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil {
				s.recipe.Size = n
				s.showContent()
			}
		}),
	)
}

func (s *studio) renderNetworks() app.UI {
	return app.Div().Class("dial").Body(
		app.Label().For("network").Text(words.Network),
		app.Select().ID("network").Class("wide").Disabled(s.busy()).Body(
			app.Range(s.networks).Slice(func(i int) app.UI {
				n := s.networks[i]
				return app.Option().Value(n.Name).Text(s.networkText(n)).Selected(n.Name == s.recipe.Weights)
			}),
		).OnFocus(func(app.Context, app.Event) { s.lookWhatIsKept() }).OnChange(func(ctx app.Context, _ app.Event) { s.recipe.Weights = ctx.JSSrc().Get("value").String() }),
	)
}

// networkText is a network's name and, if it is not on this device, what it takes to
// have it.
func (s *studio) networkText(n api.Weights) string {
	switch kept := s.stored[path.Base(n.URL)]; {
	case kept >= int64(n.Bytes):
		return n.Name
	case kept > 0:
		return fmt.Sprintf(words.FetchRest, n.Name, bytesText(n.Bytes-int(kept)))
	}
	return fmt.Sprintf(words.FetchOnce, n.Name, bytesText(n.Transfer()))
}

func contains(list []int, n int) bool {
	for _, v := range list {
		if v == n {
			return true
		}
	}
	return false
}

// bytesText is a number of bytes in words.
func bytesText(n int) string {
	if n < 1e6 {
		return fmt.Sprintf("%d KB", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
