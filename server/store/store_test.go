package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/server/store"
)

func open(t *testing.T, opt store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A value that was put is there when the directory is opened again, and only one store at a
// time can open a directory.
func TestKeeps(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	if _, err := store.Open(t.Context(), store.Options{Dir: dir}); err == nil || engine.AsError(err).Code != engine.Unavailable {
		t.Errorf("opened twice, it says %v", err)
	}
	kv, err := s.JetStream().CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.PutString(t.Context(), "key", "value"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, store.Options{Dir: dir})
	kv, err = s.JetStream().KeyValue(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := kv.Get(t.Context(), "key"); err != nil || string(e.Value()) != "value" {
		t.Errorf("got %v, %v", e, err)
	}
}

func TestElsewhere(t *testing.T) {
	here := open(t, store.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
	there := open(t, store.Options{URL: here.URL()})
	if _, err := there.JetStream().CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "b"}); err != nil {
		t.Fatal(err)
	}
	if _, err := here.JetStream().KeyValue(t.Context(), "b"); err != nil {
		t.Errorf("the bucket made there is not here: %v", err)
	}
}

func TestCannotOpen(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for name, opt := range map[string]store.Options{
		"nobody there":  {URL: "nats://127.0.0.1:1"},
		"wrong address": {Dir: t.TempDir(), Listen: "here"},
		"wrong port":    {Dir: t.TempDir(), Listen: "127.0.0.1:99999"},
	} {
		_, err := store.Open(ctx, opt)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}
