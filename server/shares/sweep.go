package shares

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
)

// Run sweeps until ctx ends.
func (s *Shares) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Warn("shares that have expired cannot be erased; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep overwrites on the disk the shares whose time is over.
func (s *Shares) Sweep(ctx context.Context) error {
	info, err := s.stream.Info(ctx, jetstream.WithSubjectFilter(subject+"*.head"))
	if err != nil {
		return reached(err)
	}
	s.sweeping.Lock()
	defer s.sweeping.Unlock()
	for id := range s.expires {
		if _, there := info.State.Subjects[subject+id+".head"]; !there {
			delete(s.expires, id)
		}
	}
	var failed []error
	for name := range info.State.Subjects {
		id := strings.TrimSuffix(strings.TrimPrefix(name, subject), ".head")
		if time.Now().Before(s.expires[id]) {
			continue
		}
		share, err := s.head(ctx, id)
		if e := engine.AsError(err); e != nil && e.Code == engine.NotFound {
			continue // it was deleted since
		}
		if err == nil && time.Now().Before(share.Expires) {
			s.expires[id] = share.Expires
			continue
		}
		if err == nil {
			err = s.purge(share)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
