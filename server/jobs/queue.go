package jobs

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// A Queue takes jobs and tells how they are. Ids and tokens are unguessable. Whoever
// has not a job's token is told that there is no such job. It may be used by several
// goroutines.
type Queue struct {
	*buckets
	opt   Options
	log   *slog.Logger
	index *index
	stop  context.CancelFunc
	done  chan struct{}

	sweeping sync.WaitGroup
	metrics
}

// patience is how long JetStream may take to answer.
const patience = 30 * time.Second

// NewQueue opens the queue on JetStream, and makes it where there is none.
func NewQueue(ctx context.Context, js jetstream.JetStream, log *slog.Logger, opt Options) (*Queue, error) {
	q := &Queue{opt: opt.orDefaults(), log: log, done: make(chan struct{})}
	var err error
	if q.buckets, err = create(ctx, js, q.opt); err != nil {
		return nil, &engine.Error{Code: engine.Unavailable, Message: "The queue cannot be set up on NATS: " + err.Error() + ".", Err: err}
	}
	q.metrics = newMetrics()
	q.index = newIndex(log, q.opt.Keep, q.count)
	// A server that cannot keep up misses reports.
	reports, err := js.Conn().Subscribe(progressSubject+"*", q.index.report)
	if err != nil {
		return nil, err
	}
	const most, mostBytes = 1024, 32 << 20
	if err := reports.SetPendingLimits(most, mostBytes); err != nil {
		return nil, err
	}
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	q.stop = func() { stop(); _ = reports.Unsubscribe() }
	ready := make(chan struct{})
	go q.follow(following, ready)
	select {
	case <-ready:
		err = q.mend(ctx)
		q.sweeping.Go(func() { q.sweep(following) })
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// mend gives each job that has not ended a message that workers hear of: a server that
// was killed may have left one half handed over, and one that was given back while NATS
// ended is not given out again before its worker would be missed. From such a job on, all
// that wait get new messages, so that their order stays.
func (q *Queue) mend(ctx context.Context) error {
	moved := false
	for _, j := range q.index.unfinished() {
		m, err := q.queue.GetLastMsgForSubject(ctx, jobSubject+j.id)
		var opt []jetstream.PublishOpt
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			q.log.Warn("a job had no message; it is given to the workers again", "job", j.id)
			opt = append(opt, jetstream.WithMsgID(j.id)) // another server may be just about to
		case err != nil:
			return answered(err)
		case j.state.State != api.Queued || j.state.Lease == "" && !moved:
			continue
		default:
			moved = true
			if err := q.queue.DeleteMsg(ctx, m.Sequence); err != nil {
				continue // its worker has just finished it
			}
		}
		if _, err := q.js.Publish(ctx, jobSubject+j.id, nil, opt...); err != nil && !isFull(err) {
			return answered(err)
		}
	}
	return nil
}

// follow keeps the index up to date, whatever happens to the connection.
func (q *Queue) follow(ctx context.Context, ready chan struct{}) {
	defer close(q.done)
	for {
		err := q.index.follow(ctx, q.states, func() {
			select {
			case <-ready:
			default:
				close(ready)
			}
		})
		if ctx.Err() != nil {
			return
		}
		q.log.Warn("the jobs' states are not heard of; trying again", "err", err)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return
		}
	}
}

// Close stops to follow what happens. The jobs stay.
func (q *Queue) Close() error {
	q.stop()
	<-q.done
	q.sweeping.Wait()
	return nil
}

// Ready says whether JetStream answers, within two seconds.
func (q *Queue) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := q.queue.Info(ctx); err != nil {
		return answered(err)
	}
	return nil
}

// Room returns an error of code Busy if no job can be taken now, for a caller that asks
// before it has one.
func (q *Queue) Room() error {
	n := q.index.count()
	if n[api.Queued]+n[api.Running] >= q.opt.Jobs {
		return errBusy()
	}
	return nil
}

func errBusy() *engine.Error {
	return engine.Errorf(engine.Busy, "The server has too much to do. Please try again in a few minutes.")
}

func errFull() *engine.Error {
	return engine.Errorf(engine.Busy, "The server has no space for more pictures now. Please try again later, or with smaller pictures.")
}

// Submit takes a request that was checked before, and returns once it is on disk. It
// fails with code Busy if there is too much.
func (q *Queue) Submit(ctx context.Context, req engine.Request) (id, token string, err error) {
	if err := q.Room(); err != nil {
		return "", "", err
	}
	data, err := encodeUpload(&req)
	if err != nil {
		return "", "", err
	}
	err = q.uploads.room(ctx, int64(len(data)))
	if err == nil {
		err = q.paintings.room(ctx, q.opt.Bytes/8) // for what is being painted
	}
	if err != nil {
		return "", "", answered(err)
	}
	// A client that goes away now leaves a whole job or none.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	id, token = rand.Text(), rand.Text()
	sum := sha256.Sum256([]byte(token))
	st, err := json.Marshal(state{State: api.Queued, Token: sum[:]})
	if err != nil {
		return "", "", err
	}
	err = q.uploads.put(ctx, id, data)
	var revision uint64
	if err == nil {
		revision, err = q.states.Create(ctx, id, st)
	}
	if err == nil {
		if _, err = q.js.Publish(ctx, jobSubject+id, nil, jetstream.WithMsgID(id)); isFull(err) {
			err = errBusy()
		}
	}
	if err == nil {
		err = q.index.reach(ctx, revision)
	}
	if err != nil {
		_ = q.states.Purge(ctx, id)
		q.forget(id, &state{})
		return "", "", answered(err)
	}
	return id, token, nil
}

// answered is an error as a client reads it.
func answered(err error) error {
	var e *engine.Error
	switch {
	case errors.As(err, &e):
		return e
	case isFull(err):
		return errFull()
	}
	return &engine.Error{Code: engine.Unavailable, Message: "The server's queue does not answer. Please try again in a minute.", Err: err}
}

// ids are what rand.Text returns.
var ids = regexp.MustCompile(`^[A-Z2-7]{26}$`)

func errUnknown() error {
	return engine.Errorf(engine.NotFound, "There is no such job: it has expired, or the token belongs to another.")
}

// find returns the job of that id to a caller with its token.
func (q *Queue) find(ctx context.Context, id, token string) (*entry, error) {
	var j *entry
	var want []byte // the SHA-256 of its token
	if ids.MatchString(id) {
		if j, want = q.index.find(id); j == nil { // just taken by another server, perhaps
			e, err := q.states.Get(ctx, id)
			if err == nil {
				if err = q.index.reach(ctx, e.Revision()); err == nil {
					j, want = q.index.find(id)
				}
			}
			if err != nil && !errors.Is(err, jetstream.ErrKeyNotFound) {
				return nil, answered(err)
			}
		}
	}
	if j == nil {
		want = make([]byte, sha256.Size) // compared with all the same, so that nobody can time which ids there are
	}
	sum := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(sum[:], want) != 1 || j == nil {
		return nil, errUnknown()
	}
	return j, nil
}

// Status returns how a job stands.
func (q *Queue) Status(ctx context.Context, id, token string) (Status, error) {
	j, err := q.find(ctx, id, token)
	if err != nil {
		return Status{}, err
	}
	s, _, _ := q.index.status(j)
	return s, nil
}

// A Watch tells what happens to one job, to one goroutine.
type Watch struct {
	index *index
	job   *entry
	told  uint64 // the version
}

// Watch returns a watch of the job. Nothing is queued for it: who looks seldom sees only
// the newest.
func (q *Queue) Watch(ctx context.Context, id, token string) (*Watch, error) {
	j, err := q.find(ctx, id, token)
	if err != nil {
		return nil, err
	}
	return &Watch{index: q.index, job: j}, nil
}

// Next waits until there is something new, and returns how the job stands: the first
// time at once.
func (w *Watch) Next(ctx context.Context) (Status, error) {
	for {
		s, version, changed := w.index.status(w.job)
		if version != w.told {
			w.told = version
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Status{}, ctx.Err()
		}
	}
}

// Result returns the finished picture, a PNG file, and how many bytes it has.
func (q *Queue) Result(ctx context.Context, id, token string) (io.ReadCloser, int64, error) {
	j, err := q.find(ctx, id, token)
	if err != nil {
		return nil, 0, err
	}
	q.index.mu.Lock()
	st := j.state
	q.index.mu.Unlock()
	if st.State != api.Done {
		return nil, 0, engine.Errorf(engine.NotFound, "This job has no result. It is %s.", st.State)
	}
	o, err := q.paintings.Get(ctx, resultName(id, st.Lease))
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil, 0, errUnknown()
	}
	if err != nil {
		return nil, 0, answered(err)
	}
	info, err := o.Info()
	if err != nil {
		return nil, 0, answered(err)
	}
	return o, int64(info.Size), nil
}

// Cancel stops the job within one iteration, and removes it and its pictures.
func (q *Queue) Cancel(ctx context.Context, id, token string) error {
	if _, err := q.find(ctx, id, token); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for {
		e, err := q.states.Get(ctx, id)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return q.index.gone(ctx, id) // by another
		}
		if err != nil {
			return answered(err)
		}
		var st state
		if err := json.Unmarshal(e.Value(), &st); err != nil {
			return err
		}
		// Of the revision that was read, as the next may name another object.
		err = q.eraseState(ctx, id, e.Revision())
		switch {
		case err == nil:
			q.forget(id, &st)
			return q.index.gone(ctx, id)
		case errors.Is(err, nats.ErrTimeout), ctx.Err() != nil:
			return answered(err)
		}
	}
}
