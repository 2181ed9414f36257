package jobs

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// A state is a job as the queue knows it.
type state struct {
	State string `json:"state"` // of api; one that was cancelled is removed
	Token []byte `json:"token"` // SHA-256 of it
	// Order is the first revision, by which jobs wait, once there is a second.
	Order uint64 `json:"order,omitempty"`
	// Lease names the last worker that painted, unguessably; Step counts its writes.
	Lease string `json:"lease,omitempty"`
	Step  int    `json:"step,omitempty"`
	// Attempts is how often it was begun since it last came further.
	Attempts   int           `json:"attempts,omitempty"`
	Spent      time.Duration `json:"spent,omitempty"`      // painting
	Checkpoint string        `json:"checkpoint,omitempty"` // its name among the paintings
	Result     *api.Result   `json:"result,omitempty"`     // what became of it, beside the picture
	Code       engine.Code   `json:"code,omitempty"`       // why it failed
	Message    string        `json:"message,omitempty"`
}

func (s *state) err() *engine.Error {
	if s.State != api.Failed {
		return nil
	}
	return &engine.Error{Code: s.Code, Message: s.Message}
}

// Reasons why a lease ends before its job.
var (
	errRemoved = errors.New("the job was removed")
	errTaken   = errors.New("another worker has taken the job")
)

// A lease is a worker's right to change a job's state.
type lease struct {
	*buckets
	id       string
	state    state
	revision uint64
}

// take makes the job of that id ours, or returns errRemoved. One that is final it
// returns as it is.
func (b *buckets) take(ctx context.Context, id string) (*lease, error) {
	for {
		e, err := b.states.Get(ctx, id)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil, errRemoved
		}
		if err != nil {
			return nil, err
		}
		l := &lease{buckets: b, id: id, revision: e.Revision()}
		if err := json.Unmarshal(e.Value(), &l.state); err != nil {
			return nil, err
		}
		if final(l.state.State) {
			return l, nil
		}
		before := l.state.Lease
		err = l.update(ctx, func(s *state) {
			if s.Order == 0 {
				s.Order = e.Revision()
			}
			s.State, s.Lease, s.Step, s.Attempts = api.Running, rand.Text(), 0, s.Attempts+1
		})
		if err == nil && before != "" { // who may have been killed between its last two steps
			b.drop(resultName(id, before))
		}
		if !errors.Is(err, errTaken) {
			return l, err
		}
	}
}

// update changes the state if nobody else has. It tries until ctx ends where JetStream
// does not answer, and recognises what it wrote before an answer was lost.
func (l *lease) update(ctx context.Context, change func(*state)) error {
	for {
		next := l.state
		next.Step++
		change(&next)
		value, err := json.Marshal(next)
		if err != nil {
			return err
		}
		revision, err := l.states.Update(ctx, l.id, value, l.revision)
		if err == nil {
			l.state, l.revision = next, revision
			return nil
		}
		e, err := l.states.Get(ctx, l.id)
		var now state
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
			return errRemoved
		case err != nil || e.Revision() == l.revision: // not answered, or nothing has changed
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second / 4):
			}
		case json.Unmarshal(e.Value(), &now) != nil || now.Lease != next.Lease:
			return errTaken
		default: // this, or what we gave up to write before
			l.state, l.revision = now, e.Revision()
			if bytes.Equal(e.Value(), value) {
				return nil
			}
		}
	}
}

// watch calls end with the reason when the lease ends, until ctx ends.
func (l *lease) watch(ctx context.Context, end func(error)) error {
	mine, since := l.state.Lease, l.revision
	return follow(ctx, l.states, l.id, func(e jetstream.KeyValueEntry) {
		var now state
		switch {
		case e.Operation() != jetstream.KeyValuePut:
			end(errRemoved)
		case json.Unmarshal(e.Value(), &now) == nil && now.Lease != mine && e.Revision() > since:
			end(errTaken)
		}
	})
}

// follow calls what with the value of a key and each later one, until ctx ends.
func follow(ctx context.Context, kv jetstream.KeyValue, key string, what func(jetstream.KeyValueEntry)) error {
	w, err := kv.Watch(ctx, key)
	if err != nil {
		return err
	}
	go func() {
		defer w.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case e, ok := <-w.Updates():
				if !ok {
					return
				}
				if e != nil { // nil is that there is nothing more for now
					what(e)
				}
			}
		}
	}()
	return nil
}
