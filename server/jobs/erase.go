package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A queue overwrites expired jobs on the disk, as JetStream would leave them there until it needs the
// place. JetStream drops by itself those that no queue has erased so much later, because none ran.
const slack = time.Hour

// sweepEvery is how often that is looked for, or an eighth of what is kept, if that is less.
const sweepEvery = time.Minute

// sweep erases until ctx ends.
func (q *Queue) sweep(ctx context.Context) {
	tick := time.NewTicker(min(sweepEvery, max(q.opt.Keep/8, time.Millisecond)))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, j := range q.index.expired(time.Now()) {
			if q.eraseState(ctx, j.id, j.revision) == nil {
				q.forget(j.id, &j.state)
			}
		}
		for _, b := range []*bucket{q.uploads, q.paintings} {
			if err := b.sweep(ctx, q.opt.Keep); err != nil && ctx.Err() == nil {
				q.log.Warn("what has had its time cannot be erased; trying again", "bucket", b.name, "err", err)
			}
		}
	}
}

// sweep erases all that has been there for so long, also what a process left that was killed
// while it wrote. The first message of a stream is the oldest.
func (b *bucket) sweep(ctx context.Context, keep time.Duration) error {
	for {
		info, err := b.stream.Info(ctx)
		if err != nil || info.State.Msgs == 0 || time.Since(info.State.FirstTime) < keep {
			return err
		}
		if err := b.stream.SecureDeleteMsg(ctx, info.State.FirstSeq); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return err
		}
	}
}

// eraseState removes a job's state of that revision, if it has not changed, and says so to
// those who watch. The sentence by which a job failed and its notes may name files: so the
// revision itself is overwritten, which the bucket keeps beside the mark of its removal.
// Where it was made by a version that forbade that, it is dropped.
func (b *buckets) eraseState(ctx context.Context, id string, revision uint64) error {
	if err := b.states.Delete(ctx, id, jetstream.LastRevision(revision)); err != nil {
		return err
	}
	stream, err := b.js.Stream(ctx, statesName)
	if err != nil {
		return err
	}
	if stream.CachedInfo().Config.DenyDelete {
		return b.states.Purge(ctx, id)
	}
	if err := stream.SecureDeleteMsg(ctx, revision); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return err
	}
	return nil
}
