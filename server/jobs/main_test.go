package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/internal/await"
	"trappedinart/internal/program"
	"trappedinart/server/jobs"
	"trappedinart/server/store"
	"trappedinart/weights"
)

// This program is also the processes that the tests kill: a NATS server, and workers.
const (
	roleVariable = "TRAPPED_TEST_ROLE"
	whereTo      = "TRAPPED_TEST_WHERE"
)

func TestMain(m *testing.M) {
	role, where := os.Getenv(roleVariable), os.Getenv(whereTo)
	if role == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	opt := store.Options{URL: where}
	if role == "nats" {
		opt = store.Options{Dir: where, Listen: "127.0.0.1:0"}
	}
	s, err := store.Open(ctx, opt)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer s.Close()
	switch role {
	case "nats":
		fmt.Println(s.URL())
		<-ctx.Done()
	case "worker":
		fmt.Println("ready")
		w := jobs.Worker{JetStream: s.JetStream(), Runner: painter(), Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), CheckpointEvery: 50 * time.Millisecond}
		if err := w.Run(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "crash":
		fmt.Println("ready")
		w := jobs.Worker{JetStream: s.JetStream(), Runner: crash{}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
		_ = w.Run(ctx)
	}
}

func painter() engine.Runner {
	return &transfer.Runner{Backend: cpu.New(1), Weights: (&weights.Store{}).Named, Decode: pixel.Decode}
}

// crash ends its process whatever it is to paint.
type crash struct{}

func (crash) Run(context.Context, engine.Request, func(engine.Progress)) (*engine.Result, error) {
	os.Exit(3)
	return nil, nil
}

// start starts this program in another role, and returns when it has begun.
func start(t *testing.T, role, where string) *program.Program {
	t.Helper()
	p := program.Start(t, os.Args[0], []string{roleVariable + "=" + role, whereTo + "=" + where})
	p.Line(t, 1, "")
	return p
}

// terminate asks a program to end, and returns its log.
func terminate(t *testing.T, p *program.Program) string {
	t.Helper()
	p.Signal(t, syscall.SIGTERM)
	if err := p.Ended(t); err != nil {
		t.Errorf("it ends with %v", err)
	}
	return p.Log()
}

// bench is a queue and what is behind it.
type bench struct {
	*testing.T
	*jobs.Queue
	url string // of NATS
	js  jetstream.JetStream
}

// everywhere runs a test with NATS in this process, and with one in another.
func everywhere(t *testing.T, opt jobs.Options, f func(*bench)) {
	for _, where := range []string{"here", "elsewhere"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			o := store.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"}
			if where == "elsewhere" {
				o = store.Options{URL: start(t, "nats", o.Dir).Line(t, 1, "")}
			}
			f(open(t, o, opt))
		})
	}
}

func open(t *testing.T, o store.Options, opt jobs.Options) *bench {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if opt.Silence == 0 {
		opt.Silence = time.Second
	}
	q, err := jobs.NewQueue(t.Context(), s.JetStream(), slog.New(slog.DiscardHandler), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	b := &bench{T: t, Queue: q, js: s.JetStream(), url: o.URL}
	if b.url == "" {
		b.url = s.URL()
	}
	return b
}

// work starts a worker in this process, until the test or the returned function ends it.
func (b *bench) work(w jobs.Worker) (stop func()) {
	w.JetStream, w.Log = b.js, slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stop = func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
		done <- nil
	}
	b.Cleanup(stop)
	return stop
}

// A ticket is a job that was taken.
type ticket struct{ id, token string }

func (b *bench) submit(req engine.Request) ticket {
	b.Helper()
	id, token, err := b.Submit(b.Context(), req)
	if err != nil {
		b.Fatal(err)
	}
	return ticket{id, token}
}

// until watches a job until it is so.
func (b *bench) until(of ticket, so func(jobs.Status) bool) jobs.Status {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	w, err := b.Watch(ctx, of.id, of.token)
	if err != nil {
		b.Fatal(err)
	}
	for {
		s, err := w.Next(ctx)
		if err != nil {
			b.Fatalf("%v, while it is %+v", err, s)
		}
		if so(s) {
			return s
		}
	}
}

// goesOn has another worker end a job from its checkpoint, with the picture that it would
// have been.
func (b *bench) goesOn(of ticket, req engine.Request) {
	b.Helper()
	other := start(b.T, "worker", b.url)
	if !bytes.Equal(b.result(of), undisturbed(b.T, req)) {
		b.Error("another picture")
	}
	if log := terminate(b.T, other); !strings.Contains(log, "from_checkpoint=true") {
		b.Error("it begins again")
	}
	b.kept(1)
}

func (b *bench) result(of ticket) []byte {
	b.Helper()
	b.until(of, jobs.Status.Final)
	r, size, err := b.Result(b.Context(), of.id, of.token)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil || int64(len(data)) != size {
		b.Fatalf("%d bytes of %d, %v", len(data), size, err)
	}
	return data
}

// objects returns the names in a bucket.
func (b *bench) objects(bucket string) []string {
	b.Helper()
	o, err := b.js.ObjectStore(b.Context(), bucket)
	if err != nil {
		b.Fatal(err)
	}
	// Its watcher waits for as many objects as there were when it began, and some may have
	// expired since: then it is asked again.
	for range 20 {
		ctx, stop := context.WithTimeout(b.Context(), time.Second)
		list, err := o.List(ctx)
		stop()
		if errors.Is(err, context.DeadlineExceeded) {
			continue
		}
		if err != nil && err != jetstream.ErrNoObjectsFound {
			b.Fatal(err)
		}
		var names []string
		for _, info := range list {
			names = append(names, info.Name)
		}
		return names
	}
	b.Fatalf("the objects in %s are not told in 20 s", bucket)
	return nil
}

// kept asserts what there is of jobs that have ended.
func (b *bench) kept(paintings int) {
	b.Helper()
	await.Right(b, "the files of ended jobs to go", func() string {
		up, down := b.objects("trapped_uploads"), b.objects("trapped_paintings")
		s, err := b.js.Stream(b.Context(), "TRAPPED_JOBS")
		if err != nil {
			b.Fatal(err)
		}
		left := s.CachedInfo().State.Msgs
		if len(up) == 0 && len(down) == paintings && left == 0 {
			return ""
		}
		return fmt.Sprintf("there are uploads %v, paintings %v, and %d messages", up, down, left)
	})
}

func picture(w, h int) engine.File {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x*y + 40) % 256), 255})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(err)
	}
	return engine.File{Name: "picture.png", Data: buf.Bytes()}
}

// request asks for a painting of so many iterations at 64 pixels, each of some
// milliseconds.
func request(iterations int) engine.Request {
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		panic(err)
	}
	r.Size, r.Scales, r.Iterations = 64, 1, iterations
	return engine.Request{Recipe: r, Content: picture(64, 48), Styles: []engine.File{picture(50, 50)}}
}

// undisturbed is the result of a run that nobody disturbs.
func undisturbed(t *testing.T, req engine.Request) []byte {
	t.Helper()
	res, err := painter().Run(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := pixel.EncodeResult(&buf, res, pixel.PNG, false); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// long is how many iterations a job has that is to be disturbed.
func long() int {
	if testing.Short() { // with the race detector, each takes some ten times as long
		return 24
	}
	return 60
}
