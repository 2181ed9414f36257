package optim_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/optim"
)

var shape = backend.Shape{C: 1, H: 1, W: 20}

// valley is a narrow curved valley with its lowest point, 0, where every x is 1
// (Rosenbrock's function, chained).
func valley(_ context.Context, x, g backend.Buffer) (float64, error) {
	v, d := ref.Elements(x), ref.Elements(g)
	clear(d)
	loss := 0.0
	for i := 0; i+1 < len(v); i++ {
		a, b := v[i+1]-v[i]*v[i], 1-v[i]
		loss += 100*a*a + b*b
		d[i] += -400*a*v[i] - 2*b
		d[i+1] += 200 * a
	}
	return loss, nil
}

// bowl is a quadratic whose axes differ a thousandfold.
func bowl(_ context.Context, x, g backend.Buffer) (float64, error) {
	loss := 0.0
	for i, v := range ref.Elements(x) {
		a := math.Pow(10, 3*float64(i)/float64(x.Len()-1))
		ref.Elements(g)[i] = a * v
		loss += a * v * v / 2
	}
	return loss, nil
}

func start(be backend.Backend) backend.Buffer {
	x := be.New(shape)
	for i := range ref.Elements(x) {
		ref.Elements(x)[i] = -1.2 + float64(i%3)
	}
	return x
}

// run takes steps and returns the last loss and the number of evaluations.
func run(t *testing.T, o optim.Optimizer, steps int) float64 {
	t.Helper()
	loss := 0.0
	for range steps {
		var err error
		if loss, err = o.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	return loss
}

func TestLBFGSReachesTheBottom(t *testing.T) {
	be := ref.New()
	for _, c := range []struct {
		name  string
		f     optim.Objective
		steps int
	}{{"bowl", bowl, 200}, {"valley", valley, 250}} {
		o := optim.NewLBFGS(be, c.f, start(be), optim.LBFGSOptions{History: 10})
		if loss := run(t, o, c.steps); !(loss < 1e-10) {
			t.Errorf("%s: loss is %v after %d evaluations, want 0", c.name, loss, c.steps)
		}
	}
}

func TestLBFGSNeverGoesUp(t *testing.T) {
	be := ref.New()
	o := optim.NewLBFGS(be, valley, start(be), optim.LBFGSOptions{History: 5})
	last := math.Inf(1)
	for i := range 200 {
		loss, err := o.Step(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if loss > last*(1+1e-6) {
			t.Fatalf("evaluation %d: loss went from %v to %v", i, last, loss)
		}
		last = loss
		g := be.New(shape)
		if at, _ := valley(context.Background(), o.Picture(), g); math.Abs(at-loss) > 1e-9*(1+loss) {
			t.Fatalf("evaluation %d: the picture has loss %v, and Step returned %v", i, at, loss)
		}
	}
}

// An objective that is NaN beyond a border must not lead the picture there.
func TestLBFGSTurnsBackFromNaN(t *testing.T) {
	be := ref.New()
	fenced := func(ctx context.Context, x, g backend.Buffer) (float64, error) {
		loss, err := bowl(ctx, x, g)
		for i, v := range ref.Elements(x) {
			if v < -1.3 || v > 1.3 {
				ref.Elements(g)[i] = math.NaN()
				loss = math.NaN()
			}
		}
		return loss, err
	}
	o := optim.NewLBFGS(be, fenced, start(be), optim.LBFGSOptions{History: 10})
	if loss := run(t, o, 200); !(loss < 1e-6) {
		t.Errorf("loss is %v, want 0", loss)
	}
}

// twoLoops is the recursion as Nocedal and Wright write it (algorithm 7.4), on
// slices, taking steps as PyTorch does.
func twoLoops(f optim.Objective, be backend.Backend, x backend.Buffer, history, steps int) []float64 {
	n := x.Len()
	g := be.New(x.Shape())
	var ss, ys [][]float64
	var old, d []float64
	length := 0.0
	var losses []float64
	dot := func(a, b []float64) float64 {
		sum := 0.0
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum
	}
	for step := range steps {
		loss, _ := f(context.Background(), x, g)
		losses = append(losses, loss)
		gv := append([]float64(nil), ref.Elements(g)...)
		if step > 0 {
			s, y := make([]float64, n), make([]float64, n)
			for i := range n {
				s[i], y[i] = length*d[i], gv[i]-old[i]
			}
			if dot(s, y) > 1e-10 {
				ss, ys = append(ss, s), append(ys, y)
				if len(ss) > history {
					ss, ys = ss[1:], ys[1:]
				}
			}
		}
		q := append([]float64(nil), gv...)
		alpha := make([]float64, len(ss))
		for i := len(ss) - 1; i >= 0; i-- {
			alpha[i] = dot(ss[i], q) / dot(ss[i], ys[i])
			for k := range q {
				q[k] -= alpha[i] * ys[i][k]
			}
		}
		if m := len(ss); m > 0 {
			gamma := dot(ss[m-1], ys[m-1]) / dot(ys[m-1], ys[m-1])
			for k := range q {
				q[k] *= gamma
			}
		}
		for i := range ss {
			beta := dot(ys[i], q) / dot(ss[i], ys[i])
			for k := range q {
				q[k] += (alpha[i] - beta) * ss[i][k]
			}
		}
		length = 1
		if step == 0 {
			sum := 0.0
			for _, v := range gv {
				sum += math.Abs(v)
			}
			length = math.Min(1, 1/sum)
		}
		d = make([]float64, n)
		for k := range q {
			d[k] = -q[k]
			ref.Elements(x)[k] += length * d[k]
		}
		old = gv
	}
	return losses
}

// The recursion on products is the one on vectors.
func TestLBFGSIsTheTwoLoops(t *testing.T) {
	be := ref.New()
	want := twoLoops(bowl, be, start(be), 4, 25)
	o := optim.NewLBFGS(be, bowl, start(be), optim.LBFGSOptions{History: 4, Torch: true, Rate: 1})
	for i := range want {
		got, err := o.Step(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(got-want[i]) <= 1e-6*want[i]) {
			t.Fatalf("evaluation %d: loss is %v, want %v", i+1, got, want[i])
		}
	}
}

func TestAdam(t *testing.T) {
	be := ref.New()
	o := optim.NewAdam(be, bowl, start(be), 0.05, 0)
	first := run(t, o, 1)
	if last := run(t, o, 400); !(last < first/1000) {
		t.Errorf("loss went from %v to %v in 400 steps", first, last)
	}
}

// The average of the iterates is that of their definition, and steadier than they are
// where steps are too long.
func TestAdamAverages(t *testing.T) {
	const averaging, steps = 0.8, 60
	be := ref.New()
	plain, averaged := optim.NewAdam(be, bowl, start(be), 0.5, 0), optim.NewAdam(be, bowl, start(be), 0.5, averaging)
	want, weight := make([]float64, shape.Len()), 0.
	for range steps {
		run(t, plain, 1)
		run(t, averaged, 1)
		weight = averaging*weight + 1 - averaging
		for i, v := range ref.Elements(plain.Picture()) {
			want[i] = averaging*want[i] + (1-averaging)*v
		}
	}
	for i, v := range ref.Elements(averaged.Picture()) {
		if !(math.Abs(v-want[i]/weight) <= 1e-9) {
			t.Fatalf("element %d of the average is %v, want %v", i, v, want[i]/weight)
		}
	}
	g := be.New(shape)
	steady, _ := bowl(context.Background(), averaged.Picture(), g)
	last, _ := bowl(context.Background(), plain.Picture(), g)
	if !(steady < last/2) {
		t.Errorf("the average has loss %v, the last iterate %v", steady, last)
	}
}

func TestErrorsLeaveThePicture(t *testing.T) {
	be := ref.New()
	broken := errors.New("broken")
	fail := false
	f := func(ctx context.Context, x, g backend.Buffer) (float64, error) {
		if fail {
			return 0, broken
		}
		return bowl(ctx, x, g)
	}
	for _, o := range []optim.Optimizer{
		optim.NewLBFGS(be, f, start(be), optim.LBFGSOptions{History: 3}),
		optim.NewLBFGS(be, f, start(be), optim.LBFGSOptions{History: 3, Torch: true, Rate: 1}),
		optim.NewAdam(be, f, start(be), 0.1, 0.9),
	} {
		fail = false
		run(t, o, 3)
		before := append([]float64(nil), ref.Elements(o.Picture())...)
		fail = true
		if _, err := o.Step(context.Background()); !errors.Is(err, broken) {
			t.Errorf("error is %v, want the objective's", err)
		}
		for i, v := range ref.Elements(o.Picture()) {
			if v != before[i] {
				t.Fatal("the picture changed in a step that failed")
			}
		}
		o.Release()
	}
}
