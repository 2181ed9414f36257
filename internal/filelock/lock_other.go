//go:build !windows && (!unix || aix || solaris)

package filelock

import (
	"errors"
	"os"
)

// lock does nothing: these systems have no lock that ends with its process.
func lock(*os.File) error { return errors.ErrUnsupported }
