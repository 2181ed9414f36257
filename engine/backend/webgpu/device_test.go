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
	made   []*fakeThing
	closed bool
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
func (*fake) pipeline(s *shader) (pipeline, error)       { return s, nil }
func (*fake) write(buffer, int, []byte) error            { return nil }
func (*fake) read(context.Context, []byte, buffer) error { return nil }
func (*fake) check() error                               { return nil }
func (f *fake) close()                                   { f.closed = true }

func (f *fake) buffer(string, int, usage) (buffer, error) {
	b := &fakeThing{}
	f.made = append(f.made, b)
	return b, nil
}

func (f *fake) group(_ pipeline, params buffer, bound []buffer) (group, error) {
	g := &fakeGroup{bound: append([]buffer{params}, bound...)}
	f.made = append(f.made, &g.fakeThing)
	return g, nil
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

// TestClose: a device that is given back has nothing left, and what is released after it does no harm.
func TestClose(t *testing.T) {
	device := &fake{}
	b := newBackend(device)
	s := backend.Shape{C: 4, H: 2, W: 2}
	x, y := b.New(s), b.New(s)
	b.Combine(y, 2, x, 0, nil)
	if err := b.Dots(t.Context(), make([]float64, 1), []backend.Pair{{A: y}}); err != nil {
		t.Fatal(err)
	}
	b.Combine(x, 2, y, 0, nil) // recorded, and not handed over
	b.Close()
	for i, m := range device.made {
		if !m.released {
			t.Errorf("thing %d of %d is left", i, len(device.made))
		}
	}
	if held := b.Counts().Bytes; !device.closed || held != 0 {
		t.Errorf("the device is closed: %v, and holds %d bytes", device.closed, held)
	}
	b.Release(x)
	b.Combine(x, 2, y, 0, nil)
	if err := b.Read(t.Context(), make([]float32, s.Len()), x); !errors.Is(err, backend.ErrLost) {
		t.Errorf("what was closed answers %v", err)
	}
}

// TestNoAllocations: recording takes no memory of the host, once everything is there.
func TestNoAllocations(t *testing.T) {
	b := newBackend(&fake{})
	s, n := backend.Shape{C: 16, H: 8, W: 9}, backend.Shape{C: 16, H: 4, W: 4}
	picture := backend.Shape{C: 3, H: 8, W: 9}
	prepare := func(in, out int) backend.Conv {
		return b.Prepare(backend.ConvWeights{O: out, I: in, Weight: make([]float32, 9*in*out), Bias: make([]float32, out)})
	}
	first, second := prepare(3, 16), prepare(16, 16)
	x, f, g, small, mask := b.New(picture), b.New(s), b.New(s), b.New(n), b.New(backend.Shape{C: 1, H: 8, W: 9})
	pos, arg := b.NewMemo(s), b.NewMemo(n)
	gram, metric, other, one, two := b.NewSums(256), b.NewSums(256), b.NewSums(256), b.NewSums(1), b.NewSums(32)
	products, pairs := make([]float64, 2), []backend.Pair{{A: x, B: x}, {A: one}}
	w := backend.Window{X0: 1, Y0: 1, X1: 7, Y1: 6}
	limits := backend.Limits{Reach: 100}
	for _, transform := range []bool{false, true} {
		b.transform = transform
		for name, step := range map[string]func(){
			"Convolve":     func() { b.Convolve(f, x, first, pos); b.Convolve(g, f, second, pos) },
			"ConvolveBack": func() { b.ConvolveBack(f, g, second, pos); b.ConvolveBack(x, f, first, pos) },
			"Pool":         func() { b.Pool(small, f, backend.Maximum, arg); b.PoolBack(f, small, backend.Maximum, arg) },
			"AddGram":      func() { b.AddGram(gram, f, w, mask); b.AddGram(gram, f, w, nil) },
			"GramGrad":     func() { b.GramGrad(g, f, gram, 1, w, mask); b.Sandwich(metric, gram, other) },
			"AddMoments": func() {
				b.AddMoments(two, f, w, mask)
				b.Spread(two, two, 9)
				b.MomentsGrad(g, f, two, two, 1, w, mask)
			},
			"AddSquares":    func() { b.AddSquares(one, f, g, w); b.SquaresGrad(f, g, g, 1, w) },
			"AddVariation":  func() { b.AddVariation(one, x, backend.Squared, w); b.VariationGrad(x, x, backend.Squared, 1, w) },
			"Combine":       func() { b.Combine(f, 1, f, 2, g); b.Combine(gram, 1, gram, 2, metric) },
			"AddExcess":     func() { b.AddExcess(one, x, limits, w); b.ExcessGrad(x, x, limits, 1, w) },
			"AddPart, Adam": func() { b.AddPart(f, 0, 0, g, w); b.AdamStep(f, g, f, g, 1, 1) },
			"Dots":          func() { _ = b.Dots(context.Background(), products, pairs) },
		} {
			step := func() {
				step()
				b.flush()
			}
			if n := testing.AllocsPerRun(200, step); n >= 1 {
				t.Errorf("%s takes memory %v times", name, n)
			}
		}
	}
	if err := b.Err(); err != nil {
		t.Error(err)
	}
}
