package jobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/server/api"
)

// Options are the limits of a Local queue; zeros take the defaults.
type Options struct {
	Waiting int           // jobs that may wait; 16
	Keep    time.Duration // how long a job is kept from when it was handed over; 24 h
	Bytes   int           // of pictures and results held at once; 1 GiB
}

// Local is a queue in memory, worked on by one goroutine. What it holds is gone when
// the process ends.
type Local struct {
	runner engine.Runner
	opt    Options
	log    *slog.Logger
	stop   context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	jobs    map[string]*job
	waiting []*job
	bytes   int
	wake    chan struct{} // has room for one
}

type job struct {
	id      string
	token   [sha256.Size]byte // hashed
	req     engine.Request
	bytes   int
	status  Status
	changed chan struct{} // closed at the next change
	result  []byte
	cancel  context.CancelFunc // while running
	expiry  *time.Timer
}

var _ Queue = (*Local)(nil)

// NewLocal starts a queue that runs its jobs on runner.
func NewLocal(runner engine.Runner, log *slog.Logger, opt Options) *Local {
	if opt.Waiting == 0 {
		opt.Waiting = 16
	}
	if opt.Keep == 0 {
		opt.Keep = 24 * time.Hour
	}
	if opt.Bytes == 0 {
		opt.Bytes = 1 << 30
	}
	ctx, stop := context.WithCancel(context.Background())
	q := &Local{runner: runner, opt: opt, log: log, stop: stop, done: make(chan struct{}), jobs: map[string]*job{}, wake: make(chan struct{}, 1)}
	go q.work(ctx)
	return q
}

func (q *Local) Close() error {
	q.stop()
	<-q.done
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.jobs {
		q.remove(j)
	}
	return nil
}

func (q *Local) Submit(_ context.Context, req engine.Request) (id, token string, err error) {
	j := &job{id: rand.Text(), req: req, bytes: len(req.Content.Data), changed: make(chan struct{})}
	for _, s := range req.Styles {
		j.bytes += len(s.Data)
	}
	token = rand.Text()
	j.token = sha256.Sum256([]byte(token))
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= q.opt.Waiting || q.bytes+j.bytes > q.opt.Bytes {
		return "", "", engine.Errorf(engine.Busy, "The server has too much to do; please try again in a few minutes.")
	}
	q.bytes += j.bytes
	q.jobs[j.id] = j
	q.waiting = append(q.waiting, j)
	j.status.Expires = time.Now().Add(q.opt.Keep)
	j.expiry = time.AfterFunc(q.opt.Keep, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.remove(j)
	})
	q.change(j, func(s *Status) { s.State, s.Position = api.Queued, len(q.waiting) })
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return j.id, token, nil
}

// change changes a job's status and wakes who waits for it. q.mu is held.
func (q *Local) change(j *job, f func(*Status)) {
	f(&j.status)
	j.status.Number++
	close(j.changed)
	j.changed = make(chan struct{})
}

// find returns the job of that id to who has its token. q.mu is held.
func (q *Local) find(id, token string) (*job, error) {
	j, ok := q.jobs[id]
	if !ok {
		j = &job{} // compared with all the same, so that nobody can time which ids there are
	}
	sum := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(sum[:], j.token[:]) != 1 || !ok {
		return nil, engine.Errorf(engine.NotFound, "There is no such job, or it has expired, or the token is another's.")
	}
	return j, nil
}

func (q *Local) Wait(ctx context.Context, id, token string, after uint64) (Status, error) {
	for {
		q.mu.Lock()
		j, err := q.find(id, token)
		if err != nil {
			q.mu.Unlock()
			return Status{}, err
		}
		status, changed := j.status, j.changed
		q.mu.Unlock()
		if status.Number > after || status.Final() {
			return status, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Status{}, ctx.Err()
		}
	}
}

func (q *Local) Result(_ context.Context, id, token string) ([]byte, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j, err := q.find(id, token)
	if err != nil {
		return nil, err
	}
	if j.status.State != api.Done {
		return nil, engine.Errorf(engine.NotFound, "This job has no result; it is %s.", j.status.State)
	}
	return j.result, nil
}

func (q *Local) Cancel(_ context.Context, id, token string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	j, err := q.find(id, token)
	if err != nil {
		return err
	}
	q.remove(j)
	return nil
}

// remove stops a job and forgets its pictures. Who waits for it hears that it was
// cancelled. q.mu is held.
func (q *Local) remove(j *job) {
	if q.jobs[j.id] != j {
		return
	}
	j.expiry.Stop()
	if j.cancel != nil {
		j.cancel()
	}
	delete(q.jobs, j.id)
	q.bytes -= j.bytes + len(j.result)
	j.req, j.result = engine.Request{}, nil
	if i := slices.Index(q.waiting, j); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.place()
	}
	if !j.status.Final() {
		q.change(j, func(s *Status) { s.State = api.Cancelled })
	}
}

// place tells waiting jobs their positions. q.mu is held.
func (q *Local) place() {
	for i, j := range q.waiting {
		if j.status.Position != i+1 {
			q.change(j, func(s *Status) { s.Position = i + 1 })
		}
	}
}

// work runs jobs until ctx ends.
func (q *Local) work(ctx context.Context) {
	defer close(q.done)
	for {
		j, running := q.next(ctx)
		if j == nil {
			select {
			case <-q.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		png, err := q.run(running, j)
		q.finish(j, png, err)
	}
}

// next takes the first waiting job, with a context that Cancel ends.
func (q *Local) next(ctx context.Context) (*job, context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	j := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	running, cancel := context.WithCancel(ctx)
	j.cancel = cancel
	q.change(j, func(s *Status) { s.State, s.Position = api.Running, 0 })
	q.place()
	return j, running
}

// run makes the painting. A panic becomes an error, as the server has other jobs.
func (q *Local) run(ctx context.Context, j *job) (png []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("job panicked: %v\n%s", p, debug.Stack())
		}
	}()
	q.mu.Lock()
	req := j.req
	q.mu.Unlock()
	const often = 200 * time.Millisecond // enough for an eye
	var last time.Time
	res, err := q.runner.Run(ctx, req, func(p engine.Progress) {
		if now := time.Now(); p.Preview != nil || p.Estimate != nil || now.Sub(last) >= often {
			last = now
			q.report(j, p)
		}
	})
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	err = pixel.EncodeResult(&buf, res, pixel.PNG, false)
	return buf.Bytes(), err
}

func (q *Local) report(j *job, p engine.Progress) {
	wire := &api.Progress{
		Stage: p.Stage, Scale: p.Scale, Scales: p.Scales, Width: p.Width, Height: p.Height,
		Iteration: p.Iteration, Iterations: p.Iterations, Fraction: p.Fraction, Remaining: p.Remaining.Seconds(),
		Loss: p.Loss, Content: p.Content, Style: p.Style, Variation: p.Variation,
	}
	if p.Preview != nil {
		wire.Preview = preview(p.Preview)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if j.status.Final() {
		return
	}
	q.change(j, func(s *Status) {
		if wire.Preview != nil {
			s.PreviewNumber = s.Number + 1
		} else if s.Progress != nil {
			wire.Preview = s.Progress.Preview // who comes late sees it as well
		}
		s.Progress = wire
	})
}

// preview is the picture as a small file.
func preview(img *image.NRGBA) []byte {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 85}); err != nil {
		return nil
	}
	return buf.Bytes()
}

func (q *Local) finish(j *job, png []byte, err error) {
	if err != nil {
		e := engine.AsError(err)
		if e.Code == engine.Internal {
			q.log.Error("job failed", "err", errors.Unwrap(e))
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	j.cancel()
	j.cancel = nil
	if q.jobs[j.id] != j {
		return // removed while it ran
	}
	// The uploaded pictures have done what they were for.
	q.bytes += len(png)
	for _, f := range append([]engine.File{j.req.Content}, j.req.Styles...) {
		q.bytes -= len(f.Data)
		j.bytes -= len(f.Data)
	}
	j.req = engine.Request{}
	q.change(j, func(s *Status) {
		if err != nil {
			s.State, s.Err = api.Failed, engine.AsError(err)
			return
		}
		s.State, j.result = api.Done, png
	})
}
