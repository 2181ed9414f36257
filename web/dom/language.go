package dom

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/words"
)

// languageKey is where the browser keeps the language that was chosen by hand.
const languageKey = "language"

// SpeakAsChosen speaks the language that was chosen on an earlier visit, or else the one that the
// browser is set to.
func SpeakAsChosen() {
	var wanted []string
	_ = Try(func() { // a browser may keep nothing
		if code := app.Window().Get("localStorage").Call("getItem", languageKey); code.Truthy() {
			wanted = append(wanted, code.String())
		}
	})
	if list := app.Window().Get("navigator").Get("languages"); list.Truthy() {
		for i := range list.Length() {
			wanted = append(wanted, list.Index(i).String())
		}
	}
	speak(wanted...)
}

// Speak speaks the language of that code, now and on later visits.
func Speak(code string) {
	_ = Try(func() { app.Window().Get("localStorage").Call("setItem", languageKey, code) })
	speak(code)
}

func speak(wanted ...string) {
	words.Speak(wanted...)
	app.Window().Get("document").Get("documentElement").Set("lang", words.Spoken().Code)
}
