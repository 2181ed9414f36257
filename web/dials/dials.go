// Package dials has the settings, made from the recipe's declarations.
package dials

import (
	"maps"
	"path"
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

// reach is how far a slider goes whose setting goes further; more can be written.
var reach = map[string]float64{"time_budget": 300}

// networkNames are words for the networks that people may know by name.
var networkNames = map[string]string{
	engine.FineNetwork: words.Key("Fine"), engine.SmallNetwork: words.Key("Quick, for slow devices"), "vgg19": words.Key("Finest (VGG-19)"),
}

// sizes are those that are offered beside the device's choice and the photograph's own.
var sizes = []int{256, 512, 768, 1024, 1536, 2048, 3072, 4096}

// Moment is how many bytes of a network come in a moment, so that they are fetched unasked; the
// page itself has five times as many.
const Moment = 1e6

// A Panel has the dials.
type Panel struct {
	desk *desk.Desk
	// Networks are those there are, and LookAgain sees which are on this device.
	Networks  []api.Weights
	LookAgain func()
	// Forecast says what the painting will take.
	Forecast func() string
	stored   map[string]int64 // bytes of each network's file that are on this device
	help     string           // the setting whose help is shown

	Fetcher Fetcher
	fetch   *api.Fetch // how far the server is with a network that it lacks, or nil
	wanted  bool       // somebody had it fetched on this page
}

// New returns one for the desk.
func New(d *desk.Desk) *Panel { return &Panel{desk: d} }

// Store says which bytes of networks' files are on this device, and whether that is news.
func (s *Panel) Store(stored map[string]int64) bool {
	news := !maps.Equal(s.stored, stored)
	s.stored = stored
	return news
}

// Render has the dials for all and for experts, of those classes, and below the one for colours where
// a palette is chosen. copyLink makes a link of the settings.
func (s *Panel) Render(sheet []string, palette app.UI, copyLink func()) app.UI {
	var body []app.UI
	for _, name := range desk.Sliders {
		setting, ok := engine.SettingByName(name)
		if !ok {
			continue
		}
		body = append(body, s.renderSlider(setting))
		if name == "keep_colours" {
			body = append(body, palette, s.renderPaletteShare())
		}
	}
	body = append(body, s.renderSizes())
	if len(s.Networks) > 1 || s.fetch != nil {
		body = append(body, s.renderNetworks())
	}
	return app.Aside().Class("dials").Aria("label", words.T("Settings")).Class(sheet...).Body(
		app.Section().Class("group").Body(
			app.Div().Class("head").Body(app.H2().Text(words.T("Settings")), s.renderUndo(copyLink)),
			app.Div().Class("group").Body(body...),
		),
		s.renderExpert(),
	)
}

// renderSlider is a range input for a setting, with its value beside it. A double click
// takes the default.
func (s *Panel) renderSlider(setting engine.Setting) app.UI {
	id, value := "dial-"+setting.Name, setting.Get(&s.desk.Recipe)
	top := setting.Max
	if r, ok := reach[setting.Name]; ok {
		top = r
	}
	fixed := s.desk.Fixed(setting)
	return app.Div().Class("dial").Body(
		app.Label().For(id).Text(words.Translate(setting.Label)),
		s.renderHelp(setting),
		app.Span().Class("value").Body(
			s.renderNumber(setting, id+"-value").Aria("label", words.T("%s as a number", words.Translate(setting.Label))).Disabled(fixed),
			app.Span().Class("unit").Text(setting.Unit),
		),
		app.Input().ID(id).Type("range").Title(words.T("Double-click to reset.")).
			Aria("valuetext", value+" "+setting.Unit).
			Min(setting.Min).Max(top).Step(setting.Step).Value(value).Disabled(fixed).
			OnInput(func(ctx app.Context, _ app.Event) { s.desk.Set(setting, ctx.JSSrc().Get("value").String()) }, app.EventScope(id)).
			OnDblClick(func(app.Context, app.Event) { s.desk.Reset(setting) }, app.EventScope(id)),
		s.renderHelpText(setting),
	)
}

// renderPaletteShare says how much of a palette's colours there are. It is always there, as what follows
// it would be made anew.
func (s *Panel) renderPaletteShare() app.UI {
	setting, _ := engine.SettingByName("palette_colours")
	return app.Div().Hidden(s.desk.Palette == nil).Body(s.renderSlider(setting))
}

// renderNumber is an input for writing the value of a setting.
func (s *Panel) renderNumber(setting engine.Setting, id string) app.HTMLInput {
	return app.Input().ID(id).Type("number").
		Min(setting.Min).Max(setting.Max).Attr("step", "any").Value(setting.Get(&s.desk.Recipe)).
		OnChange(func(ctx app.Context, _ app.Event) {
			s.desk.Set(setting, ctx.JSSrc().Get("value").String())
			ctx.JSSrc().Set("value", setting.Get(&s.desk.Recipe)) // what was refused goes
		}, app.EventScope(id))
}

// renderHelp is the button that shows a setting's help.
func (s *Panel) renderHelp(setting engine.Setting) app.UI {
	return app.Button().Class("help").Type("button").Body(dom.Icon("help")).
		Aria("label", words.T("What is %s?", words.Translate(setting.Label))).Aria("expanded", s.help == setting.Name).
		OnClick(func(app.Context, app.Event) {
			if s.help == setting.Name {
				s.help = ""
			} else {
				s.help = setting.Name
			}
		}, app.EventScope(setting.Name))
}

func (s *Panel) renderHelpText(setting engine.Setting) app.UI {
	return app.If(s.help == setting.Name, func() app.UI { return app.P().Class("help-text").Text(words.Translate(setting.Help)) })
}

// renderSizes has the sizes that can be chosen, and what the one that is takes.
func (s *Panel) renderSizes() app.UI {
	setting, _ := engine.SettingByName("size")
	choices := s.sizes()
	return app.Div().Class("dial").Body(
		app.Label().For("size").Text(words.T("Size")),
		app.Select().ID("size").Class("wide").Disabled(s.desk.Busy()).Aria("describedby", "size-about").Body(
			app.Range(choices).Slice(func(i int) app.UI {
				r := engine.Recipe{Size: choices[i]}
				return app.Option().Value(setting.Get(&r)).Text(s.sizeText(choices[i])).Selected(choices[i] == s.desk.Recipe.Size)
			}),
		).OnChange(func(ctx app.Context, _ app.Event) {
			s.desk.Set(setting, ctx.JSSrc().Get("value").String())
			s.desk.Page.ShowContent()
		}),
		app.P().ID("size-about").Class("help-text").Text(s.Forecast()),
	)
}

// own is the photograph's longer side, or 0 if no painting can have it.
func (s *Panel) own() int {
	setting, _ := engine.SettingByName("size")
	if c := s.desk.Content; c != nil && max(c.W, c.H) <= int(setting.Max) && max(c.W, c.H) >= int(setting.Min) {
		return max(c.W, c.H)
	}
	return 0
}

// sizes are those that can be chosen, the device's choice first and the photograph's own last.
func (s *Panel) sizes() []int {
	own, now := s.own(), s.desk.Recipe.Size
	list := []int{engine.SizeAuto}
	if now != engine.SizeAuto && now != own && !slices.Contains(sizes, now) { // from a recipe, or the page's address
		list = append(list, now)
	}
	for _, n := range sizes {
		if n != own {
			list = append(list, n)
		}
	}
	if own > 0 {
		list = append(list, own)
	}
	return list
}

func (s *Panel) sizeText(size int) string {
	switch {
	case size == engine.SizeAuto && s.desk.Foreseen != nil && s.desk.Recipe.Size == engine.SizeAuto:
		return words.T("Auto (%d px)", s.desk.Foreseen.Size)
	case size == engine.SizeAuto:
		return words.T("Auto")
	case size == s.own():
		return words.T("As the photograph (%d px)", size)
	}
	return words.T("%d px", size)
}

func (s *Panel) renderNetworks() app.UI {
	return app.Div().Class("dial").Body(append([]app.UI{
		app.Label().For("network").Text(words.T("Network")),
		app.Select().ID("network").Class("wide").Disabled(s.desk.Busy()).Body(
			app.Range(s.Networks).Slice(func(i int) app.UI {
				n := s.Networks[i]
				return app.Option().Value(n.Name).Text(s.NetworkText(n)).Selected(n.Name == s.desk.Recipe.Weights)
			}),
		).OnFocus(func(app.Context, app.Event) { s.LookAgain() }).OnChange(func(ctx app.Context, _ app.Event) {
			name := ctx.JSSrc().Get("value").String()
			s.desk.Change("weights", func(r *engine.Recipe) error { r.Weights = name; return nil })
		}),
	}, s.renderFetch()...)...)
}

// NetworkText is a network's name and, if it is not on this device, what it takes to
// have it.
func (s *Panel) NetworkText(n api.Weights) string {
	name := n.Name
	if said, ok := networkNames[name]; ok {
		name = words.Translate(said)
	}
	switch kept := s.stored[path.Base(n.URL)]; {
	case kept >= int64(n.Bytes):
		return name
	case kept > 0:
		return words.T("%s (%s left to download)", name, words.Bytes(n.Bytes-int(kept)))
	}
	return words.T("%s (downloads %s once)", name, words.Bytes(n.Transfer()))
}

// Show moves the dials to where the recipe is. Of one that was moved and is back within
// a frame go-app sees no change; and one that is new may have been given its value before its
// step, and then the browser has rounded it to a whole one.
func (s *Panel) Show() {
	show := func(id, value string) {
		if e, ok := dom.Element(id); ok {
			e.Set("value", value)
		}
	}
	for _, setting := range engine.Settings() {
		value := setting.Get(&s.desk.Recipe)
		show("dial-"+setting.Name, value)
		show("dial-"+setting.Name+"-value", value)
		show("expert-"+setting.Name, value)
	}
	for _, part := range desk.Parts {
		for i := range s.desk.Styles {
			show(partID(part, i), partText(part, &s.desk.Recipe, i))
		}
	}
}

func (s *Panel) renderUndo(copyLink func()) app.UI {
	return app.Div().Class("undo").Body(
		dom.Tool("link", words.T("Copy recipe link"), copyLink),
		dom.Tool("undo", words.T("Undo"), s.desk.Undo).Disabled(!s.desk.CanUndo()),
		dom.Tool("redo", words.T("Redo"), s.desk.Redo).Disabled(!s.desk.CanRedo()),
	)
}

// Here says whether a network is on this device, or comes in a moment without being asked for.
func (s *Panel) Here(network string) bool {
	i := slices.IndexFunc(s.Networks, func(n api.Weights) bool { return n.Name == network })
	return i >= 0 && (s.Networks[i].Transfer() <= Moment || s.stored[path.Base(s.Networks[i].URL)] >= int64(s.Networks[i].Bytes))
}
