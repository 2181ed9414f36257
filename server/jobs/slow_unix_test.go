//go:build unix

package jobs_test

import (
	"bytes"
	"syscall"
	"testing"

	"trappedinart/server/jobs"
)

// A worker that was only slow, and whose job another has finished meanwhile, leaves it
// alone and takes the next.
func TestOnlySlow(t *testing.T) {
	everywhere(t, jobs.Options{}, func(b *bench) {
		req := request(long())
		of := b.submit(req)
		slow := start(b.T, "worker", b.url)
		b.until(of, painting)
		slow.Signal(b.T, syscall.SIGSTOP)
		fast := start(b.T, "worker", b.url)
		result := b.result(of)
		terminate(b.T, fast)
		slow.Signal(b.T, syscall.SIGCONT)
		next := b.submit(request(3))
		b.result(next)
		b.kept(2)
		if again := b.result(of); !bytes.Equal(again, result) || !bytes.Equal(again, undisturbed(b.T, req)) {
			b.Error("another picture")
		}
	})
}
