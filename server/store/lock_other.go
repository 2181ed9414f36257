//go:build !unix || aix || solaris

package store

import "os"

// lock only marks the directory: these systems have no lock that ends with its process.
func lock(path string) (*os.File, error) { return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) }
