// Package program starts programs in processes of their own, for tests that stop and kill them.
// The program of a test can be started itself: TestMain makes it another, by a variable of the
// environment.
package program

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"trappedinart/internal/await"
)

// A Program is one that was started. It ends with its test at the latest, and if that fails the
// end of its output is logged.
type Program struct {
	path      string
	env, args []string
	cmd       *exec.Cmd
	ended     chan struct{}
	err       error // once it has ended
	out, log  buffer
}

// Start starts the program at path with these arguments, and variables beside those of the test.
func Start(t testing.TB, path string, env []string, args ...string) *Program {
	t.Helper()
	p := &Program{path: path, env: env, args: args}
	p.Again(t)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			log := p.Log()
			t.Logf("%v:\n%s", append(env, args...), log[max(0, len(log)-4000):])
		}
	})
	return p
}

// Again starts the program anew after it has ended.
func (p *Program) Again(t testing.TB) {
	t.Helper()
	cmd, ended := exec.Command(p.path, p.args...), make(chan struct{})
	p.cmd, p.ended = cmd, ended
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&p.out, &p.log), &p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		close(ended)
	}()
}

// Pid is the number of its process.
func (p *Program) Pid() int { return p.cmd.Process.Pid }

// Log is what all runs of the program have written so far.
func (p *Program) Log() string { return p.log.String() }

// Line waits for the program's n-th line of output that has this in it, counted from 1, and returns it.
func (p *Program) Line(t testing.TB, n int, with string) string {
	t.Helper()
	var found []string
	await.That(t, "the program to say "+with, func() bool {
		running := p.Running() // before its output is looked at
		found = nil
		for line := range strings.Lines(p.out.String()) {
			if strings.Contains(line, with) && strings.HasSuffix(line, "\n") {
				found = append(found, strings.TrimSpace(line))
			}
		}
		return len(found) >= n || !running
	})
	if len(found) < n {
		t.Fatalf("the program has ended (%v): %s", p.Ended(t), p.Log())
	}
	return found[n-1]
}

// Running says whether the program has not ended.
func (p *Program) Running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Signal sends the program a signal.
func (p *Program) Signal(t testing.TB, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// Ended waits for the program to end, and returns with what error.
func (p *Program) Ended(t testing.TB) error {
	t.Helper()
	select {
	case <-p.ended:
		return p.err
	case <-time.After(time.Minute):
		t.Fatal("the program does not end")
		return nil
	}
}

// Kill ends the program at once, wherever it is.
func (p *Program) Kill() {
	if err := p.cmd.Process.Kill(); err == nil || errors.Is(err, os.ErrProcessDone) {
		<-p.ended
	}
}

// A buffer is read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer // not embedded: ReadFrom would pass the lock by
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
