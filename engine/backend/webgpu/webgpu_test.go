package webgpu_test

import (
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/backend/webgpu"
)

// open returns the back end on whatever adapter there is.
func open(t *testing.T) *webgpu.Backend {
	t.Helper()
	be, err := webgpu.Open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := be.Err(); err != nil {
			t.Error(err)
		}
		be.Close()
	})
	return be
}

// TestAgainstRef holds every operation against the reference, convolutions both ways that
// there are of them.
func TestAgainstRef(t *testing.T) { backendtest.Compare(t, open(t), ref.New(), 1e-5) }

func TestTransforms(t *testing.T) {
	be := open(t)
	be.Transform(true)
	for _, s := range []backend.Shape{{C: 17, H: 1, W: 1}, {C: 64, H: 12, W: 16}, {C: 130, H: 17, W: 23}} {
		if err := backendtest.Convolutions(be, ref.New(), s, 2e-5); err != nil {
			t.Errorf("%v: %v", s, err)
		}
	}
}

func TestAdjoint(t *testing.T) { backendtest.Adjoint(t, open(t), 1e-4) }

// TestChoice: a real adapter or a forced one passes the test of every operation, against the
// processor's back end.
func TestChoice(t *testing.T) {
	be, err := webgpu.Choose(t.Context(), cpu.New(1), true)
	if err != nil {
		t.Fatal(err)
	}
	be.Close()
}
