//go:build !js

package fetch

import (
	"errors"

	"trappedinart/engine"
	"trappedinart/internal/filelock"
)

// lock lets one process at a time write the file, until unlock or its end, however it ends.
func lock(path string) (unlock func() error, err error) {
	f, err := filelock.Lock(path)
	switch {
	case errors.Is(err, filelock.ErrHeld):
		return nil, engine.Errorf(engine.Busy, "Another process is fetching this file into the same directory; wait until it has ended.")
	case err != nil:
		return nil, unwritable(path, err)
	}
	return f.Close, nil
}
