package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/image/draw"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/server/api"
)

const (
	previewEvery = time.Second
	reportEvery  = 200 * time.Millisecond // enough for an eye
)

// errGivenBack is how a job ends here that is to go on elsewhere.
var errGivenBack = errors.New("the job is given back")

// errLimit is how a job ends that has had its time.
var errLimit = errors.New("the job has had its time")

// A run is one attempt at a job.
type run struct {
	*lease
	holder   string // of the lease
	log      *slog.Logger
	end      context.CancelCauseFunc
	before   time.Duration // spent in earlier attempts
	began    time.Time
	count    uint64 // of reports
	reported time.Time
	said     engine.Progress // what is said once, which whoever is slow would miss
	painted  bool
	save     chan []byte // has room for one checkpoint
	saved    chan struct{}
}

// run paints, and leaves what became of it in the state: nil if the job has ended, and
// otherwise why not.
func (w *Worker) run(ctx context.Context, log *slog.Logger, l *lease, deliveries uint64) error {
	if l.state.Attempts > maxAttempts || deliveries >= maxDeliveries {
		return l.fail(engine.Errorf(engine.Internal, "The painting was started %d times and broke off each time. Try a smaller size or the small network.", l.state.Attempts-1))
	}
	painting, end := context.WithCancelCause(ctx)
	defer end(nil)
	r := &run{
		lease: l, holder: l.state.Lease, log: log, end: end, before: l.state.Spent, began: time.Now(),
		save: make(chan []byte, 1), saved: make(chan struct{}),
	}
	if err := l.watch(painting, end); err != nil {
		return err
	}
	if w.Limit > 0 {
		left := time.AfterFunc(w.Limit-r.before, func() { end(errLimit) })
		defer left.Stop()
	}
	req, err := r.request(painting)
	if e := (*engine.Error)(nil); errors.As(err, &e) {
		return l.fail(e)
	}
	if err != nil {
		return err
	}
	req.Control = &engine.Control{}
	if err := r.steer(painting, l.id, req.Control); err != nil {
		return err
	}
	req.PreviewEvery, req.CheckpointEvery = previewEvery, w.CheckpointEvery
	if req.CheckpointEvery == 0 {
		req.CheckpointEvery = 10 * time.Second
	}
	go r.keepCheckpoints()
	res, err := r.paint(painting, w.Runner, req)
	if engine.AsError(err) != nil && engine.AsError(err).Code == engine.InvalidRecipe && req.Checkpoint != nil && !r.painted {
		log.Warn("the checkpoint cannot be gone on from; beginning anew", "err", err)
		req.Checkpoint = nil
		res, err = r.paint(painting, w.Runner, req)
	}
	close(r.save)
	<-r.saved // who alone changes the state until then
	return r.ended(ctx, painting, res, err)
}

// request reads what is to be painted, from the checkpoint on if there is one.
func (r *run) request(ctx context.Context) (engine.Request, error) {
	data, err := r.uploads.GetBytes(ctx, r.id)
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return engine.Request{}, engine.Errorf(engine.NotFound, "The pictures expired before they could be painted. Send them again.")
	}
	if err != nil {
		return engine.Request{}, err
	}
	req, err := decodeUpload(data)
	if err == nil && r.state.Checkpoint != "" {
		req.Checkpoint, err = r.paintings.GetBytes(ctx, r.state.Checkpoint)
		if errors.Is(err, jetstream.ErrObjectNotFound) || errors.Is(err, jetstream.ErrDigestMismatch) {
			req.Checkpoint, err = nil, nil // then from the beginning
		}
	}
	return req, err
}

// paint runs the engine. A panic becomes an error, as the worker has other jobs.
func (r *run) paint(ctx context.Context, runner engine.Runner, req engine.Request) (res *engine.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			res, err = nil, fmt.Errorf("job panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return runner.Run(ctx, req, r.report)
}

// report publishes progress, and hands checkpoints over to be kept. It waits for nothing.
func (r *run) report(p engine.Progress) {
	r.painted = r.painted || p.Stage == engine.Painting
	if p.Checkpoint != nil {
		select {
		case r.save <- p.Checkpoint:
		default: // the one before is still on its way
		}
	}
	now := time.Now()
	if p.Preview == nil && p.Estimate == nil && p.Note == "" && now.Sub(r.reported) < reportEvery {
		return
	}
	r.reported = now
	r.count++
	wire := api.Progress{Progress: p.Over(r.said)}
	r.said = engine.Progress{Estimate: wire.Estimate, Note: wire.Note}
	m := nats.NewMsg(progressSubject + r.id)
	m.Header.Set(leaseHeader, r.holder)
	m.Header.Set(countHeader, strconv.FormatUint(r.count, 10))
	if p.Preview != nil {
		// In base64 it is a third longer, and the rest of the message is short.
		if wire.Preview = preview(p.Preview, int(r.js.Conn().MaxPayload()/4*3)-4096); wire.Preview != nil {
			m.Header.Set(previewHeader, "1")
		}
	}
	var err error
	if m.Data, err = json.Marshal(wire); err != nil {
		r.log.Error("a report cannot be written", "err", err)
		return
	}
	_ = r.js.Conn().PublishMsg(m) // dropped if there is no connection
}

// preview is the picture as a file of at most so many bytes, made smaller if need be.
func preview(img image.Image, most int) []byte {
	for {
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 85}); err != nil {
			return nil
		}
		if buf.Len() <= most {
			return buf.Bytes()
		}
		half := image.NewRGBA(image.Rect(0, 0, (img.Bounds().Dx()+1)/2, (img.Bounds().Dy()+1)/2))
		draw.ApproxBiLinear.Scale(half, half.Rect, img, img.Bounds(), draw.Src, nil)
		img = half
	}
}

// keepCheckpoints keeps the checkpoints that it is given until there are no more. It ends a write that it has
// begun, so that the state that is known is true.
func (r *run) keepCheckpoints() {
	defer close(r.saved)
	for data := range r.save {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		err := r.keep(ctx, data, func(*state) {})
		cancel()
		switch {
		case errors.Is(err, errTaken), errors.Is(err, errRemoved):
			r.end(err)
		case err != nil:
			r.log.Warn("a checkpoint cannot be kept", "err", err)
		}
	}
}

// keep keeps a checkpoint instead of the one before, and changes the state with it.
//
// A job has two names for checkpoints, in turn. A worker that was only slow may so write
// an older checkpoint over a newer: the picture comes out the same from both.
func (r *run) keep(ctx context.Context, data []byte, change func(*state)) error {
	names := checkpoints(r.id)
	next, before := names[0], names[1]
	if r.state.Checkpoint == next {
		next, before = before, next
	}
	if err := r.paintings.put(ctx, next, data); err != nil {
		return err
	}
	err := r.update(ctx, func(s *state) {
		s.Checkpoint, s.Attempts, s.Spent = next, 0, r.spent()
		change(s)
	})
	if err == nil {
		r.drop(before)
	}
	return err
}

func (r *run) spent() time.Duration { return r.before + time.Since(r.began) }

// ended leaves what became of the painting in the state.
func (r *run) ended(ctx, painting context.Context, res *engine.Result, err error) error {
	if err == nil && res == nil {
		err = errors.New("no result and no error")
	}
	cause := context.Cause(painting)
	switch {
	case errors.Is(cause, errTaken):
		return cause
	case errors.Is(cause, errRemoved):
		r.forget(r.id, &r.state) // what was kept meanwhile
		return cause
	case err == nil:
		return r.finish(ctx, res)
	case errors.Is(cause, errLimit):
		err = engine.Errorf(engine.TooLarge, "The painting took longer than this server allows. Choose a smaller size, fewer iterations or the small network.")
	case ctx.Err() != nil:
		return r.giveBack(res)
	}
	if e := engine.AsError(err); e.Code == engine.Internal {
		r.log.Error("job failed", "err", errors.Unwrap(e))
	}
	return r.fail(engine.AsError(err))
}

// finish keeps the result: once, as only the holder of the lease can say where it is.
func (r *run) finish(ctx context.Context, res *engine.Result) error {
	var png bytes.Buffer
	if err := pixel.EncodeResult(&png, res, pixel.PNG, false); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*patience) // JetStream may just be away
	defer cancel()
	name := resultName(r.id, r.holder)
	for {
		err := r.paintings.put(ctx, name, png.Bytes())
		switch {
		case isFull(err):
			return r.fail(errFull())
		case err == nil:
			facts := api.ResultOf(res)
			facts.Elapsed += engine.SecondsOf(r.before)
			err = r.update(ctx, func(s *state) { s.State, s.Spent, s.Result = api.Done, r.spent(), facts })
			if err != nil {
				r.drop(name)
			}
			if errors.Is(err, errRemoved) {
				r.forget(r.id, &r.state)
			}
			return err
		case ctx.Err() != nil:
			return err
		}
		r.log.Warn("the result cannot be kept; trying again", "err", err)
		pause(ctx)
	}
}

// giveBack keeps where the painting is and lets another go on with it.
func (r *run) giveBack(res *engine.Result) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := errors.New("no checkpoint")
	if res != nil && res.Checkpoint != nil {
		err = r.keep(ctx, res.Checkpoint, func(s *state) { s.State = api.Queued })
	}
	if err != nil && !errors.Is(err, errTaken) && !errors.Is(err, errRemoved) {
		r.log.Warn("the job is given back as it was kept last", "err", err)
		err = r.update(ctx, func(s *state) { s.State, s.Attempts = api.Queued, max(s.Attempts-1, 0) })
	}
	if err != nil {
		return err
	}
	return errGivenBack
}

// fail ends the job with a reason.
func (l *lease) fail(e *engine.Error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*patience)
	defer cancel()
	return l.update(ctx, func(s *state) { s.State, s.Code, s.Message = api.Failed, e.Code, e.Message })
}
