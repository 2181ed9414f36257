//go:build gpu

// These tests need an adapter, if only a program that stands for one; make test-gpu has
// two such, and runs these natively and in the browser's worker.
package webgpu_test

import (
	"context"
	"errors"
	"image"
	"slices"
	"strings"
	"sync"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/webgpu"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
)

// device is the back end on whatever adapter there is. All tests share it that do not end it, as
// compiling a shader takes seconds on a program that stands for a GPU.
var device = sync.OnceValues(func() (*webgpu.Backend, error) { return webgpu.Open(context.Background(), true) })

// open returns the device, and sees after the test that it still works.
func open(t *testing.T) *webgpu.Backend {
	t.Helper()
	be, err := device()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("on %s", be.Info())
	t.Cleanup(func() {
		if err := be.Err(); err != nil {
			t.Error(err)
		}
	})
	return be
}

// TestAgainstReference holds every operation against the reference.
func TestAgainstReference(t *testing.T) { backendtest.Compare(t, open(t), reference(), 1e-5) }

func TestAdjoint(t *testing.T) { backendtest.Adjoint(t, open(t), 1e-4) }

// TestTransforms holds the other way of convolving, by Winograd's transforms.
func TestTransforms(t *testing.T) {
	be := open(t)
	be.Transform(true)
	defer be.Transform(false)
	want := reference()
	for _, s := range []backend.Shape{{C: 17, H: 1, W: 1}, {C: 64, H: 12, W: 16}, {C: 130, H: 17, W: 23}} {
		if err := backendtest.Convolutions(be, want, s, 2e-5); err != nil {
			t.Errorf("%v: %v", s, err)
		}
	}
}

// TestChoice: a program is refused, unless it is forced; then it passes the test of every
// operation that a GPU has to pass.
func TestChoice(t *testing.T) {
	be, err := webgpu.Choose(t.Context(), cpu.New(1), true)
	if err != nil {
		t.Fatal(err)
	}
	software := be.Info().Software
	be.Close()
	if !software {
		return // a real one may be chosen or not, by its speed
	}
	if be, err := webgpu.Choose(t.Context(), cpu.New(1), false); err == nil {
		be.Close()
		t.Errorf("%s was chosen, and is a program", be.Info())
	}
}

// TestMistaken: what a device cannot compile is named by the file and line that it is in.
func TestMistaken(t *testing.T) {
	be, err := webgpu.Open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer be.Close()
	if err := be.Mistaken(); err == nil || !strings.Contains(err.Error(), "clear.wgsl:11 ") {
		t.Errorf("the error is %v, and the mistake is in clear.wgsl:11", err)
	}
}

// TestGone: what is asked of a device that was closed, or is gone by itself, fails, and nothing
// crashes.
func TestGone(t *testing.T) {
	for name, end := range map[string]func(*webgpu.Backend){"closed": (*webgpu.Backend).Close, "killed": (*webgpu.Backend).Kill} {
		be, err := webgpu.Open(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		defer be.Close()
		s := backend.Shape{C: 3, H: 4, W: 5}
		f := be.New(s)
		if err := be.Read(t.Context(), make([]float32, s.Len()), f); err != nil {
			t.Fatal(err)
		}
		end(be)
		be.Combine(f, 2, f, 0, nil)
		if err := be.Read(t.Context(), make([]float32, s.Len()), f); !errors.Is(err, backend.ErrLost) {
			t.Errorf("%s: reading fails with %v, want %v", name, err, backend.ErrLost)
		}
		if err := be.Dots(t.Context(), make([]float64, 1), []backend.Pair{{A: be.New(s)}}); !errors.Is(err, backend.ErrLost) {
			t.Errorf("%s: products fail with %v, want %v", name, err, backend.ErrLost)
		}
		be.Release(f)
	}
}

func paint(t *testing.T, be, fallback backend.Backend, iterations int, report func(engine.Progress)) *engine.Result {
	t.Helper()
	runner := &transfer.Runner{
		Backend: be, Fallback: fallback,
		Weights: func(context.Context, string) (*vgg.Weights, error) {
			return vgg.Random("small", []int{8, 8, 16, 16, 16, 16}), nil
		},
		Decode: func(_ context.Context, f engine.File) (*image.NRGBA, error) {
			img := image.NewNRGBA(image.Rect(0, 0, 32, 27))
			for i := range img.Pix {
				img.Pix[i] = uint8(i*len(f.Name)*7+i/191) | uint8(255*(i%4/3))
			}
			return img, nil
		},
	}
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	r.Size, r.Scales, r.Iterations, r.History = 32, 1, iterations, 3
	file := func(name string) engine.File { return engine.File{Name: name, Data: []byte("picture")} }
	res, err := runner.Run(t.Context(), engine.Request{Recipe: r, Content: file("photograph"), Styles: []engine.File{file("painting")}}, report)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestCounts: once everything is there, an evaluation is one submit and one wait, and makes
// nothing on the device, which holds as much after 500 as before.
func TestCounts(t *testing.T) {
	be := open(t)
	const iterations, settled = 500, 60 // calibration begins the second half anew
	var last webgpu.Counts
	paint(t, be, nil, iterations, func(p engine.Progress) {
		now := be.Counts()
		n := p.Iteration
		if p.Stage == engine.Painting && (n > settled && n <= iterations/2 || n > iterations/2+settled) {
			if now.Submits != last.Submits+1 || now.Waits != last.Waits+1 || now.Made != last.Made || now.Bytes != last.Bytes {
				t.Fatalf("evaluation %d: counts went from %+v to %+v", n, last, now)
			}
		}
		last = now
	})
}

// TestLoss: a run ends within 2 % of the processor's loss after 100 evaluations.
func TestLoss(t *testing.T) {
	got, want := paint(t, open(t), nil, 100, nil), paint(t, cpu.New(1), nil, 100, nil)
	if !(got.Loss <= 1.02*want.Loss && got.Loss >= want.Loss/1.02) {
		t.Errorf("loss is %v, and the processor's %v", got.Loss, want.Loss)
	}
}

// TestLost: a device that is taken away in the middle leaves the picture to the processor, which
// goes on from it.
func TestLost(t *testing.T) {
	be, err := webgpu.Open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer be.Close()
	const iterations, lostAt = 12, 7
	losses := map[int]float64{}
	res := paint(t, be, cpu.New(1), iterations, func(p engine.Progress) {
		if p.Stage != engine.Painting {
			return
		}
		losses[p.Iteration] = float64(p.Loss)
		if p.Iteration == lostAt && p.Device == be.Device() {
			be.Kill()
		}
	})
	said := slices.ContainsFunc(res.Notes, func(note string) bool { return strings.Contains(note, "The GPU stopped") })
	if !said || be.Err() == nil || res.Picture == nil {
		t.Errorf("the device fails with %v, the result has notes %q", be.Err(), res.Notes)
	}
	if !(float64(res.Loss) < losses[1]/2) {
		t.Errorf("the loss is %v at the end, %v when the device was lost and %v at first: the picture was lost too", res.Loss, losses[lostAt], losses[1])
	}
}
