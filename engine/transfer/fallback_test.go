package transfer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
)

// failing is a back end whose device is lost after so many waits.
type failing struct {
	backend.Backend
	left int
}

func (f *failing) lost() error {
	if f.left--; f.left < 0 {
		return fmt.Errorf("%w: it was pulled out", backend.ErrLost)
	}
	return nil
}

func (f *failing) Dots(ctx context.Context, dst []float64, pairs []backend.Pair) error {
	if err := f.lost(); err != nil {
		return err
	}
	return f.Backend.Dots(ctx, dst, pairs)
}

func (f *failing) Read(ctx context.Context, dst []float32, src backend.Buffer) error {
	if err := f.lost(); err != nil {
		return err
	}
	return f.Backend.Read(ctx, dst, src)
}

// TestLostDevice: wherever the device is lost, the run goes on on the other back end, says
// so, and ends with a picture after all its evaluations.
func TestLostDevice(t *testing.T) {
	for _, waits := range []int{0, 1, 2, 5, 9, 14, 17} {
		first := &failing{cpu.New(1), waits}
		r := runner(1)
		r.Backend, r.Fallback = first, cpu.New(1)
		res, err := r.Run(context.Background(), request(nil), nil)
		if err != nil {
			t.Fatalf("lost after %d waits: %v", waits, err)
		}
		if first.left >= 0 {
			t.Fatalf("the device was not lost: %d waits are left", first.left)
		}
		said := slices.ContainsFunc(res.Notes, func(note string) bool { return strings.Contains(note, "pulled out") })
		if !said {
			t.Errorf("lost after %d waits: the notes are %q, and none says so", waits, res.Notes)
		}
	}
}

// TestLostDeviceAlone: without another back end the run ends, and says why.
func TestLostDeviceAlone(t *testing.T) {
	r := runner(1)
	r.Backend = &failing{cpu.New(1), 3}
	_, err := r.Run(context.Background(), request(nil), nil)
	if code := engine.AsError(err).Code; err == nil || code != engine.Unavailable {
		t.Errorf("error is %v (%s), want %s", err, code, engine.Unavailable)
	}
}

// limited is a back end that takes no map beyond a size.
type limited struct {
	backend.Backend
	most, seen int64
}

func (l *limited) LargestMap() int64 { return l.most }

func (l *limited) NewShared(uses []backend.Use) ([]backend.Buffer, any) {
	for _, u := range uses {
		l.seen = max(l.seen, 4*int64(u.Len()))
	}
	return l.Backend.NewShared(uses)
}

// TestLargestMap: a picture whose maps would be larger than the back end takes is painted
// in blocks whose maps are not.
func TestLargestMap(t *testing.T) {
	large := func(r *engine.Recipe) { r.Size, r.Iterations, r.Scales = 420, 1, 1 }
	whole := &limited{cpu.New(1), 1 << 40, 0}
	r := runner(1)
	r.Backend = whole
	if _, err := r.Run(context.Background(), request(large), nil); err != nil {
		t.Fatal(err)
	}
	cut := &limited{cpu.New(1), whole.seen * 3 / 4, 0}
	r.Backend = cut
	if _, err := r.Run(context.Background(), request(large), nil); err != nil {
		t.Fatal(err)
	}
	if cut.seen > cut.most {
		t.Errorf("a map of %d bytes was made, and %d is the most", cut.seen, cut.most)
	}
}
