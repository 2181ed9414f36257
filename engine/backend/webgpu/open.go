package webgpu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"trappedinart/engine/backend"
)

// ErrNone is an error that says that there is no GPU, or only a program that stands for one.
var ErrNone = errors.New("there is no GPU")

// none is an ErrNone that says only why.
type none string

func (n none) Error() string        { return string(n) }
func (n none) Is(target error) bool { return target == ErrNone }

// patience is how long a GPU that nobody asked for may take to prepare, its driver's compiler
// included.
const patience = 20 * time.Second

// Open opens the machine's GPU. Adapters that are programs are refused, with why, unless
// software asks for them; they are for tests.
func Open(ctx context.Context, software bool) (*Backend, error) {
	g, err := openGPU(ctx)
	if err != nil {
		return nil, err
	}
	if info := g.info(); info.Software && !software {
		g.close()
		return nil, none(fmt.Sprintf("%s is a program that computes on the processor, slower than this one does by itself", info))
	}
	b := newBackend(g)
	return b, b.Err()
}

// Choose opens the machine's GPU if it is worth it: a real one, which is soon ready, computes
// every operation as other does, and faster. The error says what it lacks; ErrNone is one of
// them. force takes any that computes rightly.
func Choose(ctx context.Context, other backend.Backend, force bool) (*Backend, error) {
	if !force {
		limited, stop := context.WithTimeoutCause(ctx, patience, fmt.Errorf("it is not ready after %s", patience))
		defer stop()
		ctx = limited
	}
	b, err := Open(ctx, force)
	if err != nil {
		return nil, cmp.Or(context.Cause(ctx), err)
	}
	info := b.Info()
	if err := b.selfTest(ctx, other); err != nil {
		b.Close()
		return nil, fmt.Errorf("%s fails its test: %w", info, cmp.Or(context.Cause(ctx), err))
	}
	if info.Software { // its times say nothing of its transforms, and it was forced
		return b, nil
	}
	mine, err := b.tune(ctx)
	if err == nil && !force {
		var theirs time.Duration
		if theirs, err = probe(ctx, other); err == nil && theirs <= mine {
			err = fmt.Errorf("it takes %s for what the processor does in %s", mine, theirs)
		}
	}
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("%s is not used: %w", info, cmp.Or(context.Cause(ctx), err))
	}
	return b, nil
}

// OpenTried opens a GPU that Choose took before, maybe in another process, with its way of
// convolving.
func OpenTried(ctx context.Context, transforms bool) (*Backend, error) {
	b, err := Open(ctx, false)
	if err != nil {
		return nil, err
	}
	b.transform = transforms
	return b, nil
}

// Transforms says whether convolutions go through Winograd's transforms, which Choose finds out.
func (b *Backend) Transforms() bool { return b.transform }

// tune finds out which way convolutions are faster here, and returns the faster time of a
// probe. Others found transforms 40 % faster on an integrated Intel and up to 50 % slower on
// a GTX 1050 Ti.
func (b *Backend) tune(ctx context.Context) (time.Duration, error) {
	took := [2]time.Duration{}
	for i, transform := range []bool{false, true} {
		b.transform = transform
		if transform {
			if err := b.transformsRight(ctx); err != nil {
				b.transform = false
				return took[0], nil // a way that is wrong is not gone
			}
		}
		var err error
		if took[i], err = probe(ctx, b); err != nil {
			return 0, err
		}
	}
	b.transform = took[1] < took[0]
	return min(took[0], took[1]), nil
}

// transformsRight holds convolutions through transforms against those without.
func (b *Backend) transformsRight(ctx context.Context) error {
	var results [2][]float32
	for i, transform := range []bool{false, true} {
		b.transform = transform
		t := &bench{Backend: b, ctx: ctx, state: 1}
		results[i] = append(t.convolve(21, 18, false), t.convolve(21, 18, true)...)
		if t.err != nil {
			return t.err
		}
	}
	for i, v := range results[0] {
		if !(math.Abs(float64(v-results[1][i])) <= 1e-3) {
			return errors.New("transforms are wrong")
		}
	}
	return nil
}

// probe times what most of an iteration consists of: a convolution of 64 channels both ways,
// and a Gram matrix.
func probe(ctx context.Context, be backend.Backend) (time.Duration, error) {
	s := backend.Shape{C: 64, H: 128, W: 128}
	t := &bench{Backend: be, ctx: ctx, state: 1}
	w := backend.ConvWeights{O: s.C, I: s.C, Weight: make([]float32, 9*s.C*s.C), Bias: make([]float32, s.C)}
	t.fill(w.Weight)
	src, dst, pos, g, c := t.filled(s), be.New(s), be.NewMemo(s), be.NewSums(s.C*s.C), be.Prepare(w)
	defer func() {
		for _, v := range []any{src, dst, pos, g} {
			be.Release(v)
		}
	}()
	best := time.Duration(math.MaxInt64)
	const rounds = 4 // of which the first makes everything
	for range rounds {
		began := time.Now()
		const times = 4
		for range times {
			be.Convolve(dst, src, c, pos)
			be.AddGram(g, dst, s.Whole(), nil)
			be.ConvolveBack(src, dst, c, pos)
			be.Combine(src, 1e-3, src, 0, nil) // or it would grow beyond all numbers
		}
		if err := be.Dots(ctx, make([]float64, 1), []backend.Pair{{A: g}}); err != nil {
			return 0, err
		}
		best = min(best, time.Since(began)/times)
	}
	return best, nil
}
