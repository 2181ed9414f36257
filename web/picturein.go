package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/wasm/protocol"
	"trappedinart/web/runner"
)

// A picture is one that the person chose, or an example.
type picture struct {
	id      string // in the store
	file    engine.File
	blob    app.Value // the same bytes, in the browser's keeping
	url     string    // of a small copy, for showing it
	large   string    // of all of it, once that is asked for
	w, h    int
	example bool
	note    string // what a person should know of it
}

// full is an address by which the page shows all of the picture.
func (p *picture) full() string {
	if p.large == "" {
		p.large = objectURL(p.blob)
	}
	return p.large
}

// forget gives back what the picture holds of the browser.
func (p *picture) forget() {
	if p != nil {
		revokeURL(p.url)
		revokeURL(p.large)
	}
}

// small is the longer side of the copies that are shown as thumbnails.
const small = 320

// readPicture finds out whether a Blob is a picture that the browser can decode, whatever
// its format, and what the engine is given of it.
func readPicture(name string, blob app.Value) (*picture, error) {
	if n := blob.Get("size").Float(); n > protocol.MaxFile {
		return nil, engine.Errorf(engine.TooLarge, words.FileTooLarge, name, protocol.MaxFile>>20)
	}
	upright := map[string]any{"imageOrientation": "from-image"}
	bitmap, err := await(app.Window().Call("createImageBitmap", blob, upright))
	note, seen := "", err == nil // by the browser
	if !seen {
		if bitmap, note, err = readElsewhere(name, blob); errors.As(err, new(*engine.Error)) {
			return nil, err
		}
		if err != nil {
			return nil, &engine.Error{Code: engine.InvalidPicture, Message: fmt.Sprintf(words.NoPicture, name), Err: err}
		}
	}
	defer bitmap.Call("close")
	p := &picture{id: newID(), w: bitmap.Get("width").Int(), h: bitmap.Get("height").Int(), blob: blob, note: note}
	if p.w > protocol.MaxPixels/p.h {
		return nil, engine.Errorf(engine.TooLarge, words.PictureTooLarge, name, p.w, p.h, protocol.MaxPixels>>20)
	}
	p.file = engine.File{Name: name}
	if p.file.Data, err = bytesOf(blob); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, read := label.Kind(p.file.Data); !read || !seen { // by the engine, and so by the server
		if err := p.convert(bitmap); err != nil {
			return nil, &engine.Error{Code: engine.TooLarge, Message: fmt.Sprintf(words.PictureTooLarge, name, p.w, p.h, protocol.MaxPixels>>20), Err: err}
		}
	}
	thumb, err := thumbnail(bitmap, p.w, p.h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p.url = objectURL(thumb)
	return p, nil
}

// convert makes an AVIF, or in Safari a HEIC, a PNG, or if it is large a JPEG.
func (p *picture) convert(bitmap app.Value) error {
	kind, suffix := "image/png", ".png"
	if p.w*p.h > 4<<20 {
		kind, suffix = "image/jpeg", ".jpg"
	}
	blob, err := encode(bitmap, p.w, p.h, kind, 0.95)
	if err != nil {
		return err
	}
	p.blob = blob
	p.file.Name = stem(p.file.Name) + suffix
	p.file.Data, err = bytesOf(blob)
	return err
}

// encode returns a Blob with the bitmap at that size.
func encode(bitmap app.Value, w, h int, kind string, quality float64) (app.Value, error) {
	var promise app.Value
	err := try(func() {
		canvas := app.Window().Get("OffscreenCanvas").New(w, h)
		pen := canvas.Call("getContext", "2d")
		pen.Set("imageSmoothingQuality", "high")
		pen.Call("drawImage", bitmap, 0, 0, w, h)
		promise = canvas.Call("convertToBlob", map[string]any{"type": kind, "quality": quality})
	})
	if err != nil {
		return nil, err
	}
	return await(promise)
}

// thumbnail returns a Blob with a small copy.
func thumbnail(bitmap app.Value, w, h int) (app.Value, error) {
	w, h = fit(w, h, min(small, max(w, h)))
	return encode(bitmap, w, h, "image/jpeg", 0.85)
}

func stem(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		return name[:dot]
	}
	return name
}

// newID is a name that no other thing in the store has.
func newID() string { return strconv.FormatUint(rand.Uint64(), 36) }

// takeFiles reads files chosen, dropped or pasted, one after the other.
func (s *studio) takeFiles(files app.Value, take func(*picture)) {
	if !files.Truthy() || files.Length() == 0 {
		return
	}
	s.problem = ""
	list := make([]app.Value, files.Length())
	for i := range list {
		list[i] = files.Index(i)
	}
	s.waitFor(words.Reading, func() {
		for _, f := range list {
			s.give(f.Get("name").String(), f, take)
		}
	})
}

// give reads a picture and hands it on, or says why not.
func (s *studio) give(name string, blob app.Value, take func(*picture)) {
	p, err := readPicture(name, blob)
	if err != nil {
		s.complain(engine.AsError(err).Message)
		return
	}
	s.page.Dispatch(func(app.Context) {
		take(p)
		if p.note != "" {
			s.problem = p.note
		}
	})
}

// takeExample fetches one of our own pictures.
func (s *studio) takeExample(e example, take func(*picture)) {
	s.waitFor(words.Reading, func() {
		answer, err := await(app.Window().Call("fetch", e.path()))
		if err != nil {
			s.complain(runner.NoServer)
			return
		}
		if !answer.Get("ok").Bool() {
			return // a site without examples is a site all the same
		}
		blob, err := await(answer.Call("blob"))
		if err != nil {
			s.complain(runner.NoServer)
			return
		}
		s.give(e.name+".jpg", blob, func(p *picture) {
			p.example, p.id = true, "example-"+e.name
			take(p)
		})
	})
}

// listenToPaste takes a pasted picture as the photograph if there is none of the person's own
// yet, and else as a style.
func (s *studio) listenToPaste() {
	app.Window().Call("addEventListener", "paste", app.FuncOf(func(_ app.Value, args []app.Value) any {
		clipboard := args[0].Get("clipboardData")
		if !clipboard.Truthy() {
			return nil
		}
		s.takeUnasked(clipboard.Get("files"), false)
		return nil
	}))
}

// takeUnasked takes pictures of which the person did not say what they are.
func (s *studio) takeUnasked(files app.Value, photograph bool) {
	s.page.Dispatch(func(app.Context) {
		take := s.addStyle
		if photograph || s.content == nil || s.content.example {
			take = s.setContent
		}
		s.takeFiles(files, take)
	})
}

// listenToDrops takes pictures that are dropped beside the tiles, which the browser would open
// in the place of the page: on the stage as the photograph, elsewhere as if they were pasted.
func (s *studio) listenToDrops() {
	for _, name := range []string{"dragover", "drop"} {
		app.Window().Call("addEventListener", name, app.FuncOf(func(_ app.Value, args []app.Value) any {
			e := args[0]
			data, on := e.Get("dataTransfer"), func(what string) bool { return e.Get("target").Call("closest", what).Truthy() }
			if !data.Truthy() || !data.Get("types").Call("includes", "Files").Bool() {
				return nil
			}
			e.Call("preventDefault")
			if name == "drop" && !on(".tile, dialog") {
				s.takeUnasked(data.Get("files"), on(".stage"))
			}
			return nil
		}))
	}
}
