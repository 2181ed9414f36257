//go:build unix

package importer

import (
	"golang.org/x/sys/unix"

	"trappedinart/engine"
)

// mapped returns the file's bytes without reading them, until unmap is called.
func (s *source) mapped() (unmap func(), data []byte, err error) {
	if data, err = unix.Mmap(int(s.Fd()), 0, int(s.size), unix.PROT_READ, unix.MAP_PRIVATE); err != nil {
		return nil, nil, engine.Errorf(engine.Unreadable, "The file cannot be mapped into memory (%w).", err)
	}
	return func() { unix.Munmap(data) }, data, nil
}
