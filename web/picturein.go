package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
	"trappedinart/web/dom"
	"trappedinart/web/words"
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
}

// full is an address by which the page shows all of the picture.
func (p *picture) full() string {
	if p.large == "" {
		p.large = dom.ObjectURL(p.blob)
	}
	return p.large
}

// forget gives back what the picture holds of the browser.
func (p *picture) forget() {
	if p != nil {
		dom.RevokeURL(p.url)
		dom.RevokeURL(p.large)
	}
}

// readPicture finds out whether a Blob is a picture that the browser can decode, whatever
// its format, and what the engine is given of it.
func readPicture(name string, blob app.Value) (*picture, error) {
	if n := blob.Get("size").Float(); n > protocol.MaxFile {
		return nil, engine.Errorf(engine.TooLarge, words.FileTooLarge, name, protocol.MaxFile>>20)
	}
	upright := map[string]any{"imageOrientation": "from-image"}
	bitmap, err := dom.Await(app.Window().Call("createImageBitmap", blob, upright))
	if err != nil {
		return nil, &engine.Error{Code: engine.InvalidPicture, Message: fmt.Sprintf(words.NoPicture, name), Err: err}
	}
	defer bitmap.Call("close")
	p := &picture{id: newID(), w: bitmap.Get("width").Int(), h: bitmap.Get("height").Int(), blob: blob}
	if p.w > protocol.MaxPixels/p.h {
		return nil, engine.Errorf(engine.TooLarge, words.PictureTooLarge, name, p.w, p.h, protocol.MaxPixels>>20)
	}
	p.file = engine.File{Name: name}
	if p.file.Data, err = dom.BytesOf(blob); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !known(p.file.Data) {
		if err := p.convert(bitmap); err != nil {
			return nil, &engine.Error{Code: engine.TooLarge, Message: fmt.Sprintf(words.PictureTooLarge, name, p.w, p.h, protocol.MaxPixels>>20), Err: err}
		}
	}
	thumb, err := dom.Thumbnail(bitmap, p.w, p.h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p.url = dom.ObjectURL(thumb)
	return p, nil
}

// known says whether our own decoders read the format, by the file's first bytes; the
// server has no others.
func known(data []byte) bool {
	for _, magic := range []string{"\x89PNG", "\xff\xd8\xff", "GIF8", "BM", "II*\x00", "MM\x00*"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return true
		}
	}
	return len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// convert makes an AVIF, or in Safari a HEIC, a PNG, or if it is large a JPEG.
func (p *picture) convert(bitmap app.Value) error {
	kind, suffix := "image/png", ".png"
	if p.w*p.h > 4<<20 {
		kind, suffix = "image/jpeg", ".jpg"
	}
	blob, err := dom.Encode(bitmap, p.w, p.h, kind, 0.95)
	if err != nil {
		return err
	}
	p.blob = blob
	p.file.Name = stem(p.file.Name) + suffix
	p.file.Data, err = dom.BytesOf(blob)
	return err
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
	s.page.Dispatch(func(app.Context) { take(p) })
}

// takeExample fetches one of our own pictures.
func (s *studio) takeExample(e example, take func(*picture)) {
	s.waitFor(words.Reading, func() {
		answer, err := dom.Await(app.Window().Call("fetch", e.path()))
		if err != nil {
			s.complain(words.Offline)
			return
		}
		if !answer.Get("ok").Bool() {
			return // a site without examples is a site all the same
		}
		blob, err := dom.Await(answer.Call("blob"))
		if err != nil {
			s.complain(words.Offline)
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
