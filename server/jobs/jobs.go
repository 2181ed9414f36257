// Package jobs runs paintings that people hand over. A Queue takes jobs and tells how
// they are, a Worker paints them; any number of both may run in any number of processes,
// as all that there is of a job is on JetStream:
//
//	stream TRAPPED_JOBS       a message for each job that is not finished, removed when
//	                          it is acknowledged; given to another worker when the one
//	                          that has it is not heard of for a while
//	bucket trapped_jobs       what is known of each job (state), changed only by
//	                          comparing revisions
//	bucket trapped_uploads    pictures, until the job is finished
//	bucket trapped_paintings  checkpoints, until the job is finished, and results
//
// Progress is published without being kept: who is slow misses some of it.
//
// A worker that takes a job writes a lease of its own into the state. One that was only
// slow, and whose job another has taken meanwhile, finds another's lease where it wants
// to write, and stops. So a job has one result, though it may be begun several times.
package jobs

import (
	"time"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// Options are the limits of a queue; zeros take the defaults.
type Options struct {
	Jobs  int           // that may be waiting and running at once; 16
	Keep  time.Duration // how long pictures and results are kept; 24 h
	Bytes int64         // of disk for pictures, checkpoints and results; 4 GiB
	// Silence is how long a worker may not be heard of before its job goes to another;
	// 15 s.
	Silence  time.Duration
	Replicas int // of everything, on a cluster; 1
}

func (o Options) orDefaults() Options {
	if o.Jobs == 0 {
		o.Jobs = 16
	}
	if o.Keep == 0 {
		o.Keep = 24 * time.Hour
	}
	if o.Bytes == 0 {
		o.Bytes = 4 << 30
	}
	if o.Silence == 0 {
		o.Silence = 15 * time.Second
	}
	if o.Replicas == 0 {
		o.Replicas = 1
	}
	return o
}

// A Mark is a place in the order of what happens to a job.
type Mark struct{ Revision, Count uint64 }

// After says whether m comes after the other.
func (m Mark) After(other Mark) bool {
	return m.Revision > other.Revision || m.Revision == other.Revision && m.Count > other.Count
}

// A Report is progress as it is sent: an api.Progress in JSON, on one line, to be shared
// and not changed.
type Report struct {
	Mark Mark
	Data []byte
}

// A Status is how a job stands.
type Status struct {
	Mark     Mark
	State    string // of api
	Position int    // in the queue, from 1, while queued
	// Latest is the newest report, and Preview the newest that has a preview, while
	// running; without Data if there is none.
	Latest, Preview Report
	Result          *api.Result   // what became of it, when done
	Err             *engine.Error // why it failed
	Expires         time.Time
}

// Final reports whether the status will not change any more.
func (s Status) Final() bool { return final(s.State) }

func final(state string) bool {
	return state == api.Done || state == api.Failed || state == api.Cancelled
}
