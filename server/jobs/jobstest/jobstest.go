// Package jobstest opens queues for tests.
package jobstest

import (
	"context"
	"log/slog"
	"testing"

	"trappedinart/engine"
	"trappedinart/server/jobs"
	"trappedinart/server/store"
)

// Open returns a queue in a directory of the test, with one worker that runs p.
func Open(t testing.TB, p engine.Runner, log *slog.Logger, opt jobs.Options) *jobs.Queue {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	q, err := jobs.NewQueue(t.Context(), s.JetStream(), log, opt)
	if err != nil {
		s.Close()
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- (&jobs.Worker{JetStream: s.JetStream(), Runner: p, Log: log}).Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		q.Close()
		s.Close()
	})
	return q
}
