// Package worker is what the Web Worker does with the page's messages: it runs one
// painting at a time and says how it goes. It does not use syscall/js and is tested
// natively; the main program around it fetches, decodes and posts.
package worker

import (
	"context"
	"image"
	"runtime/debug"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/segment"
	"trappedinart/wasm/protocol"
)

// A Session is the worker's side of the conversation. Its fields are set before
// the first message and not changed.
type Session struct {
	// Version is what Ready says.
	Version string
	// Runner returns the engine that takes its network from that address.
	Runner func(weightsURL string) engine.Runner
	// Fetch gets a network from that address before it is needed, without waiting for it.
	Fetch func(weightsURL string)
	// Foresee says what a painting takes, by the network at that address.
	Foresee func(ctx context.Context, weightsURL string, o engine.Outline) (engine.Estimate, error)
	// See returns what the network at that address sees of a picture; it may be nil.
	See func(ctx context.Context, weightsURL string, img *image.NRGBA) (*segment.Sight, error)
	// Seeing is how long that is waited for, 5 s if it is 0.
	Seeing time.Duration
	// Post sends a message to the page. It is called by one goroutine at a time.
	Post func(protocol.Message)
	// Yield lets the page's messages in, which in a browser must be asked for. It
	// is called after every iteration.
	Yield func()
	// ReportEvery is the shortest time between two reports of how a painting goes on; 0 sends
	// each. Those in between are part of the next one.
	ReportEvery time.Duration
	// Log takes what a person need not see: causes, and stacks of panics.
	Log func(format string, args ...any)

	mu     sync.Mutex // also serialises Post
	id     int        // of the run that cancel stops and control steers
	cancel context.CancelFunc
	// control is the run's; it is nil when there is none.
	control *engine.Control
	runs    sync.WaitGroup
}

// Open says that the worker is ready.
func (s *Session) Open() {
	s.post(protocol.Ready{Version: s.Version})
}

// Handle does what a message asks. It does not wait for a run: Start returns as
// soon as the run is on its way.
func (s *Session) Handle(m protocol.Message) {
	switch m := m.(type) {
	case protocol.Start:
		s.start(m.ID, func(ctx context.Context) protocol.Message { return s.run(ctx, m) })
	case protocol.Grow:
		s.start(m.ID, func(ctx context.Context) protocol.Message { return s.grow(ctx, m) })
	case protocol.Foresee:
		s.start(m.ID, func(ctx context.Context) protocol.Message { return s.foresee(ctx, m) })
	case protocol.Fetch:
		s.Fetch(m.WeightsURL)
	case protocol.Cancel:
		s.stop(m.ID)
	case protocol.Steer:
		if err := s.controlOf(m.ID).Change(m.Recipe); err != nil {
			s.Log("the page steers wrongly: %v", err)
		}
	case protocol.Pause:
		s.controlOf(m.ID).Pause()
	case protocol.Resume:
		s.controlOf(m.ID).Resume()
	case protocol.Save:
		s.controlOf(m.ID).Save()
	default:
		s.Log("the page sent a %T, which only a worker sends", m)
	}
}

// Refuse answers a message that could not be read. The answer bears no run's ID,
// as none is known.
func (s *Session) Refuse(err error) {
	s.post(s.failed(0, err, nil))
}

// Wait returns when no run is left.
func (s *Session) Wait() { s.runs.Wait() }

// start begins what is done one at a time, and ended by Cancel.
func (s *Session) start(id int, act func(ctx context.Context) protocol.Message) {
	s.mu.Lock()
	if s.cancel != nil {
		s.mu.Unlock()
		err := engine.Errorf(engine.Busy, "A painting is already in progress. Stop it first, or wait until it is done.")
		s.post(s.failed(id, err, nil))
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.id, s.cancel, s.control = id, cancel, &engine.Control{}
	s.mu.Unlock()

	s.runs.Go(func() {
		answer := s.guarded(ctx, id, act)
		cancel()
		// The place is free before the page hears of it: it may start again at once.
		s.mu.Lock()
		s.cancel = nil
		s.mu.Unlock()
		s.post(answer)
	})
}

func (s *Session) stop(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil && s.id == id {
		s.cancel()
	}
}

// controlOf returns the control of the run, or one that nobody obeys.
func (s *Session) controlOf(id int) *engine.Control {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancel != nil && s.id == id {
		return s.control
	}
	return &engine.Control{}
}

// guarded returns what act does, or that it broke.
func (s *Session) guarded(ctx context.Context, id int, act func(ctx context.Context) protocol.Message) (answer protocol.Message) {
	defer func() {
		if p := recover(); p != nil {
			s.Log("panic: %v\n%s", p, debug.Stack())
			answer = protocol.Failed{ID: id, Code: engine.Internal, Message: engine.AsError(errPanic).Message, Broken: true}
		}
	}()
	return act(ctx)
}

// foresee returns what a painting takes.
func (s *Session) foresee(ctx context.Context, m protocol.Foresee) protocol.Message {
	e, err := s.Foresee(ctx, m.WeightsURL, m.Outline)
	if err != nil {
		return s.failed(m.ID, err, nil)
	}
	return protocol.Foreseen{ID: m.ID, Estimate: e}
}

// grow returns scribbles grown to borders.
func (s *Session) grow(ctx context.Context, m protocol.Grow) protocol.Message {
	mask, err := segment.Grow(ctx, m.Picture, m.Seeds, s.sight(ctx, m))
	if err != nil {
		return s.failed(m.ID, err, nil)
	}
	return protocol.Grown{ID: m.ID, Mask: mask}
}

// seeing is how long scribbles wait for the network. Colours alone are there at once.
func (s *Session) seeing() time.Duration {
	if s.Seeing > 0 {
		return s.Seeing
	}
	return 5 * time.Second
}

// sight returns what the network sees of the picture, or nil if it cannot be had.
func (s *Session) sight(ctx context.Context, m protocol.Grow) *segment.Sight {
	if m.WeightsURL == "" || s.See == nil {
		return nil
	}
	soon, stop := context.WithCancel(ctx)
	defer stop()
	defer time.AfterFunc(s.seeing(), stop).Stop() // contexts with deadlines would be new to the program, and large
	sight, err := s.See(soon, m.WeightsURL, m.Picture)
	if err != nil {
		if ctx.Err() == nil {
			s.Log("growing by colours alone: %v", err)
		}
		return nil
	}
	return sight
}

// run makes the painting and returns the message that ends the run.
func (s *Session) run(ctx context.Context, m protocol.Start) protocol.Message {
	request := m.Request
	request.Control = s.controlOf(m.ID)
	reports := &reports{every: s.ReportEvery, send: func(p engine.Progress) { s.post(protocol.Progress{ID: m.ID, Progress: p}) }}
	result, err := s.Runner(m.WeightsURL).Run(ctx, request, func(p engine.Progress) {
		reports.take(p, time.Now())
		s.Yield()
	})
	reports.flush()
	switch {
	case err != nil:
		return s.failed(m.ID, err, result)
	case result == nil || result.Picture == nil:
		return s.failed(m.ID, errEmpty, nil)
	}
	return protocol.Done{ID: m.ID, Result: result}
}

func (s *Session) failed(id int, err error, result *engine.Result) protocol.Failed {
	e := engine.AsError(err)
	if e.Code == engine.Internal {
		s.Log("internal: %v", err)
	}
	return protocol.Failed{ID: id, Code: e.Code, Message: e.Message, Result: result}
}

func (s *Session) post(m protocol.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Post(m)
}
