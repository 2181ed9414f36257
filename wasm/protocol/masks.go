package protocol

import (
	"fmt"

	"trappedinart/engine"
)

// packMasks returns what the header says of the pictures besides content and styles, and
// the buffers with theirs.
func (m *Start) packMasks(buffers [][]byte) ([]mask, [][]byte) {
	var list []mask
	add := func(f engine.File, role string, style int) {
		if len(f.Data) > 0 {
			list = append(list, mask{f.Name, role, style})
			buffers = append(buffers, f.Data)
		}
	}
	for i, f := range m.Masks {
		add(f, onContent, i)
	}
	for i, f := range m.StyleMasks {
		add(f, onStyle, i)
	}
	add(m.Keep, keep, 0)
	add(m.Begin, begin, 0)
	add(engine.File{Data: m.Resume}, resume, 0)
	return list, buffers
}

// unpackMasks puts the pictures into their places.
func (m *Start) unpackMasks(list []mask, buffers [][]byte) error {
	for i, k := range list {
		most := MaxFile
		if k.Role == resume {
			most = MaxCheckpoint
		}
		if len(k.Name) > MaxNameLength || len(buffers[i]) > most {
			return fmt.Errorf("protocol: a mask has a name of %d bytes and %d bytes", len(k.Name), len(buffers[i]))
		}
		f := engine.File{Name: k.Name, Data: buffers[i]}
		to := &m.Keep
		switch k.Role {
		case onContent, onStyle:
			if k.Style < 0 || k.Style >= len(m.Styles) {
				return fmt.Errorf("protocol: a mask of style %d of %d", k.Style, len(m.Styles))
			}
			masks := &m.Masks
			if k.Role == onStyle {
				masks = &m.StyleMasks
			}
			if *masks == nil {
				*masks = make([]engine.File, len(m.Styles))
			}
			to = &(*masks)[k.Style]
		case resume:
			if m.Resume != nil {
				return fmt.Errorf("protocol: two checkpoints")
			}
			m.Resume = f.Data
			continue
		case keep:
		case begin:
			to = &m.Begin
		default:
			return fmt.Errorf("protocol: unknown role %.40q", k.Role)
		}
		if to.Data != nil {
			return fmt.Errorf("protocol: two pictures are the %s of style %d", k.Role, k.Style)
		}
		*to = f
	}
	return nil
}
