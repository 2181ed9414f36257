package dom

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// OnHidden has the page do something whenever it is no more seen: the next that happens to it may
// be its end, which is not said.
func OnHidden(do func()) {
	document := app.Window().Get("document")
	document.Call("addEventListener", "visibilitychange", app.FuncOf(func(app.Value, []app.Value) any {
		if document.Get("visibilityState").String() == "hidden" {
			do()
		}
		return nil
	}))
}
