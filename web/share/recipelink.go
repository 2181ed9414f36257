package share

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/envelope"
	"trappedinart/web/words"
)

// FollowLink does what the page's address asks for: to show a share, or to take a recipe.
func (s *Sharer) FollowLink() {
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
		s.desk.Problem = engine.AsError(err).Message
		return
	}
	s.desk.TakeRecipe(recipe)
}

// ListenToLinks follows links that are opened while the page is there.
func (s *Sharer) ListenToLinks() {
	app.Window().Call("addEventListener", "hashchange", app.FuncOf(func(app.Value, []app.Value) any {
		s.desk.Page.Dispatch(func() { s.FollowLink() })
		return nil
	}))
}

// CopyRecipeLink makes a link of the settings. Where the page cannot copy, the link becomes
// its address.
func (s *Sharer) CopyRecipeLink() {
	fragment, err := envelope.RecipeFragment(s.desk.Recipe)
	if err != nil {
		s.desk.Problem = engine.AsError(err).Message
		return
	}
	link := dom.BaseURL()
	link.RawQuery, link.Fragment = "", fragment
	s.copyText(link.String(), func() {
		dom.SetAddress(link.String())
		s.desk.Complain(words.T("This browser does not let the page copy. The link is now in the address bar; copy it there."))
	})
}

// copyText puts text on the clipboard and says so, or calls otherwise.
func (s *Sharer) copyText(text string, otherwise func()) {
	clipboard := app.Window().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() {
		otherwise()
		return
	}
	written := clipboard.Call("writeText", text)
	s.desk.Page.Async(func() {
		if _, err := dom.Await(written); err != nil {
			otherwise()
			return
		}
		s.desk.Say(words.T("The link is copied."))
	})
}
