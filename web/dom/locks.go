package dom

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Lock takes the lock of that name, which is given back by release or with the page, or
// says that another tab has it. A browser without locks gives it to everybody.
func Lock(name string) (release func(), mine bool) {
	locks := app.Window().Get("navigator").Get("locks")
	if !locks.Truthy() {
		return func() {}, true
	}
	var resolve app.Value
	hold := app.FuncOf(func(_ app.Value, args []app.Value) any {
		resolve = args[0]
		return nil
	})
	defer hold.Release()
	promise := app.Window().Get("Promise").New(hold)
	got := make(chan bool, 1)
	granted := app.FuncOf(func(_ app.Value, args []app.Value) any {
		got <- args[0].Truthy()
		return promise
	})
	defer granted.Release()
	if err := Try(func() { locks.Call("request", name, map[string]any{"ifAvailable": true}, granted) }); err != nil {
		return func() {}, true
	}
	mine = <-got
	return func() { resolve.Invoke() }, mine
}

// Held says whether a tab has the lock.
func Held(name string) bool {
	locks := app.Window().Get("navigator").Get("locks")
	if !locks.Truthy() {
		return false
	}
	state, err := Await(locks.Call("query"))
	if err != nil {
		return false
	}
	list := state.Get("held")
	for i := range list.Length() {
		if list.Index(i).Get("name").String() == name {
			return true
		}
	}
	return false
}
