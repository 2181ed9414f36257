package masks

import (
	"fmt"
	"maps"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/dom"
	"trappedinart/web/mask"
	"trappedinart/web/photo"
)

// WithFiles makes files of the masks and goes on when they are there. The editor is closed
// first, so that they are what was painted.
func (s *Editor) WithFiles(then func()) {
	s.Close()
	made := map[*mask.Mask]string{}
	for i := range s.desk.Styles {
		made[s.desk.Masks.Peek(i)] = fmt.Sprintf("mask-%d.png", i+1)
	}
	made[s.desk.Masks.Peek(mask.Keep)] = "keep.png"
	maps.DeleteFunc(made, func(m *mask.Mask, _ string) bool { return !m.Painted() || m.Saved != nil })
	if len(made) == 0 {
		then()
		return
	}
	s.desk.Page.Async(func() {
		for m, name := range made {
			blob, err := dom.Encode(dom.Offscreen(m.Grey()), m.Bounds().Dx(), m.Bounds().Dy(), "image/png", 1)
			f := &mask.File{ID: photo.NewID(), File: engine.File{Name: name}}
			if err == nil {
				f.Data, err = dom.BytesOf(blob)
			}
			if err != nil {
				s.desk.Complain(engine.AsError(err).Message)
				return
			}
			s.desk.Page.Dispatch(func() { m.Saved = f })
		}
		s.desk.Page.Dispatch(func() { then() })
	})
}

// loadMask reads a mask from files that were chosen or dropped.
func (s *Editor) loadMask(files app.Value) {
	if !files.Truthy() || files.Length() == 0 || s.desk.Masks == nil {
		return
	}
	file, l, at := files.Index(0), s.desk.Masks, s.at
	s.desk.Problem = ""
	s.desk.Page.Async(func() {
		p, err := photo.Read(file.Get("name").String(), file)
		var values []uint8
		if err == nil {
			photo.Forget(p)
			w, h := l.Size()
			values, err = photo.Whiteness(photo.Blob(p), w, h)
		}
		if err != nil {
			s.desk.Complain(engine.AsError(err).Message)
			return
		}
		s.desk.Page.Dispatch(func() {
			if s.desk.Masks == l {
				l.Replace(at, values)
				s.chooseLayer(at)
			}
		})
	})
}
