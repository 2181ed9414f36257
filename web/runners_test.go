//go:build !js

package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/jobs/jobstest"
	"trappedinart/wasm/protocol"
	session "trappedinart/wasm/worker"
	"trappedinart/web/words"
	"trappedinart/weights"
)

// A painter is an engine whose every step, and whose end, the test allows.
type painter struct {
	steps int
	step  chan struct{}
	err   error
}

func (p *painter) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	img := image.NewNRGBA(image.Rect(0, 0, 4, 3))
	var so *engine.Result
	for i := range p.steps + 1 {
		select {
		case <-p.step:
		case <-ctx.Done():
			return so, engine.AsError(ctx.Err())
		}
		if i < p.steps {
			report(engine.Progress{Stage: engine.Painting, Scale: 1, Scales: 1, Iteration: i + 1, Iterations: p.steps, Preview: img})
			so = &engine.Result{Picture: img, Recipe: req.Recipe}
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return so, nil
}

// steps returns a painter of n steps, the first of which are allowed.
func steps(n, allowed int) *painter {
	p := &painter{steps: n, step: make(chan struct{}, n+1)}
	for range allowed {
		p.step <- struct{}{}
	}
	return p
}

func request(t *testing.T) engine.Request {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, image.NewNRGBA(image.Rect(0, 0, 4, 3))); err != nil {
		t.Fatal(err)
	}
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	r.Size = 64
	f := engine.File{Name: "picture.png", Data: buf.Bytes()}
	return engine.Request{Recipe: r, Content: f, Styles: []engine.File{f}, PreviewEvery: time.Millisecond}
}

// direct is a line to a worker in this process, through encoded messages.
type direct struct {
	session *session.Session
	closed  bool
}

func (d *direct) Post(m protocol.Message) error {
	head, buffers, err := protocol.Encode(m)
	if err != nil {
		return err
	}
	back, err := protocol.Decode(head, buffers)
	if err != nil {
		return err
	}
	d.session.Handle(back)
	return nil
}

func (d *direct) Close() { d.closed = true }

func byWorker(t *testing.T, p engine.Runner) engine.Runner {
	return &workerRunner{
		open: func(in *inbox) (line, error) {
			d := &direct{session: &session.Session{
				Runner: func(string) engine.Runner { return p },
				Post:   func(m protocol.Message) { in.put(m) },
				Yield:  func() {},
				Log:    t.Logf,
			}}
			d.session.Open()
			return d, nil
		},
		address:  func(context.Context, string) (string, error) { return "/weights/small", nil },
		patience: time.Second, grace: time.Second,
	}
}

func byServer(t *testing.T, p engine.Runner) engine.Runner {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	q := jobstest.Open(t, p, log, jobs.Options{})
	s := httptest.NewServer(handler.New(handler.Config{
		Site: http.NotFoundHandler(), Weights: &weights.Store{}, Queue: q, Decode: pixel.Decode, Log: log,
		UploadBytes: 1 << 20, IntakeBytes: 8 << 20, UploadIdle: time.Minute, UploadTime: time.Minute, PictureMegapixels: 1, Megapixels: 1, Keep: time.Hour, MemoryBytes: 1 << 30,
	}))
	t.Cleanup(s.Close)
	base, err := url.Parse(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	return &serverRunner{base: base, client: s.Client(), decode: pixel.Decode}
}

// Here or there, a caller cannot tell the difference.
func TestRunnersAreAlike(t *testing.T) {
	for name, by := range map[string]func(*testing.T, engine.Runner) engine.Runner{"worker": byWorker, "server": byServer} {
		t.Run(name, func(t *testing.T) {
			var last engine.Progress
			previews := 0
			p := steps(3, 1)
			res, err := by(t, p).Run(t.Context(), request(t), func(now engine.Progress) {
				if now.Iteration > last.Iteration {
					p.step <- struct{}{} // goes on once this one was seen
				}
				last = now
				if now.Preview != nil {
					previews++
				}
			})
			if err != nil || res == nil || res.Picture.Rect.Dx() != 4 {
				t.Fatalf("got %+v, %v", res, err)
			}
			if last.Stage != engine.Painting || last.Iteration != 3 || previews == 0 {
				t.Errorf("the last report is %+v, after %d previews", last, previews)
			}

			failing := steps(1, 2)
			failing.err = engine.Errorf(engine.MissingLayer, "There is no relu9_9.")
			_, err = by(t, failing).Run(t.Context(), request(t), func(engine.Progress) {})
			if e := engine.AsError(err); e == nil || e.Code != engine.MissingLayer || e.Message != "There is no relu9_9." {
				t.Errorf("a failure becomes %v", err)
			}

			ctx, cancel := context.WithCancel(t.Context())
			res, err = by(t, steps(100, 2)).Run(ctx, request(t), func(p engine.Progress) {
				if p.Iteration == 2 {
					cancel()
				}
			})
			if e := engine.AsError(err); e == nil || e.Code != engine.Cancelled || res == nil || res.Picture == nil {
				t.Errorf("stopped, it gives %+v and %v", res, err)
			}

			ctx, cancel = context.WithCancel(t.Context())
			cancel()
			if res, err := by(t, steps(100, 0)).Run(ctx, request(t), func(engine.Progress) {}); engine.AsError(err).Code != engine.Cancelled || res != nil {
				t.Errorf("stopped at once, it gives %+v and %v", res, err)
			}
		})
	}
}

// recorder keeps the request that it is given, and obeys its control once.
type recorder struct {
	got   engine.Request
	taken *engine.Recipe
}

func (r *recorder) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	r.got = req
	report(engine.Progress{Stage: engine.Painting, Scale: 1, Scales: 1, Iteration: 1, Iterations: 1})
	for req.Control != nil && r.taken == nil {
		next, err := req.Control.Take(ctx)
		if err != nil {
			return nil, err
		}
		r.taken = next
		time.Sleep(time.Millisecond)
	}
	return &engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 4, 3)), Recipe: req.Recipe}, nil
}

// Masks come through, here and there.
func TestMasksComeThrough(t *testing.T) {
	for name, by := range map[string]func(*testing.T, engine.Runner) engine.Runner{"worker": byWorker, "server": byServer} {
		req := request(t)
		req.Styles = append(req.Styles, req.Content)
		mask := func(name string) engine.File { return engine.File{Name: name, Data: req.Content.Data} }
		req.Masks = []engine.File{{}, mask("m")}
		req.StyleMasks = []engine.File{mask("n"), {}}
		req.Keep, req.Start = mask("k"), mask("s")
		req.Control = &engine.Control{}
		changed := req.Recipe
		changed.Strength = 77
		if err := req.Control.Change(changed); err != nil {
			t.Fatal(err)
		}
		r := &recorder{}
		if _, err := by(t, r).Run(t.Context(), req, func(engine.Progress) {}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := r.got
		if len(got.Masks) != 2 || len(got.Masks[0].Data) != 0 || got.Masks[1].Name != "m" || len(got.StyleMasks) < 1 || got.StyleMasks[0].Name != "n" ||
			got.Keep.Name != "k" || got.Start.Name != "s" || !bytes.Equal(got.Keep.Data, req.Keep.Data) {
			t.Errorf("%s: the masks come as %+v, %+v, %+v, %+v", name, got.Masks, got.StyleMasks, got.Keep, got.Start)
		}
		if r.taken == nil || r.taken.Strength != 77 {
			t.Errorf("%s: the run takes %+v", name, r.taken)
		}
	}
}

// Scribbles grow in the worker, between runs.
func TestGrow(t *testing.T) {
	p := steps(1, 2)
	r := byWorker(t, p).(*workerRunner)
	img := image.NewNRGBA(image.Rect(0, 0, 4, 1))
	for range 2 {
		grown, err := r.Grow(t.Context(), img, []uint8{1, 0, 0, 2})
		if err != nil || len(grown) != 4 || grown[0] != 255 || grown[3] != 0 {
			t.Fatalf("grown to %d, %v", grown, err)
		}
		if _, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); err != nil {
			t.Fatal(err)
		}
		p.step = steps(1, 2).step
	}
	r.running.Lock()
	defer r.running.Unlock()
	if _, err := r.Grow(t.Context(), img, []uint8{1, 0, 0, 2}); engine.AsError(err).Code != engine.Busy {
		t.Errorf("during a run it says %v", err)
	}
}

func TestOneRunAtATime(t *testing.T) {
	p := steps(2, 1)
	r := byWorker(t, p)
	begun := make(chan struct{}, 4)
	done := make(chan error)
	go func() {
		_, err := r.Run(t.Context(), request(t), func(engine.Progress) { begun <- struct{}{} })
		done <- err
	}()
	<-begun // preparing
	<-begun // the first step
	if _, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); engine.AsError(err).Code != engine.Busy {
		t.Errorf("a second run gives %v", err)
	}
	p.step <- struct{}{}
	p.step <- struct{}{}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNoServerAndNoWorker(t *testing.T) {
	base, _ := url.Parse("http://127.0.0.1:1/")
	_, err := (&serverRunner{base: base, client: http.DefaultClient, decode: pixel.Decode}).Run(t.Context(), request(t), func(engine.Progress) {})
	if e := engine.AsError(err); e.Code != engine.Unavailable || e.Message != words.Offline {
		t.Errorf("without a server: %v", err)
	}
	r := &workerRunner{
		open:    func(*inbox) (line, error) { return nil, errors.New("no workers") },
		address: func(context.Context, string) (string, error) { return "/", nil },
	}
	if _, err := r.Run(t.Context(), request(t), func(engine.Progress) {}); engine.AsError(err).Message != words.NoWorker {
		t.Errorf("without a worker: %v", err)
	}
}
