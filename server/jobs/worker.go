package jobs

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
)

// A Worker paints jobs, one after the other.
type Worker struct {
	JetStream jetstream.JetStream
	Runner    engine.Runner
	Log       *slog.Logger
	// CheckpointEvery is the shortest time between two checkpoints; 10 s if zero.
	CheckpointEvery time.Duration
	// Limit is how long a job may be painted in all; no limit if zero.
	Limit time.Duration
}

// Run works until ctx ends. Then it finishes the iteration, keeps a checkpoint, gives
// the job back, and returns nil. While there is no queue it waits for one.
func (w *Worker) Run(ctx context.Context) error {
	var b *buckets
	for said := false; ; {
		var err error
		if b, err = w.bind(ctx); err == nil {
			break
		}
		if ctx.Err() != nil {
			return nil
		}
		if !said {
			w.Log.Info("waiting for a server to set up the queue", "err", err)
			said = true
		}
		pause(ctx)
	}
	for ctx.Err() == nil {
		wait, cancel := context.WithTimeout(ctx, 5*time.Second)
		msg, err := b.consumer.Next(jetstream.FetchContext(wait))
		cancel()
		switch {
		case err == nil:
			w.do(ctx, b, msg)
		case ctx.Err() != nil, errors.Is(err, nats.ErrTimeout), errors.Is(err, context.DeadlineExceeded), errors.Is(err, jetstream.ErrNoMessages):
		default:
			w.Log.Warn("no job can be asked for; trying again", "err", err)
			pause(ctx)
		}
	}
	return nil
}

func (w *Worker) bind(ctx context.Context) (*buckets, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return bind(ctx, w.JetStream)
}

func pause(ctx context.Context) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
}

// maxAttempts is how often a job is begun without coming further, before it is taken to
// be what breaks its workers.
const maxAttempts = 5

// do paints the job that a message asks for, and answers the message.
func (w *Worker) do(ctx context.Context, b *buckets, msg jetstream.Msg) {
	id := strings.TrimPrefix(msg.Subject(), jobSubject)
	log := w.Log.With("job", id)
	alive, stop := context.WithCancel(context.Background())
	defer stop()
	go stayAlive(alive, msg, b.consumer.CachedInfo().Config.AckWait/3)

	l, err := b.take(ctx, id)
	switch {
	case errors.Is(err, errRemoved):
		acknowledge(log, msg)
		return
	case err != nil:
		log.Warn("the job cannot be begun", "err", err)
		answer(log, msg.NakWithDelay(time.Second))
		return
	case final(l.state.State): // and its worker was stopped before it could say so
		b.clean(id)
		acknowledge(log, msg)
		return
	}
	log.Info("job begins", "attempt", l.state.Attempts, "from_checkpoint", l.state.Checkpoint != "")
	began := time.Now()
	deliveries := uint64(0)
	if meta, err := msg.Metadata(); err == nil {
		deliveries = meta.NumDelivered
	}
	switch err := w.run(ctx, log, l, deliveries); {
	case errors.Is(err, errGivenBack):
		log.Info("job is given back")
		answer(log, msg.Nak())
	case errors.Is(err, errRemoved):
		log.Info("job was removed")
		acknowledge(log, msg)
	case errors.Is(err, errTaken):
		log.Warn("job was taken by another worker") // whose the message is
		b.cleanEnded(id)
	case err != nil:
		log.Error("the job broke off", "err", err)
		answer(log, msg.NakWithDelay(time.Second))
	default:
		log.Info("job ends", "state", l.state.State, "code", string(l.state.Code), "took", time.Since(began).Round(time.Millisecond))
		b.clean(id)
		acknowledge(log, msg)
	}
}

// stayAlive says that the job is being painted, until ctx ends.
func stayAlive(ctx context.Context, msg jetstream.Msg, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = msg.InProgress() // the next may come through
		}
	}
}

// acknowledge removes the message. If that does not come through, it comes again, to a
// job that has ended.
func acknowledge(log *slog.Logger, msg jetstream.Msg) { answer(log, msg.Ack()) }

func answer(log *slog.Logger, err error) {
	if err != nil {
		log.Warn("NATS cannot be told of a job", "err", err)
	}
}
