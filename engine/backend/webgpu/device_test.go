package webgpu

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"trappedinart/engine/backend"
)

// fake is a GPU that computes nothing, and sees what it is asked for.
type fake struct {
	before func() // called before each submit, if not nil
}

type fakeThing struct{ released bool }

func (f *fakeThing) release() { f.released = true }

// A fakeGroup is bindings of buffers.
type fakeGroup struct {
	fakeThing
	bound []buffer
}

func (*fake) info() Info                                 { return Info{Name: "a fake", API: "test"} }
func (*fake) largest() int64                             { return 1 << 27 }
func (*fake) buffer(string, int, usage) (buffer, error)  { return &fakeThing{}, nil }
func (*fake) pipeline(s *shader) (pipeline, error)       { return s, nil }
func (*fake) write(buffer, int, []byte) error            { return nil }
func (*fake) read(context.Context, []byte, buffer) error { return nil }
func (*fake) check() error                               { return nil }
func (*fake) close()                                     {}

func (*fake) group(_ pipeline, params buffer, bound []buffer) (group, error) {
	return &fakeGroup{bound: append([]buffer{params}, bound...)}, nil
}

func (f *fake) submit(commands []command, _ []copying) error {
	if f.before != nil {
		f.before()
	}
	for _, c := range commands {
		g := c.group.(*fakeGroup)
		gone := g.released
		for _, b := range g.bound {
			gone = gone || b.(*fakeThing).released
		}
		if gone {
			return errors.New("a command binds memory that was given back")
		}
	}
	return nil
}

// TestGarbage: memory of a vector that nobody has any more is given back, but not while a
// command that uses it is recorded, although parameters run out just then.
func TestGarbage(t *testing.T) {
	device := &fake{}
	b := newBackend(device)
	s := backend.Shape{C: 4, H: 2, W: 2}
	x := b.New(s)
	look := func() {
		if err := b.Dots(t.Context(), make([]float64, 1), []backend.Pair{{A: x}}); err != nil {
			t.Fatal(err)
		}
	}
	look() // after which it has all that it needs
	for b.used < slots-1 {
		b.Combine(x, 2, x, 0, nil)
	}
	device.before = func() {
		for range 100 {
			runtime.GC()
			runtime.Gosched()
			b.mu.Lock()
			found := len(b.dead)
			b.mu.Unlock()
			if found > 0 {
				device.before = nil
				return
			}
		}
		t.Error("a vector is kept that nobody has")
	}
	b.Combine(x, 1, b.New(s), 1, x)
	before := b.Counts().Bytes
	look()
	if after := b.Counts().Bytes; after >= before {
		t.Errorf("the device holds %d bytes, and %d before: the garbage was not given back", after, before)
	}
}
