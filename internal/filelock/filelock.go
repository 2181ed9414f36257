// Package filelock lets one process at a time have a file, until it closes it or ends, however
// it ends.
package filelock

import (
	"errors"
	"os"
)

// ErrHeld is the error of a file that another has.
var ErrHeld = errors.New("another process has it")

// Lock opens the file at path, makes it if it is missing, and has it alone until it is
// closed. Where the file system knows no locks it only opens it.
func Lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); errors.Is(err, ErrHeld) {
		f.Close()
		return nil, err
	}
	return f, nil
}
