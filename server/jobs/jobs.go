// Package jobs runs paintings that people hand over: one after the other, watched from
// outside. Queue is what the server knows of it; Local is the queue in this process.
package jobs

import (
	"context"
	"time"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// A Queue takes jobs and tells how they are. Ids and tokens are unguessable. Whoever
// has not a job's token is told that there is no such job.
type Queue interface {
	// Submit takes a request that was checked before. It fails with code Busy if too
	// much is waiting.
	Submit(ctx context.Context, req engine.Request) (id, token string, err error)
	// Wait returns the job's status once its number is greater than after, which 0
	// makes at once.
	Wait(ctx context.Context, id, token string, after uint64) (Status, error)
	// Result returns the finished picture, a PNG file.
	Result(ctx context.Context, id, token string) ([]byte, error)
	// Cancel stops the job within one iteration and removes its pictures.
	Cancel(ctx context.Context, id, token string) error
	// Close stops everything.
	Close() error
}

// A Status is how a job stands.
type Status struct {
	Number   uint64 // grows with every change
	State    string // of api
	Position int    // in the queue, from 1, while queued
	Progress *api.Progress
	// PreviewNumber is the number of the change that brought Progress.Preview.
	PreviewNumber uint64
	Err           *engine.Error // why it failed
	Expires       time.Time
}

// Final reports whether the status will not change any more.
func (s Status) Final() bool {
	return s.State == api.Done || s.State == api.Failed || s.State == api.Cancelled
}
