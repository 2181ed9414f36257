//go:build !js

package runner_test

import (
	"bytes"
	"context"
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
	"trappedinart/web/runner"
	"trappedinart/weights"
)

// An engineOf is the engine behind a runner, which the test may exchange between runs.
type engineOf struct{ engine.Runner }

// every returns the three runners, in process, by a worker's session and by the server's
// handler, and the engine behind each.
func every(t *testing.T) (map[string]engine.Runner, map[string]*engineOf) {
	t.Helper()
	runners, engines := map[string]engine.Runner{}, map[string]*engineOf{}
	for name, by := range map[string]func(*testing.T, engine.Runner) engine.Runner{
		"in process": func(_ *testing.T, p engine.Runner) engine.Runner { return p },
		"worker":     byWorker,
		"server":     byServer,
	} {
		engines[name] = &engineOf{}
		runners[name] = by(t, engines[name])
	}
	return runners, engines
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
	head, parts, err := protocol.Encode(m)
	if err != nil {
		return err
	}
	back, err := protocol.Decode(head, parts)
	if err != nil {
		return err
	}
	d.session.Handle(back)
	return nil
}

func (d *direct) Close()              { d.closed = true }
func (*direct) Checkpoint() []byte    { return nil }
func (*direct) Preview() *image.NRGBA { return nil }

func byWorker(t *testing.T, p engine.Runner) engine.Runner {
	return &runner.Worker{
		Open: func(in *runner.Inbox, _ runner.Means) (runner.Line, error) {
			d := &direct{session: &session.Session{
				Runner: func(string) engine.Runner { return p },
				Post:   func(m protocol.Message) { in.Put(m) },
				Yield:  func() {},
				Log:    t.Logf,
			}}
			d.session.Open()
			return d, nil
		},
		Address:  func(context.Context, string) (string, error) { return "/weights/small", nil },
		Patience: time.Second, Grace: time.Second,
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
	return &runner.Server{Base: base, Client: s.Client(), Decode: pixel.Decode}
}
