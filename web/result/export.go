package result

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/photo"
	"trappedinart/web/words"
)

// RenderExport has what saves the result.
func (s *Stage) RenderExport() app.UI {
	return app.Div().Class("export").Body(
		dom.Press("quiet", words.T("Download"), s.download).Disabled(s.desk.Run.Result == nil || s.desk.Busy()),
		s.saver.Render(),
	)
}

// withResult makes a file of the result and hands it on, outside the event loop.
func (s *Stage) withResult(use func(file []byte, kind, name string) error) {
	result := s.desk.Run.Result
	if result == nil {
		return
	}
	f := s.saver.Format
	name := words.T("picture")
	if s.desk.Content != nil {
		name = photo.Stem(s.desk.Content.File.Name)
	}
	name = fmt.Sprintf("%s-painted%s", name, f.Suffix)
	s.desk.WaitFor(words.T("Making the file …"), func() {
		file, err := photo.ResultFile(result.Picture, result.Recipe, f.Kind)
		if err == nil {
			err = use(file, f.Kind, name)
		}
		if err != nil {
			app.Log(err)
			s.desk.Complain(engine.AsError(err).Message)
		}
	})
}

// download saves the result, named after the photograph.
func (s *Stage) download() {
	s.withResult(func(file []byte, kind, name string) error {
		dom.Save(file, kind, name)
		return nil
	})
}

// copy puts the result on the clipboard, which takes PNG only. The browser is given a
// promise, as Safari wants to be asked while the click lasts.
func (s *Stage) copy() {
	if !app.Window().Get("ClipboardItem").Truthy() || !app.Window().Get("navigator").Get("clipboard").Truthy() {
		s.desk.Problem = words.T("This browser does not let the page copy pictures. Download the result instead.")
		return
	}
	result := s.desk.Run.Result
	var hand app.Func
	hand = app.FuncOf(func(_ app.Value, args []app.Value) any {
		resolve, reject := args[0], args[1]
		go func() {
			defer hand.Release()
			file, err := photo.ResultFile(result.Picture, result.Recipe, "image/png")
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
	s.desk.WaitFor(words.T("Making the file …"), func() {
		if _, err := dom.Await(written); err != nil {
			app.Log("copying:", err)
			s.desk.Complain(words.T("This browser does not let the page copy pictures. Download the result instead."))
			return
		}
		s.desk.Say(words.T("Copied."))
	})
}

// webShare opens the system's own sheet for sharing.
func (s *Stage) webShare() {
	s.withResult(func(file []byte, kind, name string) error {
		shared := app.Window().Get("File").New([]any{dom.BlobOf(file, kind)}, name, map[string]any{"type": kind})
		var promise app.Value
		err := dom.Try(func() {
			promise = app.Window().Get("navigator").Call("share", map[string]any{"files": []any{shared}, "title": words.T("Trapped in Art")})
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
