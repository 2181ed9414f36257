package jobs

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/internal/await"
	"trappedinart/server/api"
	"trappedinart/server/store"
)

// silent is a bucket whose watcher never says that it has told all, as happens when states
// expire while they are told.
type silent struct{ jetstream.KeyValue }

type watcher struct {
	jetstream.KeyWatcher
	updates chan jetstream.KeyValueEntry
}

func (w watcher) Updates() <-chan jetstream.KeyValueEntry { return w.updates }

func (s silent) WatchAll(ctx context.Context, opts ...jetstream.WatchOpt) (jetstream.KeyWatcher, error) {
	inner, err := s.KeyValue.WatchAll(ctx, opts...)
	if err != nil {
		return nil, err
	}
	w := watcher{inner, make(chan jetstream.KeyValueEntry)}
	go func() {
		for e := range inner.Updates() {
			if e == nil {
				continue
			}
			select {
			case w.updates <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return w, nil
}

// An index is ready although its watcher does not say so, and not before it has heard of all.
func TestFollowKnowsByItself(t *testing.T) {
	js := stream(t)
	for n := range 3 {
		kv := made(t, js, fmt.Sprintf("silent_%d", n), time.Hour, n)
		x := newIndex(slog.New(slog.DiscardHandler), time.Hour, func(_, _ *state) {})
		followed(t, x, silent{kv})
		if len(x.jobs) != n {
			t.Errorf("of %d jobs it is ready with %d", n, len(x.jobs))
		}
	}
}

// An index becomes ready even if states expire while it reads them.
func TestFollowWhileStatesExpire(t *testing.T) {
	js := stream(t)
	var all sync.WaitGroup
	for i := range 100 {
		kv := made(t, js, fmt.Sprintf("short_%d", i), time.Second, 5)
		all.Go(func() {
			await.Time(t, time.Duration(i)*10*time.Millisecond) // some begin before they expire, others while they do
			followed(t, newIndex(slog.New(slog.DiscardHandler), time.Second, func(_, _ *state) {}), kv)
		})
	}
	all.Wait()
}

// revised is one revision of a job's state.
type revised struct {
	jetstream.KeyValueEntry
	id       string
	value    []byte
	revision uint64
}

func (r revised) Key() string                     { return r.id }
func (r revised) Value() []byte                   { return r.value }
func (r revised) Revision() uint64                { return r.revision }
func (r revised) Created() time.Time              { return time.Time{} }
func (r revised) Operation() jetstream.KeyValueOp { return jetstream.KeyValuePut }

// A job is found while its state changes. The race detector looks on.
func TestFindWhileStatesChange(t *testing.T) {
	x := newIndex(slog.New(slog.DiscardHandler), time.Hour, func(_, _ *state) {})
	q := &Queue{index: x}
	sum := sha256.Sum256([]byte("token"))
	value, err := json.Marshal(state{State: api.Running, Token: sum[:]})
	if err != nil {
		t.Fatal(err)
	}
	id := rand.Text()
	x.hear(revised{id: id, value: value, revision: 1})
	var all sync.WaitGroup
	all.Go(func() {
		for r := range uint64(1000) {
			x.hear(revised{id: id, value: value, revision: 2 + r})
		}
	})
	for range 1000 {
		if _, err := q.Status(t.Context(), id, "token"); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Status(t.Context(), id, "another"); err == nil {
			t.Fatal("another's token opens the job")
		}
	}
	all.Wait()
}

func stream(t *testing.T) jetstream.JetStream {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.JetStream()
}

func made(t *testing.T, js jetstream.JetStream, name string, ttl time.Duration, states int) jetstream.KeyValue {
	t.Helper()
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: name, TTL: ttl, Storage: jetstream.MemoryStorage})
	if err != nil {
		t.Fatal(err)
	}
	for i := range states {
		if _, err := kv.Put(t.Context(), fmt.Sprintf("job%d", i), []byte(`{"state":"queued"}`)); err != nil {
			t.Fatal(err)
		}
	}
	return kv
}

// followed follows the bucket until the index is ready.
func followed(t *testing.T, x *index, kv jetstream.KeyValue) {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := x.follow(ctx, kv, stop); !errors.Is(err, context.Canceled) {
		t.Errorf("the index of %s is not ready in a minute: %v", kv.Bucket(), err)
	}
}
