package main

import (
	"fmt"
	"maps"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/mask"
	"trappedinart/web/words"
)

// withMasks makes files of the masks and goes on when they are there. The editor is closed
// first, so that they are what was painted.
func (s *studio) withMasks(then func()) {
	s.closeMasks()
	made := map[*mask.Mask]string{}
	for i := range s.styles {
		made[s.masks.Peek(i)] = fmt.Sprintf(words.MaskFile, i+1)
	}
	made[s.masks.Peek(mask.Keep)] = words.KeepFile
	maps.DeleteFunc(made, func(m *mask.Mask, _ string) bool { return !m.Painted() || m.Saved != nil })
	if len(made) == 0 {
		then()
		return
	}
	s.page.Async(func() {
		for m, name := range made {
			blob, err := dom.Encode(dom.Offscreen(m.Grey()), m.Bounds().Dx(), m.Bounds().Dy(), "image/png", 1)
			f := &mask.File{ID: newID(), File: engine.File{Name: name}}
			if err == nil {
				f.Data, err = dom.BytesOf(blob)
			}
			if err != nil {
				s.complain(engine.AsError(err).Message)
				return
			}
			s.page.Dispatch(func(app.Context) { m.Saved = f })
		}
		s.page.Dispatch(func(app.Context) { then() })
	})
}

// maskPictures returns the masks that were made files of: those of the styles in their
// order, nil where nothing is painted, or no list if nothing is painted in any; and where
// the photograph stays.
func (s *studio) maskPictures() (styles []*mask.File, keep *mask.File) {
	for i := range s.styles {
		if m := s.masks.Peek(i); m.Painted() && m.Saved != nil {
			if styles == nil {
				styles = make([]*mask.File, len(s.styles))
			}
			styles[i] = m.Saved
		}
	}
	if m := s.masks.Peek(mask.Keep); m.Painted() {
		keep = m.Saved
	}
	return styles, keep
}

// maskFiles returns the same for a request.
func (s *studio) maskFiles() (styles []engine.File, keep engine.File) {
	masks, k := s.maskPictures()
	for _, p := range masks {
		f := engine.File{}
		if p != nil {
			f = p.File
		}
		styles = append(styles, f)
	}
	if k != nil {
		keep = k.File
	}
	return styles, keep
}

// layers makes layers of the masks that were kept, which are given in the order of ids. It
// waits for the browser.
func (made work) layers(photograph *picture, list []*picture) (*mask.Layers, error) {
	if len(list) == 0 {
		return nil, nil
	}
	w, h := dom.Fit(photograph.w, photograph.h, mask.Side)
	l := mask.NewLayers(w, h)
	read := func(at int, id string) error {
		if id == "" {
			return nil
		}
		p := list[0]
		list = list[1:]
		p.forget() // nothing shows it
		values, err := whitenessOf(p.blob, w, h)
		if err != nil {
			return err
		}
		l.Mask(at).Load(values, &mask.File{ID: p.id, File: p.file})
		return nil
	}
	for i, id := range made.Masks {
		if err := read(i, id); err != nil {
			return nil, err
		}
	}
	return l, read(mask.Keep, made.Keep)
}

// whitenessOf returns the values of a mask of that size from a picture that was read
// already. It waits for the browser.
func whitenessOf(blob app.Value, w, h int) ([]uint8, error) {
	img, err := dom.Pixels(blob, w, h)
	if err != nil {
		return nil, err
	}
	return mask.Whiteness(img.Pix), nil
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
			w, h := l.Size()
			values, err = whitenessOf(p.blob, w, h)
		}
		if err != nil {
			s.complain(engine.AsError(err).Message)
			return
		}
		s.page.Dispatch(func(app.Context) {
			if s.masks == l {
				l.Replace(at, values)
				s.chooseLayer(at)
			}
		})
	})
}
