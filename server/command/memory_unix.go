//go:build unix

package command

import (
	"runtime"
	"syscall"
)

// peakMemory returns the most memory that the process has held, in bytes.
func peakMemory() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return usage.Maxrss // bytes there, KiB elsewhere
	}
	return int64(usage.Maxrss) << 10
}
