//go:build !js

package fetch

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
	"trappedinart/weights/importer"
	"trappedinart/weights/quantize"
)

// A State is what a Fetcher does.
type State string

// The states, in their order; after each of the last two it can begin anew.
const (
	Idle       State = "idle"
	Fetching   State = "fetching"
	Checking   State = "checking"   // that it is whole, and what is in it
	Quantising State = "quantising" // to 8 bits
	Done       State = "done"       // the store has the network
	Failed     State = "failed"
)

// A Status is how far a Fetcher is.
type Status struct {
	State State
	Bytes int64         // that are there
	Total int64         // that will be, or 0 if that is not known
	Err   *engine.Error // why it failed
}

// Options are what a Fetcher is made of.
type Options struct {
	Published
	Flag    string // what gives another address, for sentences
	Dir     string // of what is on its way
	Store   *weights.Store
	Backend func() backend.Trainer // on which scales are chosen
	Log     *slog.Logger

	faults faults
	// worth is how many bytes a try must bring so that the next follows at once.
	worth int64
}

// A Fetcher brings a network into a store when it is asked to, one fetch at a time, in 8
// bits and as deep as browsers are given it. It may be used by several goroutines.
type Fetcher struct {
	Options
	asked chan struct{} // has room for one

	mu     sync.Mutex
	status Status
}

// New returns a Fetcher, which does nothing unless Run runs.
func New(o Options) *Fetcher {
	if o.worth == 0 {
		o.worth = 1 << 20
	}
	return &Fetcher{Options: o, asked: make(chan struct{}, 1), status: Status{State: Idle}}
}

// Status returns how far it is. Done is said of a network that came in any other way, too.
func (f *Fetcher) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy() {
		return f.status
	}
	if _, err := f.Store.Look(f.Name); err == nil {
		return Status{State: Done, Bytes: f.Size, Total: f.Size}
	}
	s := f.status
	if s.State == Done { // somebody removed it
		s.State = Idle
	}
	s.Bytes, s.Total = f.download().Have(), f.Size
	return s
}

// busy says whether a fetch is under way or about to be.
func (f *Fetcher) busy() bool {
	switch f.status.State {
	case Fetching, Checking, Quantising:
		return true
	}
	return false
}

// Start has the network fetched, unless it is there or on its way.
func (f *Fetcher) Start() Status {
	if s := f.Status(); s.State == Done {
		return s
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.busy() {
		f.status = Status{State: Fetching, Bytes: f.download().Have(), Total: f.Size}
		f.asked <- struct{}{} // Run has taken what was asked before
	}
	return f.status
}

// Run fetches whenever it was asked to, until ctx ends. An unfinished download stays, and
// goes on when somebody asks again.
func (f *Fetcher) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.asked:
		}
		f.Log.Info("fetching a network", "name", f.Name, "from", f.from())
		err := f.fetch(ctx)
		switch {
		case err == nil:
			f.enter(Status{State: Done})
			f.Log.Info("the network is here", "name", f.Name)
		case ctx.Err() != nil:
			f.enter(Status{State: Idle})
		default:
			f.enter(Status{State: Failed, Err: engine.AsError(err)})
			f.Log.Error("the network could not be fetched", "name", f.Name, "err", err)
		}
	}
}

func (f *Fetcher) enter(s Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status = s
	if f.faults.heard != nil {
		f.faults.heard(s)
	}
}

func (f *Fetcher) download() *Download {
	return &Download{Published: f.Published, Dir: f.Dir, Flag: f.Flag, faults: f.faults, Report: func(have, total int64, checking bool) {
		s := Status{State: Fetching, Bytes: have, Total: total}
		if checking {
			s.State = Checking
		}
		f.enter(s)
	}}
}

// fetch brings the network into the store.
func (f *Fetcher) fetch(ctx context.Context) error {
	_, err := f.Store.Look(f.Name)
	if err == nil { // it came in another way meanwhile
		return nil
	}
	if engine.AsError(err).Code != engine.UnknownWeights {
		return engine.Errorf(engine.InvalidWeights, "A network %q is there and cannot be used (%w); remove its file and start this again.", f.Name, err)
	}
	path, err := f.file(ctx)
	if err != nil {
		return err
	}
	n, err := importer.Read(ctx, path, importer.Options{Input: f.Input})
	if err != nil {
		return err
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	f.enter(Status{State: Quantising, Bytes: st.Size(), Total: st.Size()})
	data, err := f.small(ctx, n)
	if err != nil {
		return err
	}
	if err := f.Store.Put(f.Name, data); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		f.Log.Warn("what was downloaded is still there", "err", err)
	}
	return nil
}

// file downloads, and goes on by itself as long as each try brings something worth while.
func (f *Fetcher) file(ctx context.Context) (string, error) {
	for {
		d := f.download()
		had := d.Have()
		path, err := d.Run(ctx)
		if !errors.Is(err, errBrokeOff) || d.Have()-had < f.worth {
			return path, err
		}
		f.Log.Warn("the download broke off and goes on", "name", f.Name, "bytes", d.Have(), "err", err)
	}
}

// small is the network's file in 8 bits, with scales that are chosen on pictures that need
// not be there, to the last layer that browsers are given.
func (f *Fetcher) small(ctx context.Context, n *importer.Network) ([]byte, error) {
	w := n.Weights
	w.Convs = w.Convs[:min(len(w.Convs), weights.ServedLayers)]
	grade := quantize.Grades[0]
	if !slices.ContainsFunc(w.Convs, func(c vgg.Conv) bool { return c.Int8 != nil }) {
		var err error
		if w, _, err = quantize.Network(ctx, f.Backend(), w, quantize.Leaves(), grade); err != nil {
			return nil, err
		}
	}
	metadata := maps.Clone(n.Metadata)
	metadata["grade"] = grade.Name
	return weights.Marshal(w, metadata)
}
