package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/server/api"
)

// An index is what a queue knows of all jobs, as it hears of it: the bucket of states
// in its order, and the reports of those that run.
type index struct {
	log     *slog.Logger
	keep    time.Duration
	changed func(before, after *state) // of a job; for counting

	mu    sync.Mutex
	jobs  map[string]*entry
	seen  uint64        // the last revision that was heard of
	heard chan struct{} // closed when seen grows
}

// An entry is one job. Those who watch keep it when it has left the index.
type entry struct {
	state    state
	revision uint64
	created  time.Time // when the revision was
	version  uint64    // grows with everything that a watcher is told
	changed  chan struct{}
	position int
	latest   Report
	preview  Report
	early    *nats.Msg // a report of a worker that is not known to paint yet
}

func newIndex(log *slog.Logger, keep time.Duration, changed func(before, after *state)) *index {
	return &index{log: log, keep: keep, changed: changed, jobs: map[string]*entry{}, heard: make(chan struct{})}
}

// asking is how often follow asks how much there is, until it is ready.
const asking = time.Second

// follow keeps the index up to date until ctx ends, and calls ready once it is.
//
// The watcher says so when as many states have come as there were when it began. Of these
// some may expire before they come; so the stream itself is asked as well.
func (x *index) follow(ctx context.Context, states jetstream.KeyValue, ready func()) error {
	w, err := states.WatchAll(ctx)
	if err != nil {
		return err
	}
	defer w.Stop()
	known := map[string]bool{}
	ask := time.NewTicker(asking)
	defer ask.Stop()
	begun := func() {
		ask.Stop()
		x.only(known)
		known = nil
		ready()
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ask.C:
			if known != nil && x.nothingToCome(ctx, states) {
				begun()
			}
		case e, ok := <-w.Updates():
			switch {
			case !ok && ctx.Err() != nil: // which ends the updates too
				return ctx.Err()
			case !ok:
				return nats.ErrConnectionClosed
			}
			if e == nil { // that is all that there was
				if known != nil {
					begun()
				}
				continue
			}
			if known != nil {
				known[e.Key()] = true
			}
			x.hear(e)
		}
	}
}

// nothingToCome says whether the index has heard of everything in the bucket's stream.
// Expired states were older than those that are there, as all are kept equally long.
func (x *index) nothingToCome(ctx context.Context, states jetstream.KeyValue) bool {
	ctx, stop := context.WithTimeout(ctx, asking)
	defer stop()
	status, err := states.Status(ctx)
	if err != nil {
		return false // it is asked again
	}
	of, ok := status.(interface{ StreamInfo() *jetstream.StreamInfo })
	if !ok {
		return false
	}
	s := of.StreamInfo().State
	x.mu.Lock()
	defer x.mu.Unlock()
	return s.Msgs == 0 || x.seen >= s.LastSeq
}

// only drops the jobs that are not known any more, and of which nobody said so.
func (x *index) only(known map[string]bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	maps.DeleteFunc(x.jobs, func(id string, _ *entry) bool { return !known[id] })
	x.place()
}

// hear takes in a new revision.
func (x *index) hear(e jetstream.KeyValueEntry) {
	var now state
	gone := e.Operation() != jetstream.KeyValuePut
	if !gone {
		if err := json.Unmarshal(e.Value(), &now); err != nil {
			x.log.Error("a job's state cannot be read", "job", e.Key(), "err", err)
			return
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen = max(x.seen, e.Revision())
	defer func() {
		close(x.heard)
		x.heard = make(chan struct{})
	}()
	j := x.jobs[e.Key()]
	switch {
	case gone:
		if j == nil {
			return
		}
		delete(x.jobs, e.Key())
		now = j.state
		if !final(now.State) {
			now.State = api.Cancelled
		}
	case j == nil:
		j = &entry{changed: make(chan struct{})}
		x.jobs[e.Key()] = j
	case e.Revision() <= j.revision: // heard before
		return
	}
	before := j.state
	if now.Order == 0 {
		now.Order = e.Revision()
	}
	j.state, j.revision, j.created = now, e.Revision(), e.Created()
	if before.State != now.State || before.Lease != now.Lease {
		if now.State != api.Running || before.Lease != now.Lease {
			j.latest, j.preview = Report{}, Report{}
		}
		if j.early != nil {
			j.take(j.early)
		}
		j.tell()
		x.place()
		x.changed(&before, &now)
	}
}

// tell wakes who watches.
func (j *entry) tell() {
	j.version++
	close(j.changed)
	j.changed = make(chan struct{})
}

// place tells waiting jobs their positions. x.mu is held.
func (x *index) place() {
	var waiting []*entry
	for _, j := range x.jobs {
		if j.state.State == api.Queued {
			waiting = append(waiting, j)
		}
	}
	slices.SortFunc(waiting, func(a, b *entry) int { return cmp.Compare(a.state.Order, b.state.Order) })
	for i, j := range waiting {
		if j.position != i+1 {
			j.position = i + 1
			j.tell()
		}
	}
}

// Headers of a report.
const (
	leaseHeader   = "Lease"
	countHeader   = "Count"
	previewHeader = "Preview" // "1" if it has one
)

// report takes in a report, if it is of the worker that paints now. It may come before
// the state that says so.
func (x *index) report(m *nats.Msg) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if j := x.jobs[m.Subject[len(progressSubject):]]; j != nil && j.take(m) {
		j.tell()
	}
}

// take takes in a report if it is news, and keeps it for later if it may be.
func (j *entry) take(m *nats.Msg) bool {
	if j.state.State != api.Running || j.state.Lease != m.Header.Get(leaseHeader) {
		j.early = m
		return false
	}
	j.early = nil
	count, err := strconv.ParseUint(m.Header.Get(countHeader), 10, 64)
	if err != nil || count <= j.latest.Mark.Count {
		return false
	}
	j.latest = Report{Mark{j.revision, count}, m.Data}
	if m.Header.Get(previewHeader) != "" {
		j.preview = j.latest
	}
	return true
}

// find returns a job and the SHA-256 of its token, or nil.
func (x *index) find(id string) (j *entry, token []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if j = x.jobs[id]; j != nil {
		token = j.state.Token
	}
	return j, token
}

// reach waits until a revision was heard of.
func (x *index) reach(ctx context.Context, revision uint64) error {
	return x.until(ctx, func() bool { return x.seen >= revision })
}

// gone waits until it was heard that the job is not there any more.
func (x *index) gone(ctx context.Context, id string) error {
	return x.until(ctx, func() bool { return x.jobs[id] == nil })
}

// until waits until it is so, which it asks with x.mu held.
func (x *index) until(ctx context.Context, so func() bool) error {
	for {
		x.mu.Lock()
		ok, heard := so(), x.heard
		x.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-heard:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// status returns how a job stands, its version, and what is closed when that grows.
func (x *index) status(j *entry) (Status, uint64, <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := Status{
		Mark: Mark{Revision: j.revision}, State: j.state.State, Latest: j.latest, Preview: j.preview,
		Result: j.state.Result, Err: j.state.err(), Expires: j.created.Add(x.keep),
	}
	if j.latest.Data != nil {
		s.Mark = j.latest.Mark
	}
	if s.State == api.Queued {
		s.Position = j.position
	}
	return s, j.version, j.changed
}

// A numbered is a job with its id.
type numbered struct {
	id       string
	state    state
	revision uint64
}

// unfinished returns the jobs that have not ended, in their order.
func (x *index) unfinished() []numbered {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []numbered
	for id, j := range x.jobs {
		if !final(j.state.State) {
			list = append(list, numbered{id, j.state, j.revision})
		}
	}
	slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.state.Order, b.state.Order) })
	return list
}

// expired returns the jobs that have had their time.
func (x *index) expired(now time.Time) []numbered {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []numbered
	for id, j := range x.jobs {
		if now.Sub(j.created) >= x.keep {
			list = append(list, numbered{id, j.state, j.revision})
		}
	}
	return list
}

// count returns how many jobs are in each state.
func (x *index) count() map[string]int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := map[string]int{}
	for _, j := range x.jobs {
		n[j.state.State]++
	}
	return n
}
