// Package networks brings networks to the worker: from where the browser keeps them, and
// the missing rest over the line, each byte once. It checks each part that arrives
// (weights.Stream) and keeps it at once, so that an interrupted download goes
// on where it was, and a run begins when the layers that it looks at are there.
//
// It does not use syscall/js and is tested natively; the main program of the worker
// supplies the browser.
package networks

import (
	"context"
	"errors"
	"io"
	"net/url"
	"path"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

// A Shelf keeps files from one visit to the next.
type Shelf interface {
	// Open opens the file of that name, a new one if there is none. If somebody else has
	// it open the error is ErrTaken.
	Open(ctx context.Context, name string) (File, error)
	Names(ctx context.Context) ([]string, error)
	Remove(ctx context.Context, name string) error
}

// ErrTaken says that another tab has the file open.
var ErrTaken = errors.New("another tab has the file open")

// A File is open for this tab alone.
type File interface {
	Size() int64
	// ReadAt is that of io.ReaderAt.
	ReadAt(p []byte, at int64) (int, error)
	// Append writes the part at the end.
	Append(part []byte) error
	Truncate(size int64) error
	// Close says whether the file is whole: a shelf may keep no others.
	Close(whole bool) error
}

// An Answer is what a server says to a request for a file.
type Answer struct {
	Status int
	From   int64 // place in the file at which the body begins
	Body   io.ReadCloser
}

// Networks holds the last network, and gets others. Its fields are set before its first
// use and not changed.
type Networks struct {
	// Shelves are where files are kept: on the first that opens them.
	Shelves []Shelf
	// Get asks for the file at that address from a place on, and says whether it is kept
	// on a shelf, so that the browser need not keep it too.
	Get func(ctx context.Context, address string, from int64, kept bool) (*Answer, error)
	// Log takes what a person need not see.
	Log func(format string, args ...any)
	// Pause is the time between tries, and between looks at a file that is taken.
	Pause time.Duration

	mu   sync.Mutex
	last *download
}

// Load returns the network at that address as soon as the layers that taps name are
// there. The rest goes on coming until ctx ends, which also stops what Load waits for;
// what has come until then is kept. Reports are made while bytes come over the line.
func (n *Networks) Load(ctx context.Context, address, name string, taps []string, report func(engine.Progress)) (*vgg.Weights, error) {
	for {
		d, err := n.begin(ctx, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, d.stop)
		w, err := d.wait(ctx, taps, report)
		if errors.Is(err, context.Canceled) && ctx.Err() == nil {
			continue // it was stopped by the end of the run before, just as we joined in
		}
		if w != nil {
			w.Name = name
		}
		return w, err
	}
}

// Fetch begins to get the network at that address, for a run that will want it. No other
// run stands in its way, or is delayed by it.
func (n *Networks) Fetch(address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last != nil && n.last.address == address {
		return
	}
	d, err := n.prepare(address, nil)
	if err != nil {
		n.Log("fetching ahead: %v", err)
		return
	}
	d.ahead = true
	if n.last == nil {
		n.last = d // for the run to join in
	}
	go d.run()
}

// begin returns the download from that address that is whole or on its way, if there is
// one, and else begins it, going on from what an earlier one left in memory.
func (n *Networks) begin(ctx context.Context, address string) (*download, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var stream *weights.Stream
	if d := n.last; d != nil {
		mine := d.address == address
		if mine && d.useful() {
			d.ahead = false
			return d, nil
		}
		if mine || !d.ahead {
			d.stop()
			select {
			case <-d.done:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if mine {
			stream = d.stream
		}
	}
	d, err := n.prepare(address, stream)
	if err != nil {
		return nil, err
	}
	n.last = d
	go d.run()
	return d, nil
}

// prepare returns a download that has not begun.
func (n *Networks) prepare(address string, stream *weights.Stream) (*download, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, engine.Errorf(engine.UnknownWeights, "There is no network at %.80q.", address)
	}
	file := path.Base(u.Path)
	name, _, _ := weights.SplitHashedName(file)
	if stream == nil {
		if stream, err = weights.NewStream(file); err != nil {
			return nil, err
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	return &download{
		Networks: n, address: address, name: name, file: file, stream: stream,
		ctx: ctx, stop: stop, done: make(chan struct{}), changed: make(chan struct{}),
	}, nil
}
