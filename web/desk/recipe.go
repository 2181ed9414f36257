package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"trappedinart/engine"
	"trappedinart/web/words"
)

// Sliders are the settings that everybody sees, by their names in the recipe; those that
// are not declared are left out.
var Sliders = []string{"strength", "style_scale", "keep_colours", "detail", "smoothness", "time_budget"}

// A Part is a setting that each of several styles has for itself.
type Part struct {
	Setting   string // its name in the recipe, a list in the styles' order
	of        func(*engine.Recipe) *engine.Numbers
	Low, High float64 // of the slider
}

// Parts are all of them.
var Parts = []Part{
	{"style_weights", func(r *engine.Recipe) *engine.Numbers { return &r.StyleWeights }, 0, 2},
	{"style_scales", func(r *engine.Recipe) *engine.Numbers { return &r.StyleScales }, 0.1, 2},
}

// Get returns what style i has. Those that the list does not reach have 1.
func (p Part) Get(r *engine.Recipe, i int) float64 {
	if list := *p.of(r); i < len(list) {
		return list[i]
	}
	return 1
}

// SetPart changes what style i has.
func (d *Desk) SetPart(p Part, i int, v float64) {
	if i >= len(d.Styles) {
		return
	}
	d.Change(fmt.Sprintf("%s-%d", p.Setting, i), func(r *engine.Recipe) error {
		list := slices.Clone(*p.of(r))
		for len(list) < len(d.Styles) {
			list = append(list, 1)
		}
		list[i] = v
		*p.of(r) = list
		return nil
	})
}

// past is what settings were, for taking changes back.
type past struct {
	before, after []settings
	last          string // setting that was changed last
	when          time.Time
}

// settings are the recipe, and the palette beside it.
type settings struct {
	recipe  engine.Recipe
	palette *Picture
}

const (
	// asOne is how long changes of the same setting count as one, as of a slider that is drawn.
	asOne = time.Second
	// mostChanges are remembered.
	mostChanges = 100
)

// Change is how every setting is changed.
func (d *Desk) Change(name string, f func(*engine.Recipe) error) {
	before := settings{d.Recipe, d.Palette}
	if err := f(&d.Recipe); err != nil {
		d.Recipe, d.Problem = before.recipe, engine.AsError(err).Message
		return
	}
	p, now := &d.past, time.Now()
	if name != p.last || now.Sub(p.when) > asOne || len(p.before) == 0 {
		p.before = append(p.before, before)
		p.before = p.before[max(0, len(p.before)-mostChanges):]
	}
	p.last, p.when, p.after = name, now, nil
	d.steer()
}

// steer asks the run for the settings as they are now.
func (d *Desk) steer() {
	if err := d.Run.Steer(d.Recipe); err != nil {
		d.Problem = engine.AsError(err).Message
	}
}

// Set changes a setting to the written value.
func (d *Desk) Set(setting engine.Setting, text string) {
	d.Change(setting.Name, func(r *engine.Recipe) error { return setting.Set(r, text) })
}

// Reset takes the value of the recipe's preset.
func (d *Desk) Reset(setting engine.Setting) {
	if standard, err := engine.Preset(d.Recipe.Preset); err == nil {
		d.Set(setting, setting.Get(&standard))
	}
}

// Fixed says whether a setting cannot be changed now.
func (d *Desk) Fixed(setting engine.Setting) bool {
	return d.Busy() && (d.Run.Control() == nil || !setting.Live)
}

// Undo takes the last change back, and Redo makes it again.
func (d *Desk) Undo() { d.travel(&d.past.before, &d.past.after) }
func (d *Desk) Redo() { d.travel(&d.past.after, &d.past.before) }

// CanUndo says whether there is something to take back, and CanRedo whether something was.
func (d *Desk) CanUndo() bool { return len(d.past.before) > 0 }
func (d *Desk) CanRedo() bool { return len(d.past.after) > 0 }

func (d *Desk) travel(from, to *[]settings) {
	n := len(*from)
	if n == 0 {
		return
	}
	next := (*from)[n-1]
	if next.palette != d.Palette && d.Busy() { // which a painting has to the end
		d.WhenFree(func() { d.travel(from, to) })
		return
	}
	*to = append(*to, settings{d.Recipe, d.Palette})
	d.Recipe, d.Palette = next.recipe, next.palette
	*from = slices.Clone((*from)[:n-1])
	d.past.last = ""
	trim(&d.Recipe, len(d.Styles))
	d.Page.ShowContent()
	d.steer()
	d.Page.ShowDials()
}

// trim drops what the recipe has for more than n styles, or than one if there is none yet.
func trim(r *engine.Recipe, n int) {
	for _, part := range Parts {
		list := part.of(r)
		*list = slices.Clone((*list)[:min(len(*list), max(1, n))])
	}
}

// TakePreset takes all values of a preset but those that belong to this painting: its size,
// network, seed and styles.
func (d *Desk) TakePreset(name string) {
	d.Change("preset", func(r *engine.Recipe) error {
		next, err := engine.Preset(name)
		if err != nil {
			return err
		}
		next.Size, next.Weights, next.Seed, next.StyleWeights, next.StyleScales = r.Size, r.Weights, r.Seed, r.StyleWeights, r.StyleScales
		*r = next
		return nil
	})
}

// TakeRecipe takes all settings of somebody's recipe, which can be undone. Settings of
// pictures that are not here are left out. While a painting is made it says first what will
// become of that, unless all of it acts at once.
func (d *Desk) TakeRecipe(recipe engine.Recipe) {
	recipe = withoutStart(recipe)
	take := func() {
		next := recipe
		trim(&next, len(d.Styles))
		d.past.last = "" // two recipes are two changes, however soon one follows the other
		d.Change("recipe", func(r *engine.Recipe) error {
			*r = next
			return nil
		})
		d.Page.ShowContent()
		d.Say(words.T("The settings are now those of the recipe. Undo restores yours."))
	}
	text := ""
	if waits := d.waiting(recipe); d.Busy() && d.Run.Control() == nil {
		text = words.T("A painting is in progress and stays as it is. These settings apply from the next Start.")
	} else if d.Busy() && len(waits) > 0 {
		text = words.T("A painting is in progress. Some settings apply now. These wait for the next Start: %s.", strings.Join(waits, ", "))
	}
	if text == "" {
		take()
		return
	}
	d.Ask(Question{Title: words.T("Take these settings now?"), Text: text, Yes: words.T("Take them"), No: words.T("Leave mine"), Act: take})
}

// withoutStart leaves out the picture that a recipe starts from, as which it is, is not kept.
func withoutStart(r engine.Recipe) engine.Recipe {
	if r.Start == engine.StartPicture {
		r.Start, r.Scales = engine.StartContent, 0
	}
	return r
}

// waiting are the settings of a recipe that a painting which is being made cannot take.
func (d *Desk) waiting(recipe engine.Recipe) []string {
	var names []string
	for _, setting := range engine.Settings() {
		if !setting.Live && setting.Get(&recipe) != setting.Get(&d.Recipe) {
			names = append(names, words.Translate(setting.Label))
		}
	}
	return names
}
