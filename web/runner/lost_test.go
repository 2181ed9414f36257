//go:build !js

package runner_test

import (
	"cmp"
	"context"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
	session "trappedinart/wasm/worker"
	"trappedinart/web/runner"
)

// A mortal is an engine that counts from a checkpoint, of one byte, to ten, with a checkpoint
// at each step, and ends by itself after a step that the test chooses.
type mortal struct {
	dies  map[int]func(in *runner.Inbox) // after the step, in the worker of that number
	in    *runner.Inbox
	got   []engine.Request
	first []int // the step that each worker began with
	ends  chan struct{}
}

func (m *mortal) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	m.got = append(m.got, req)
	from, die, in := 0, m.dies[len(m.got)], m.in
	if req.Checkpoint != nil {
		from = int(req.Checkpoint[0])
	}
	m.first = append(m.first, from+1)
	report(engine.Progress{Stage: engine.Preparing})
	for i := from + 1; i <= 10; i++ {
		if die != nil && i == from+4 {
			die(in)
			<-m.ends // as one that does nothing more
			return nil, errors.New("nobody hears this")
		}
		report(engine.Progress{Stage: engine.Painting, Scale: 1, Scales: 1, Iteration: i, Iterations: 10, Checkpoint: []byte{byte(i)}})
	}
	return &engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 4, 3)), Recipe: req.Recipe, Iterations: 10, Notes: []string{"Last."}}, nil
}

// kept is a line that keeps checkpoints beside the inbox, as the browser's does.
type kept struct {
	direct
	checkpoint []byte
}

func (k *kept) Checkpoint() []byte { return k.checkpoint }

// workers returns a Worker whose workers are the mortal's, and the means that each had.
func workers(t *testing.T, m *mortal) (*runner.Worker, *[]runner.Means) {
	t.Helper()
	var list []runner.Means
	m.ends = make(chan struct{})
	t.Cleanup(func() { close(m.ends) })
	return &runner.Worker{
		Open: func(in *runner.Inbox, means runner.Means) (runner.Line, error) {
			list = append(list, means)
			m.in = in
			k := &kept{}
			k.session = &session.Session{
				Runner: func(string) engine.Runner { return m },
				Post: func(message protocol.Message) {
					if p, ok := message.(protocol.Progress); ok && p.Checkpoint != nil {
						k.checkpoint = p.Checkpoint
						p.Checkpoint = []byte{0} // as the browser's line leaves it
						message = p
					}
					in.Put(message)
				},
				Yield: func() {}, Log: t.Logf,
			}
			k.session.Open()
			return k, nil
		},
		Means:    runner.Means{Workers: 4, Memory: 1 << 30},
		Address:  func(context.Context, string) (string, error) { return "/weights/small", nil },
		Patience: time.Second, Grace: time.Second,
	}, &list
}

// A painting goes on from the last checkpoint, by another worker with less of the device, as
// it was steered and paused.
func TestAnotherWorkerGoesOn(t *testing.T) {
	died := func(in *runner.Inbox) { in.Fail(errors.New("it ended")) }
	m := &mortal{dies: map[int]func(*runner.Inbox){1: func(in *runner.Inbox) { in.Fail(runner.ErrHelper) }, 2: died}}
	r, means := workers(t, m)
	req := request(t)
	req.Control = &engine.Control{}
	var notes []string
	last, back := 0, 0
	res, err := r.Run(t.Context(), req, func(p engine.Progress) {
		if p.Note != "" {
			notes = append(notes, p.Note)
		}
		if last > 0 && p.Stage != engine.Painting {
			t.Errorf("after step %d it reports %+v", last, p)
		}
		if p.Iteration < last {
			back++
		}
		last = p.Iteration
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 4, 7}; !slices.Equal(m.first, want) || back > 0 {
		t.Errorf("workers begin with steps %v, want %v; %d reports go back", m.first, want, back)
	}
	if want := []runner.Means{{4, 1 << 30}, {2, 1 << 30}, {1, 1 << 30}}; !slices.Equal(*means, want) {
		t.Errorf("workers get %v, want %v", *means, want)
	}
	if len(notes) != 2 || !strings.Contains(notes[0], "from its last checkpoint, with 2 of 4 workers.") || !strings.Contains(notes[1], "with 1 of 2 workers.") {
		t.Errorf("it says %q", notes)
	}
	if want := append(notes, "Last."); !slices.Equal(res.Notes, want) {
		t.Errorf("the result has the notes %q, want %q", res.Notes, want)
	}
	if !slices.ContainsFunc(m.got, func(q engine.Request) bool { return q.CheckpointEvery == req.CheckpointEvery }) {
		t.Error("the request is another")
	}
}

// Without a checkpoint it begins again, with fewer workers and less memory each time; and at
// last it says what to do.
func TestWorkersThatEndAtOnce(t *testing.T) {
	m := &mortal{dies: map[int]func(*runner.Inbox){}}
	r, means := workers(t, m)
	open := r.Open
	r.Open = func(in *runner.Inbox, means runner.Means) (runner.Line, error) {
		line, err := open(in, means)
		in.Fail(errors.New("no memory"))
		return line, err
	}
	var notes []string
	_, err := r.Run(t.Context(), request(t), func(p engine.Progress) {
		if p.Note != "" {
			notes = append(notes, p.Note)
		}
	})
	if e := engine.AsError(err); e.Code != engine.Unavailable || e.Message != runner.NoWorker {
		t.Errorf("it ends with %v", err)
	}
	want := []runner.Means{{4, 1 << 30}, {2, 1 << 30}, {1, 1 << 29}, {1, 1 << 28}, {1, 1 << 27}, {1, 1 << 26}}
	if !slices.Equal(*means, want) {
		t.Errorf("workers get %v, want %v", *means, want)
	}
	if len(notes) != 5 || !strings.Contains(notes[1], "begins again, with 1 of 2 workers and 512 MB of memory.") {
		t.Errorf("it says %q", notes)
	}
	r.Open = open
	if res, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); err != nil || res.Iterations != 10 {
		t.Errorf("nobody need reload, but the next run gives %v, %v", res, err)
	}
}

// A run that dies in the same place with every worker ends, with words for it.
func TestTheSameEndEachTime(t *testing.T) {
	died := func(in *runner.Inbox) { in.Fail(errors.New("it ended")) }
	m := &mortal{dies: map[int]func(*runner.Inbox){}}
	r, _ := workers(t, m)
	r.Open = mute(r.Open)
	for i := range 9 {
		m.dies[i] = died
	}
	_, err := r.Run(t.Context(), request(t), func(engine.Progress) {})
	if e := engine.AsError(err); e.Code != engine.Unavailable || !strings.Contains(e.Message, "again and again") {
		t.Errorf("it ends with %v", err)
	}
	if len(m.got) != 6 {
		t.Errorf("%d workers were tried, want 6", len(m.got))
	}
}

// mute are workers whose checkpoints get lost.
func mute(open func(*runner.Inbox, runner.Means) (runner.Line, error)) func(*runner.Inbox, runner.Means) (runner.Line, error) {
	return func(in *runner.Inbox, means runner.Means) (runner.Line, error) {
		line, err := open(in, means)
		if err == nil {
			s := line.(*kept).session
			post := s.Post
			s.Post = func(m protocol.Message) {
				if p, ok := m.(protocol.Progress); ok {
					p.Checkpoint = nil
					m = p
				}
				post(m)
			}
		}
		return line, err
	}
}

// A pause and a changed recipe hold with the worker that takes over; Stop ends it as ever.
func TestTakingOverAsAsked(t *testing.T) {
	req := request(t)
	req.Control = &engine.Control{}
	steered := req.Recipe
	steered.Strength = 77
	began := make(chan engine.Recipe, 1) // the second worker is paused, and steered to that
	n := 0
	m := &mortal{}
	r, _ := workers(t, m)
	r.Open = func(in *runner.Inbox, _ runner.Means) (runner.Line, error) {
		n++
		number := n
		d := &kept{}
		d.session = &session.Session{
			Runner: func(string) engine.Runner {
				return runnerFunc(func(ctx context.Context, q engine.Request, report func(engine.Progress)) (*engine.Result, error) {
					paused, recipe, saved := false, (*engine.Recipe)(nil), number > 1 // which is not asked for again
					for !paused || recipe == nil || !saved {
						asked, err := q.Control.Await(ctx)
						if err != nil {
							return nil, err
						}
						paused, saved, recipe = asked.Paused, saved || asked.Save, cmp.Or(asked.Recipe, recipe)
					}
					if number == 1 {
						in.Fail(errors.New("it ended"))
						<-m.ends
						return nil, errors.New("nobody hears this")
					}
					began <- *recipe
					<-ctx.Done()
					return nil, ctx.Err()
				})
			},
			Post: func(m protocol.Message) { in.Put(m) }, Yield: func() {}, Log: func(string, ...any) {}, // the first goes on after the test
		}
		d.session.Open()
		return d, nil
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var second engine.Recipe
	go func() {
		if err := req.Control.Change(steered); err != nil {
			t.Error(err)
		}
		req.Control.Pause()
		req.Control.Save()
		second = <-began
		stop()
	}()
	_, err := r.Run(ctx, req, func(engine.Progress) {})
	if e := engine.AsError(err); e.Code != engine.Cancelled {
		t.Fatalf("stopped, it ends with %v", err)
	}
	if second.Strength != 77 {
		t.Errorf("the second worker is steered to %+v", second)
	}
}

type runnerFunc func(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error)

func (f runnerFunc) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	return f(ctx, req, report)
}
