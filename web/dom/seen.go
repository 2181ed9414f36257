package dom

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// OnSeen calls a function whenever the page begins or ceases to be seen. The next that happens to a
// page that is not may be its end, which is not said.
func OnSeen(do func(seen bool)) {
	document := app.Window().Get("document")
	document.Call("addEventListener", "visibilitychange", app.FuncOf(func(app.Value, []app.Value) any {
		do(document.Get("visibilityState").String() == "visible")
		return nil
	}))
}
