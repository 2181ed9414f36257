package main

import (
	"fmt"
	"image"
	"maps"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
)

// withMasks makes files of the masks and goes on when they are there. The editor is closed
// first, so that they are what was painted.
func (s *studio) withMasks(then func()) {
	s.closeMasks()
	made := map[*mask]string{}
	for i := range s.styles {
		made[s.masks.peek(i)] = fmt.Sprintf(words.MaskFile, i+1)
	}
	made[s.masks.peek(keepLayer)] = words.KeepFile
	maps.DeleteFunc(made, func(m *mask, _ string) bool { return !m.painted() || m.saved != nil })
	if len(made) == 0 {
		then()
		return
	}
	s.page.Async(func() {
		for m, name := range made {
			blob, err := encode(offscreen(m.grey()), m.w, m.h, "image/png", 1)
			p := &picture{id: newID(), w: m.w, h: m.h, file: engine.File{Name: name}, blob: blob}
			if err == nil {
				p.file.Data, err = bytesOf(blob)
			}
			if err != nil {
				s.complain(engine.AsError(err).Message)
				return
			}
			s.page.Dispatch(func(app.Context) { m.saved = p })
		}
		s.page.Dispatch(func(app.Context) { then() })
	})
}

// maskPictures returns the masks that were made files of: those of the styles in their
// order, nil where nothing is painted, or no list if nothing is painted in any; and where
// the photograph stays.
func (s *studio) maskPictures() (styles []*picture, keep *picture) {
	for i := range s.styles {
		if m := s.masks.peek(i); m.painted() && m.saved != nil {
			if styles == nil {
				styles = make([]*picture, len(s.styles))
			}
			styles[i] = m.saved
		}
	}
	if m := s.masks.peek(keepLayer); m.painted() {
		keep = m.saved
	}
	return styles, keep
}

// maskFiles returns the same for a request.
func (s *studio) maskFiles() (styles []engine.File, keep engine.File) {
	masks, k := s.maskPictures()
	for _, p := range masks {
		f := engine.File{}
		if p != nil {
			f = p.file
		}
		styles = append(styles, f)
	}
	if k != nil {
		keep = k.file
	}
	return styles, keep
}

// layers makes layers of the masks that were kept, which are given in the order of ids. It
// waits for the browser.
func (w work) layers(photograph *picture, list []*picture) (*layers, error) {
	if len(list) == 0 {
		return nil, nil
	}
	l := newLayers(fit(photograph.w, photograph.h, maskSide))
	read := func(at int, id string) error {
		if id == "" {
			return nil
		}
		p := list[0]
		list = list[1:]
		p.forget() // nothing shows it
		values, err := whitenessOf(p.blob, l.w, l.h)
		if err != nil {
			return err
		}
		m := l.mask(at)
		m.at, m.saved = values, p
		return nil
	}
	for i, id := range w.Masks {
		if err := read(i, id); err != nil {
			return nil, err
		}
	}
	return l, read(keepLayer, w.Keep)
}

// whitenessOf returns the values of a mask of that size from a picture that was read
// already. It waits for the browser.
func whitenessOf(blob app.Value, w, h int) ([]uint8, error) {
	img, err := pixelsOf(blob, w, h)
	if err != nil {
		return nil, err
	}
	return whiteness(img.Pix), nil
}

// pixelsOf returns a copy of that size of a picture that was read already.
func pixelsOf(blob app.Value, w, h int) (*image.NRGBA, error) {
	bitmap, err := await(app.Window().Call("createImageBitmap", blob, map[string]any{
		"imageOrientation": "from-image", "resizeWidth": w, "resizeHeight": h, "resizeQuality": "high",
	}))
	if err != nil {
		return nil, err
	}
	defer bitmap.Call("close")
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	err = try(func() {
		canvas := app.Window().Get("OffscreenCanvas").New(w, h)
		pen := canvas.Call("getContext", "2d", map[string]any{"willReadFrequently": true, "colorSpace": "srgb"})
		pen.Call("drawImage", bitmap, 0, 0)
		app.CopyBytesToGo(img.Pix, pen.Call("getImageData", 0, 0, w, h).Get("data"))
	})
	return img, err
}

// loadMask reads a mask from files that were chosen or dropped.
func (s *studio) loadMask(files app.Value) {
	if !files.Truthy() || files.Length() == 0 || s.masks == nil {
		return
	}
	file, l, at := files.Index(0), s.masks, s.masking.at
	s.problem = ""
	s.page.Async(func() {
		p, err := readPicture(file.Get("name").String(), file)
		var values []uint8
		if err == nil {
			p.forget()
			values, err = whitenessOf(p.blob, l.w, l.h)
		}
		if err != nil {
			s.complain(engine.AsError(err).Message)
			return
		}
		s.page.Dispatch(func(app.Context) {
			if s.masks == l {
				l.replace(at, values)
				s.chooseLayer(at)
			}
		})
	})
}
