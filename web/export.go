package main

import (
	"fmt"
	"image"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

// A format is a kind of file.
type format struct{ name, kind, suffix string }

// formats are those that a result is saved in.
var formats = []format{
	{"PNG", "image/png", ".png"},
	{"JPEG", "image/jpeg", ".jpg"},
	{"WebP", "image/webp", ".webp"},
}

func (s *studio) renderExport() app.UI {
	return app.Div().Class("export").Body(
		dom.Press("quiet", words.Download, s.download).Disabled(s.run.Result == nil || s.busy()),
		s.renderFormats(),
	)
}

func (s *studio) renderFormats() app.UI {
	return app.Select().Aria("label", words.Format).Title(words.Format).Body(
		app.Range(formats).Slice(func(i int) app.UI {
			return app.Option().Value(formats[i].name).Text(formats[i].name).Selected(formats[i].name == s.format)
		}),
	).OnChange(func(ctx app.Context, _ app.Event) { s.format = ctx.JSSrc().Get("value").String() })
}

// resultFile returns the result as a file of that kind, with the recipe inside. It waits
// for the browser.
func resultFile(img *image.NRGBA, recipe engine.Recipe, kind string) ([]byte, error) {
	return fileOf(dom.Offscreen(img), img.Rect.Dx(), img.Rect.Dy(), &recipe, kind)
}

// fileOf does so of anything that can be drawn; recipe may be nil.
func fileOf(drawn app.Value, w, h int, recipe *engine.Recipe, kind string) ([]byte, error) {
	blob, err := dom.Encode(drawn, w, h, kind, 0.93)
	if err != nil {
		return nil, err
	}
	if got := blob.Get("type").String(); got != kind { // a browser that does not know it makes a PNG
		return nil, engine.Errorf(engine.Unavailable, words.NoFormat, kind)
	}
	file, err := dom.BytesOf(blob)
	if err != nil || recipe == nil {
		return file, err
	}
	return label.Insert(file, *recipe)
}

func formatOf(name string) format {
	for _, f := range formats {
		if f.name == name {
			return f
		}
	}
	return formats[0]
}

// withResult makes a file of the result and hands it on, outside the event loop.
func (s *studio) withResult(format string, use func(file []byte, kind, name string) error) {
	result := s.run.Result
	if result == nil {
		return
	}
	f := formatOf(format)
	name := words.Untitled
	if s.content != nil {
		name = stem(s.content.file.Name)
	}
	name = fmt.Sprintf("%s-painted%s", name, f.suffix)
	s.waitFor(words.Making, func() {
		file, err := resultFile(result.Picture, result.Recipe, f.kind)
		if err == nil {
			err = use(file, f.kind, name)
		}
		if err != nil {
			app.Log(err)
			s.complain(engine.AsError(err).Message)
		}
	})
}

// download saves the result, named after the photograph.
func (s *studio) download() {
	s.withResult(s.format, func(file []byte, kind, name string) error {
		dom.Save(file, kind, name)
		return nil
	})
}

// copy puts the result on the clipboard, which takes PNG only. The browser is given a
// promise, as Safari wants to be asked while the click lasts.
func (s *studio) copy() {
	if !app.Window().Get("ClipboardItem").Truthy() || !app.Window().Get("navigator").Get("clipboard").Truthy() {
		s.problem = words.NoClipboard
		return
	}
	result := s.run.Result
	var hand app.Func
	hand = app.FuncOf(func(_ app.Value, args []app.Value) any {
		resolve, reject := args[0], args[1]
		go func() {
			defer hand.Release()
			file, err := resultFile(result.Picture, result.Recipe, "image/png")
			if err != nil {
				reject.Invoke(err.Error())
				return
			}
			resolve.Invoke(dom.BlobOf(file, "image/png"))
		}()
		return nil
	})
	item := app.Window().Get("ClipboardItem").New(map[string]any{"image/png": app.Window().Get("Promise").New(hand)})
	written := app.Window().Get("navigator").Get("clipboard").Call("write", []any{item})
	s.waitFor(words.Making, func() {
		if _, err := dom.Await(written); err != nil {
			app.Log("copying:", err)
			s.complain(words.NoClipboard)
			return
		}
		s.say(words.Copied)
	})
}

// webShare opens the system's own sheet for sharing.
func (s *studio) webShare() {
	s.withResult(s.format, func(file []byte, kind, name string) error {
		shared := app.Window().Get("File").New([]any{dom.BlobOf(file, kind)}, name, map[string]any{"type": kind})
		var promise app.Value
		err := dom.Try(func() {
			promise = app.Window().Get("navigator").Call("share", map[string]any{"files": []any{shared}, "title": words.Title})
		})
		if err == nil {
			_, err = dom.Await(promise)
		}
		if err != nil {
			app.Log("sharing:", err) // mostly that the person changed their mind
		}
		return nil
	})
}

// sharesFiles says whether the browser shares pictures with other programs.
func sharesFiles() bool {
	navigator := app.Window().Get("navigator")
	if !navigator.Get("canShare").Truthy() {
		return false
	}
	probe := app.Window().Get("File").New([]any{dom.BlobOf(nil, "image/png")}, "a.png", map[string]any{"type": "image/png"})
	return navigator.Call("canShare", map[string]any{"files": []any{probe}}).Bool()
}
