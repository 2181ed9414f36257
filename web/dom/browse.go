// Package dom asks the browser: promises, Blobs, canvases, locks, the address, and the elements that
// several features of the page have.
package dom

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Await waits until the promise is settled, and returns a rejection as an error. It must
// not be called on go-app's event loop, which it would hold up.
func Await(promise app.Value) (app.Value, error) {
	return Settled(func(yes, no app.Func) { promise.Call("then", yes, no) })
}

// Requested waits for a request of IndexedDB.
func Requested(request app.Value) (app.Value, error) {
	_, err := Settled(func(yes, no app.Func) {
		request.Call("addEventListener", "success", yes)
		request.Call("addEventListener", "error", no)
	})
	if err != nil {
		return nil, errors.New(Text(request.Get("error")))
	}
	return request.Get("result"), nil
}

// Settled waits until one of the functions, which it hands out, is called.
func Settled(hand func(yes, no app.Func)) (app.Value, error) {
	type answer struct {
		value app.Value
		ok    bool
	}
	done := make(chan answer, 1)
	listen := func(ok bool) app.Func {
		return app.FuncOf(func(_ app.Value, args []app.Value) any {
			var v app.Value
			if len(args) > 0 {
				v = args[0]
			}
			done <- answer{v, ok}
			return nil
		})
	}
	yes, no := listen(true), listen(false)
	defer yes.Release()
	defer no.Release()
	if err := Try(func() { hand(yes, no) }); err != nil {
		return nil, err
	}
	a := <-done
	if !a.ok {
		return nil, errors.New(Text(a.value))
	}
	return a.value, nil
}

// Try calls f and returns the exception that JavaScript throws in it.
func Try(f func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			panic(p)
		case error:
			err = p
		default:
			err = fmt.Errorf("%v", p)
		}
	}()
	f()
	return nil
}

// Text is what JavaScript's String makes of v.
func Text(v app.Value) string {
	if v == nil {
		return ""
	}
	return app.Window().Call("String", v).String()
}

// Element returns an element of the page, which may be missing.
func Element(id string) (app.Value, bool) {
	e := app.Window().GetElementByID(id)
	return e, e.Truthy()
}

// BytesOf returns a copy of what is in a Blob.
func BytesOf(blob app.Value) ([]byte, error) {
	buffer, err := Await(blob.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	array := app.Window().Get("Uint8Array").New(buffer)
	data := make([]byte, array.Get("length").Int())
	app.CopyBytesToGo(data, array)
	return data, nil
}

// BlobOf returns a Blob with a copy of the data.
func BlobOf(data []byte, kind string) app.Value {
	array := app.Window().Get("Uint8Array").New(len(data))
	app.CopyBytesToJS(array, data)
	return app.Window().Get("Blob").New([]any{array}, map[string]any{"type": kind})
}

// ObjectURL is an address by which the page shows a Blob.
func ObjectURL(blob app.Value) string {
	return app.Window().Get("URL").Call("createObjectURL", blob).String()
}

func RevokeURL(url string) { app.Window().Get("URL").Call("revokeObjectURL", url) }

// ShowModal opens a dialog of the page, and CloseModal closes it.
func ShowModal(id string) {
	if d, ok := Element(id); ok && !d.Get("open").Bool() {
		d.Call("showModal")
	}
}

func CloseModal(id string) {
	if d, ok := Element(id); ok && d.Get("open").Bool() {
		d.Call("close")
	}
}

// Press is a button. Handlers of one place in the code are alike to go-app, whatever they
// hold: the scope says apart those of different things.
func Press(class, label string, act func(), scope ...any) app.HTMLButton {
	return app.Button().Class(class).Type("button").Text(label).
		OnClick(func(app.Context, app.Event) { act() }, app.EventScope(append(scope, label)...))
}

// Tool is a button that shows an icon; its name is for those who do not see it.
func Tool(name, label string, act func(), scope ...any) app.HTMLButton {
	return app.Button().Class("tool").Type("button").Aria("label", label).Title(label).Body(Icon(name)).
		OnClick(func(app.Context, app.Event) { act() }, app.EventScope(append(scope, label)...))
}

// Chooser takes a file that is chosen or dropped. Where its button says a thing, its input has a
// name of its own.
func Chooser(id, label, help, name, accept string, take func(files app.Value)) app.UI {
	scope := app.EventScope(id)
	return app.Label().Class("tile").For(id).Title(help).Body(
		app.Span().Body(Icon("add"), app.Span().Text(label)),
		app.Input().ID(id).Class("unseen").Type("file").Accept(accept).Aria("label", name).
			OnChange(func(ctx app.Context, _ app.Event) {
				take(ctx.JSSrc().Get("files"))
				ctx.JSSrc().Set("value", "")
			}, scope),
	).OnDragOver(func(_ app.Context, e app.Event) { e.PreventDefault() }, scope).
		OnDrop(func(_ app.Context, e app.Event) {
			e.PreventDefault()
			take(e.Get("dataTransfer").Get("files"))
		}, scope)
}

// SetValue sets a property of an element, past go-app's rendering, which must not set it.
func SetValue(id, name string, value any) {
	if e, ok := Element(id); ok {
		e.Set(name, value)
	}
}

// SetData sets attributes of an element likewise that tell scripts something.
func SetData(id string, values map[string]string) {
	if e, ok := Element(id); ok {
		data := e.Get("dataset")
		for name, value := range values {
			data.Set(name, value)
		}
	}
}

// SetProperty sets a custom property, from which the style sheet lays out an element.
func SetProperty(id, name string, value any) {
	if e, ok := Element(id); ok {
		e.Get("style").Call("setProperty", name, fmt.Sprint(value))
	}
}
