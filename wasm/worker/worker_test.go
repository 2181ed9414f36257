package worker_test

import (
	"context"
	"errors"
	"image"
	"runtime"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/segment"
	"trappedinart/wasm/protocol"
	"trappedinart/wasm/worker"
)

// patience bounds every wait of these tests; nothing is expected to take so long.
const patience = 20 * time.Second

type runnerFunc func(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error)

func (f runnerFunc) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	return f(ctx, req, report)
}

// blend goes from black to white in the given number of iterations, as the engine
// would from the photograph to the painting.
func blend(iterations int) runnerFunc {
	return func(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
		picture := image.NewNRGBA(image.Rect(0, 0, 4, 3))
		for i := range iterations {
			result := &engine.Result{Picture: picture, Recipe: req.Recipe, Iterations: i}
			if err := ctx.Err(); err != nil {
				return result, err
			}
			for k := range picture.Pix {
				picture.Pix[k] = byte(255 * (i + 1) / iterations)
			}
			report(engine.Progress{Stage: engine.Painting, Iteration: i + 1, Iterations: iterations, Preview: picture})
		}
		return &engine.Result{Picture: picture, Recipe: req.Recipe, Iterations: iterations}, nil
	}
}

func open(t *testing.T, run engine.Runner) (*worker.Session, chan protocol.Message) {
	messages := make(chan protocol.Message, 10000)
	s := &worker.Session{
		Version: "test",
		Runner:  func(string) engine.Runner { return run },
		Post:    func(m protocol.Message) { messages <- m },
		Yield:   runtime.Gosched,
		Log:     t.Logf,
	}
	s.Open()
	if m := next(t, messages); m != (protocol.Ready{Version: "test"}) {
		t.Fatalf("the first message is %+v, want Ready", m)
	}
	t.Cleanup(s.Wait)
	return s, messages
}

func next(t *testing.T, messages <-chan protocol.Message) protocol.Message {
	t.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(patience):
		t.Fatal("no message came")
		return nil
	}
}

// end returns the message that ends a run and how many reports came before it.
func end(t *testing.T, messages <-chan protocol.Message) (m protocol.Message, reports int) {
	t.Helper()
	for {
		m := next(t, messages)
		if _, ok := m.(protocol.Progress); !ok {
			return m, reports
		}
		reports++
	}
}

func start(t *testing.T, id int) protocol.Start {
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	return protocol.Start{
		ID: id, WeightsURL: "weights",
		Request: engine.Request{Recipe: recipe, Content: engine.File{Name: "c"}, Styles: []engine.File{{Name: "s"}}},
	}
}

func TestPainting(t *testing.T) {
	s, messages := open(t, blend(5))
	s.Handle(start(t, 3))
	m, reports := end(t, messages)
	done, ok := m.(protocol.Done)
	if !ok || done.ID != 3 {
		t.Fatalf("got %+v, want Done of run 3", m)
	}
	if reports != 5 || done.Result.Iterations != 5 || done.Result.Picture.Pix[0] != 255 {
		t.Errorf("%d reports, %d iterations, pixel %d; want 5, 5, 255", reports, done.Result.Iterations, done.Result.Picture.Pix[0])
	}
}

func TestWeightsComeFromTheAddressOfTheRun(t *testing.T) {
	got := ""
	s, messages := open(t, nil)
	s.Runner = func(url string) engine.Runner { got = url; return blend(1) }
	s.Handle(start(t, 1))
	end(t, messages)
	if got != "weights" {
		t.Errorf("weights from %q, want %q", got, "weights")
	}
}

func TestFetchIsHandedOn(t *testing.T) {
	got := ""
	s, messages := open(t, blend(1))
	s.Fetch = func(url string) { got = url }
	s.Handle(protocol.Fetch{WeightsURL: "weights"})
	if got != "weights" {
		t.Errorf("a network is fetched from %q, want %q", got, "weights")
	}
	s.Handle(start(t, 1)) // it is no run, and does not stand in the way of one
	if m, _ := end(t, messages); m.(protocol.Done).ID != 1 {
		t.Errorf("got %+v, want Done", m)
	}
}

func TestCancelStopsAndKeepsThePicture(t *testing.T) {
	s, messages := open(t, blend(1<<40))
	s.Handle(start(t, 1))
	if _, ok := next(t, messages).(protocol.Progress); !ok {
		t.Fatal("no report")
	}
	s.Handle(protocol.Cancel{ID: 1})
	m, _ := end(t, messages)
	failed, ok := m.(protocol.Failed)
	if !ok || failed.ID != 1 || failed.Code != engine.Cancelled {
		t.Fatalf("got %+v, want Failed, cancelled", m)
	}
	if failed.Result == nil || failed.Result.Picture == nil {
		t.Error("the picture so far is lost")
	}
}

func TestCancelOfAnotherRunIsNotHeard(t *testing.T) {
	s, messages := open(t, blend(50))
	s.Handle(protocol.Cancel{ID: 1})
	s.Handle(start(t, 1))
	s.Handle(protocol.Cancel{ID: 2})
	if m, _ := end(t, messages); m.(protocol.Done).ID != 1 {
		t.Errorf("got %+v, want Done of run 1", m)
	}
	s.Handle(protocol.Cancel{ID: 1})
	s.Handle(start(t, 2))
	if m, _ := end(t, messages); m.(protocol.Done).ID != 2 {
		t.Errorf("got %+v, want Done of run 2", m)
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	release := make(chan struct{})
	s, messages := open(t, runnerFunc(func(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
		<-release
		return blend(1)(ctx, req, report)
	}))
	s.Handle(start(t, 1))
	s.Handle(start(t, 2))
	failed, ok := next(t, messages).(protocol.Failed)
	if !ok || failed.ID != 2 || failed.Code != engine.Busy || failed.Result != nil {
		t.Errorf("got %+v, want run 2 refused as busy", failed)
	}
	close(release)
	if m, _ := end(t, messages); m.(protocol.Done).ID != 1 {
		t.Errorf("got %+v, want Done of run 1, undisturbed", m)
	}
}

func TestStartRightAfterTheEnd(t *testing.T) {
	s, messages := open(t, blend(1))
	for id := 1; id <= 100; id++ {
		s.Handle(start(t, id))
		m, _ := end(t, messages)
		if done, ok := m.(protocol.Done); !ok || done.ID != id {
			t.Fatalf("got %+v, want Done of run %d", m, id)
		}
	}
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name   string
		run    runnerFunc
		code   engine.Code
		broken bool
	}{
		{"a person's error keeps its code", func(context.Context, engine.Request, func(engine.Progress)) (*engine.Result, error) {
			return nil, engine.Errorf(engine.InvalidPicture, "No picture.")
		}, engine.InvalidPicture, false},
		{"an unknown error is internal", func(context.Context, engine.Request, func(engine.Progress)) (*engine.Result, error) {
			return nil, errors.New("secret path")
		}, engine.Internal, false},
		{"a panic is internal, and the worker is broken", func(context.Context, engine.Request, func(engine.Progress)) (*engine.Result, error) {
			panic("secret panic")
		}, engine.Internal, true},
		{"no picture is internal", func(context.Context, engine.Request, func(engine.Progress)) (*engine.Result, error) {
			return nil, nil
		}, engine.Internal, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, messages := open(t, test.run)
			for id := 1; id <= 2; id++ { // a failure leaves the session usable
				s.Handle(start(t, id))
				m, _ := end(t, messages)
				failed, ok := m.(protocol.Failed)
				if !ok || failed.ID != id || failed.Code != test.code || failed.Message == "" || failed.Broken != test.broken {
					t.Fatalf("got %+v, want Failed %s of run %d", m, test.code, id)
				}
				if _, _, err := protocol.Encode(failed); err != nil {
					t.Errorf("the answer cannot be sent: %v", err)
				}
			}
		})
	}
}

func TestMessageThatCannotBeReadIsAnswered(t *testing.T) {
	s, messages := open(t, blend(1))
	s.Refuse(errors.New("protocol: unknown kind"))
	if failed, ok := next(t, messages).(protocol.Failed); !ok || failed.ID != 0 || failed.Code != engine.Internal {
		t.Errorf("got %+v, want Failed internal without a run", failed)
	}
	s.Handle(protocol.Ready{}) // of the wrong direction: logged, and no more
	s.Handle(start(t, 1))
	if m, _ := end(t, messages); m.(protocol.Done).ID != 1 {
		t.Errorf("got %+v, want Done", m)
	}
}

// The worker answers Foresee with an estimate, or with the reason why there is none.
func TestForesee(t *testing.T) {
	s, messages := open(t, blend(1))
	s.Foresee = func(_ context.Context, url string, o engine.Outline) (engine.Estimate, error) {
		if o.Masks > 0 {
			return engine.Estimate{}, engine.Errorf(engine.TooLarge, "%s is too little.", url)
		}
		return engine.Estimate{Size: o.Content.X}, nil
	}
	s.Handle(protocol.Foresee{ID: 3, WeightsURL: "weights", Outline: engine.Outline{Content: image.Pt(70, 50)}})
	if m, ok := next(t, messages).(protocol.Foreseen); !ok || m.ID != 3 || m.Estimate.Size != 70 {
		t.Errorf("the answer is %+v", m)
	}
	s.Handle(protocol.Foresee{ID: 4, WeightsURL: "weights", Outline: engine.Outline{Masks: 1}})
	if m, ok := next(t, messages).(protocol.Failed); !ok || m.ID != 4 || m.Code != engine.TooLarge || m.Message != "weights is too little." {
		t.Errorf("the answer is %+v", m)
	}
}

// Scribbles are grown between runs, not during one.
func TestGrow(t *testing.T) {
	hold := make(chan struct{})
	s, messages := open(t, runnerFunc(func(ctx context.Context, req engine.Request, _ func(engine.Progress)) (*engine.Result, error) {
		<-hold
		return &engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 1, 1)), Recipe: req.Recipe}, nil
	}))
	ask := protocol.Grow{ID: 5, Picture: image.NewNRGBA(image.Rect(0, 0, 6, 2)), Seeds: []byte{1, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 2}}
	s.Handle(ask)
	grown, ok := next(t, messages).(protocol.Grown)
	if !ok || grown.ID != 5 || len(grown.Mask) != 12 || grown.Mask[0] != 255 || grown.Mask[1] < 128 || grown.Mask[5] != 0 {
		t.Errorf("the answer is %+v", grown)
	}
	s.Handle(start(t, 6))
	s.Handle(ask)
	if m, ok := next(t, messages).(protocol.Failed); !ok || m.ID != 5 || m.Code != engine.Busy {
		t.Errorf("during a run the answer is %+v", m)
	}
	close(hold)
	if m, _ := end(t, messages); m.(protocol.Done).ID != 6 {
		t.Errorf("the run ends with %+v", m)
	}
}

// Scribbles are grown by what the network sees, and by colours alone where there is none: the
// picture has one colour, and to the network two halves.
func TestGrowBySight(t *testing.T) {
	const w, h = 40, 8
	half := &segment.Sight{W: w / segment.Cell, H: h / segment.Cell, C: 1}
	for i := range half.W * half.H {
		half.Values = append(half.Values, float32(i%half.W/(half.W/2)))
	}
	ask := protocol.Grow{ID: 5, WeightsURL: "weights", Picture: image.NewNRGBA(image.Rect(0, 0, w, h)), Seeds: make([]byte, w*h)}
	for i := range 2 * w {
		if i%w < 8 {
			ask.Seeds[i] = segment.Inside
		}
	}
	asked, logged := "", 0
	s, messages := open(t, blend(1))
	s.Log = func(string, ...any) { logged++ }
	grown := func() (share float64) {
		t.Helper()
		s.Handle(ask)
		m, ok := next(t, messages).(protocol.Grown)
		if !ok || m.ID != 5 || len(m.Mask) != w*h {
			t.Fatalf("the answer is %+v", m)
		}
		for _, v := range m.Mask {
			if v > 127 {
				share += 1. / (w * h)
			}
		}
		return share
	}
	s.See = func(_ context.Context, url string, img *image.NRGBA) (*segment.Sight, error) {
		asked = url
		if img != ask.Picture {
			t.Error("another picture is looked at")
		}
		return half, nil
	}
	if got := grown(); got < 0.4 || got > 0.75 || asked != "weights" || logged > 0 {
		t.Errorf("by the network at %q %.2f of the picture is in, %d lines are logged", asked, got, logged)
	}
	s.See = func(context.Context, string, *image.NRGBA) (*segment.Sight, error) { return nil, errors.New("offline") }
	if got := grown(); got < 0.99 || logged != 1 {
		t.Errorf("by colours alone %.2f of the picture is in, %d lines are logged", got, logged)
	}
	ask.WeightsURL = ""
	if got := grown(); got < 0.99 || logged != 1 {
		t.Errorf("without an address %.2f of the picture is in, %d lines are logged", got, logged)
	}

	// While the network is waited for, it can be stopped.
	ask.WeightsURL = "weights"
	begun := make(chan bool)
	s.See = func(ctx context.Context, _ string, _ *image.NRGBA) (*segment.Sight, error) {
		begun <- true
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s.Handle(ask)
	<-begun
	s.Handle(protocol.Cancel{ID: 5})
	if m, ok := next(t, messages).(protocol.Failed); !ok || m.ID != 5 || m.Code != engine.Cancelled || logged != 1 {
		t.Errorf("stopped, the answer is %+v, %d lines are logged", m, logged)
	}

	// Nor is it waited for without end.
	s.Seeing = time.Millisecond
	s.Handle(ask)
	<-begun
	if m, ok := next(t, messages).(protocol.Grown); !ok || m.ID != 5 || logged != 2 {
		t.Errorf("without a network in time the answer is %+v, %d lines are logged", m, logged)
	}
}
