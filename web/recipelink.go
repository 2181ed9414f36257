package main

import (
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/envelope"
	"trappedinart/web/words"
)

// followLink does what the page's address asks for: to show a share, or to take a recipe.
func (s *studio) followLink() {
	here := app.Window().URL()
	if _, id, ok := dom.SplitShare(here.Path); ok {
		s.openShared(id, here.Fragment)
		return
	}
	if !envelope.HasRecipe(here.Fragment) {
		return
	}
	recipe, err := envelope.ParseRecipeFragment(here.Fragment)
	dom.SetAddress(dom.BaseURL().String()) // the settings will not stay the link's
	if err != nil {
		s.problem = engine.AsError(err).Message
		return
	}
	s.takeRecipe(recipe)
}

// listenToLinks follows links that are opened while the page is there.
func (s *studio) listenToLinks() {
	app.Window().Call("addEventListener", "hashchange", app.FuncOf(func(app.Value, []app.Value) any {
		s.page.Dispatch(func(app.Context) { s.followLink() })
		return nil
	}))
}

// takeRecipe takes all settings of somebody's recipe, which can be undone. What belongs to
// pictures that are not here is left out. While a painting is made it says first what will
// become of that, unless all of it acts at once.
func (s *studio) takeRecipe(recipe engine.Recipe) {
	if recipe.Start == engine.StartPicture {
		recipe.Start, recipe.Scales = engine.StartContent, 0
	}
	take := func() {
		next := recipe
		trim(&next, len(s.styles))
		s.past.last = "" // two recipes are two changes, however soon one follows the other
		s.change("recipe", func(r *engine.Recipe) error {
			*r = next
			return nil
		})
		s.showContent()
		s.say(words.RecipeTaken)
	}
	text := ""
	if waits := s.waiting(recipe); s.busy() && s.run.Control() == nil {
		text = words.RecipeNext
	} else if s.busy() && len(waits) > 0 {
		text = fmt.Sprintf(words.RecipePart, strings.Join(waits, ", "))
	}
	if text == "" {
		take()
		return
	}
	s.ask(question{title: words.RecipeTitle, text: text, yes: words.RecipeYes, no: words.RecipeNo, act: take})
}

// waiting are the settings of a recipe that a painting which is being made cannot take.
func (s *studio) waiting(recipe engine.Recipe) []string {
	var names []string
	for _, setting := range engine.Settings() {
		if !setting.Live && setting.Get(&recipe) != setting.Get(&s.recipe) {
			names = append(names, setting.Label)
		}
	}
	return names
}

// copyRecipeLink makes a link of the settings. Where the page cannot copy, the link becomes
// its address.
func (s *studio) copyRecipeLink() {
	fragment, err := envelope.RecipeFragment(s.recipe)
	if err != nil {
		s.problem = engine.AsError(err).Message
		return
	}
	link := dom.BaseURL()
	link.RawQuery, link.Fragment = "", fragment
	s.copyText(link.String(), func() {
		dom.SetAddress(link.String())
		s.complain(words.LinkInAddress)
	})
}

// copyText puts text on the clipboard and says so, or calls otherwise.
func (s *studio) copyText(text string, otherwise func()) {
	clipboard := app.Window().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() {
		otherwise()
		return
	}
	written := clipboard.Call("writeText", text)
	s.page.Async(func() {
		if _, err := dom.Await(written); err != nil {
			otherwise()
			return
		}
		s.say(words.LinkCopied)
	})
}
