//go:build !unix && !js

package importer

import (
	"io"

	"trappedinart/engine"
)

// mapped returns the file's bytes.
func (s *source) mapped() (unmap func(), data []byte, err error) {
	data = make([]byte, s.size)
	if _, err := io.ReadFull(io.NewSectionReader(s, 0, s.size), data); err != nil {
		return nil, nil, engine.Errorf(engine.Unreadable, "The file cannot be read (%w).", err)
	}
	return func() {}, data, nil
}
