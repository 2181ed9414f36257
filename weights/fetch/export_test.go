//go:build !js

package fetch

import (
	"syscall"
	"time"
)

// SetWorth changes how many bytes a try must bring so that the next follows at once.
func (f *Fetcher) SetWorth(n int64) { f.worth = n }

// Hear has every status told.
func (f *Fetcher) Hear(heard func(Status)) { f.faults.heard = heard }

// SetFree has the disk say that it has so much room.
func (f *Fetcher) SetFree(bytes int64) {
	f.faults.free = func(string) (int64, error) { return bytes, nil }
}

// SetPatience changes how long nothing may come.
func (f *Fetcher) SetPatience(d time.Duration) { f.faults.patience = d }

// Fill has the disk be full after so many bytes more.
func (f *Fetcher) Fill(bytes int) {
	f.faults.create = func(path string) (file, error) {
		real, err := openPart(path)
		return &fullFile{real, bytes}, err
	}
}

type fullFile struct {
	file
	left int
}

func (f *fullFile) Write(p []byte) (int, error) {
	if len(p) <= f.left {
		f.left -= len(p)
		return f.file.Write(p)
	}
	n, err := f.file.Write(p[:f.left])
	f.left = 0
	if err == nil {
		err = syscall.ENOSPC
	}
	return n, err
}

// LockPart takes the lock of a directory's download, as another process would.
func (f *Fetcher) LockPart() (unlock func() error, err error) { return lock(f.download().part()) }
