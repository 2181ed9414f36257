//go:build unix && !aix && !solaris

package fetch

import (
	"errors"
	"os"
	"syscall"

	"trappedinart/engine"
)

// lock lets one process at a time write the file, until unlock or its end, however it ends.
func lock(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(path, err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, engine.Errorf(engine.Busy, "Another process is fetching this file into the same directory; wait until it has ended.")
	}
	return f.Close, nil // there are file systems without locks
}
