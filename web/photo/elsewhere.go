package photo

import (
	"errors"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
)

// readingFor is how long the engine's decoders may take, with their way here.
const readingFor = 60 * time.Second

// readElsewhere has our own decoders read a picture that the browser does not read
// (web/static/pictures.js): a bitmap of it, and a note, if there is something to say of it. An
// error that is no *engine.Error means that they cannot be had.
func readElsewhere(name string, blob app.Value) (bitmap app.Value, note string, err error) {
	file, err := dom.Await(blob.Call("arrayBuffer"))
	if err != nil {
		return nil, "", err
	}
	worker := app.Window().Get("Worker").New(dom.Resolve("web/pictures.js"))
	defer worker.Call("terminate")
	answer, err := dom.Settled(func(yes, no app.Func) {
		worker.Call("addEventListener", "message", yes)
		worker.Call("addEventListener", "error", no)
		app.Window().Call("setTimeout", no, readingFor.Milliseconds())
		worker.Call("postMessage", map[string]any{"name": name, "file": file}, []any{file})
	})
	if err != nil {
		return nil, "", err
	}
	data := answer.Get("data")
	switch {
	case data.Get("broken").Truthy():
		return nil, "", errors.New(dom.Text(data.Get("broken")))
	case data.Get("error").Truthy():
		return nil, "", &engine.Error{Code: engine.Code(data.Get("code").String()), Message: data.Get("error").String()}
	}
	return data.Get("bitmap"), data.Get("note").String(), nil
}
