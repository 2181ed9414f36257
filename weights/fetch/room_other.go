//go:build !js && !linux && !darwin && !freebsd && !windows

package fetch

import "errors"

// freeBytes does not know.
func freeBytes(string) (int64, error) { return 0, errors.ErrUnsupported }
