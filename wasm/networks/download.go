package networks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

// A download is one attempt to get a network, in a goroutine of its own.
type download struct {
	*Networks
	address string
	name    string // for people
	file    string // its name on the shelf
	ahead   bool   // no run has asked for it; guarded by Networks

	ctx  context.Context
	stop context.CancelFunc
	done chan struct{} // closed when the goroutine has ended

	mu       sync.Mutex // of what follows
	stream   *weights.Stream
	fetching bool  // bytes come over the line, or are waited for
	err      error // that ended it
	changed  chan struct{}
}

// useful says whether it is worth waiting for.
func (d *download) useful() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stream.Whole() || d.err == nil && d.ctx.Err() == nil
}

// A look is how far a download has come.
type look struct {
	network      *vgg.Weights // if the layers are there that it was asked for
	fetching     bool
	bytes, total int64
	err          error
	changed      <-chan struct{} // closed when there is more to see
}

func (d *download) look(taps []string) look {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := look{fetching: d.fetching, bytes: d.stream.Received(), total: d.stream.Needed(taps), err: d.err, changed: d.changed}
	if l.total > 0 && d.stream.Verified() >= l.total {
		l.network = d.stream.Network()
	}
	return l
}

// wait returns the network once the layers that taps name are there.
func (d *download) wait(ctx context.Context, taps []string, report func(engine.Progress)) (*vgg.Weights, error) {
	for {
		now := d.look(taps)
		switch {
		case now.network != nil:
			return now.network, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case now.err != nil:
			return nil, now.err
		}
		if now.fetching {
			report(engine.Progress{Stage: engine.Fetching, Bytes: now.bytes, TotalBytes: now.total})
		}
		select {
		case <-now.changed:
		case <-ctx.Done():
		}
	}
}

// change makes a change that others may wait for.
func (d *download) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *download) run() {
	defer close(d.done)
	defer d.stop()
	err := d.get()
	d.change(func() { d.err = err })
}

// get reads what is kept, and fetches the rest.
func (d *download) get() error {
	if d.stream.Whole() {
		return nil
	}
	d.change(d.stream.Rewind)
	shelf, file := d.open()
	if file != nil {
		file = d.read(file)
	}
	if file != nil {
		d.stream.Checked = func(part []byte) {
			before := file.Size()
			if err := file.Append(part); err != nil { // there is no room, say
				d.Log("%s is not kept: %v", d.file, errors.Join(err, file.Truncate(before), file.Close(false)))
				file, d.stream.Checked = nil, nil
			}
		}
	}
	err := d.fetch(func() bool { return file != nil })
	d.stream.Checked = nil
	if file == nil {
		return err
	}
	if closeErr := file.Close(err == nil); closeErr != nil {
		d.Log("%s: %v", d.file, closeErr)
	} else if err == nil {
		d.removeOlder(shelf)
	}
	return err
}

// open returns the file on the first shelf that opens it, or nil: then it is held in
// memory only. A file that another tab has open is given a moment to become free, and
// otherwise left alone.
func (d *download) open() (Shelf, File) {
	for _, shelf := range d.Shelves {
		file, err := shelf.Open(d.ctx, d.file)
		for tries := 0; errors.Is(err, ErrTaken) && tries < 5 && d.pause(); tries++ {
			file, err = shelf.Open(d.ctx, d.file)
		}
		if err == nil {
			return shelf, file
		}
		d.Log("%s: %v", d.file, err)
		if errors.Is(err, ErrTaken) {
			return nil, nil
		}
	}
	return nil, nil
}

// read checks what the file has beyond what is in memory already, and cuts off what is
// of no use. It returns nil where nothing more can be kept in the file.
func (d *download) read(file File) File {
	buf := make([]byte, 256<<10)
	for d.ctx.Err() == nil {
		n, err := file.ReadAt(buf, d.stream.Received())
		if n > 0 {
			var spoiled error
			d.change(func() { _, spoiled = d.stream.Write(buf[:n]) })
			if spoiled != nil {
				d.Log("%s was spoiled where it is kept: %v", d.file, spoiled)
				break
			}
		}
		if err != nil || n == 0 {
			break
		}
	}
	d.change(d.stream.Rewind)
	have := d.stream.Verified()
	if file.Size() > have {
		if err := file.Truncate(have); err != nil {
			d.Log("%s: %v", d.file, err)
		}
	}
	if file.Size() == have {
		return file
	}
	// Somebody cleared it while the network was in memory.
	if err := file.Close(false); err != nil {
		d.Log("%s: %v", d.file, err)
	}
	return nil
}

// fetch gets what is missing, asking again where the connection breaks.
func (d *download) fetch(kept func() bool) error {
	for tries := 0; !d.stream.Whole(); {
		before := d.stream.Received()
		err := d.once(kept())
		var told *engine.Error
		switch {
		case d.stream.Whole():
		case d.ctx.Err() != nil:
			return d.ctx.Err()
		case errors.As(err, &told):
			return told
		case d.stream.Received() > before:
			tries = 0
		default:
			if tries++; tries == 3 || !d.pause() {
				return &engine.Error{
					Code:    engine.Unavailable,
					Message: fmt.Sprintf("The network %q cannot be downloaded. Check the connection and start again.", d.name),
					Err:     err,
				}
			}
		}
	}
	return nil
}

// once makes one request and takes what comes.
func (d *download) once(kept bool) error {
	d.change(func() { d.fetching = true })
	defer d.change(func() { d.fetching = false })
	from := d.stream.Received()
	answer, err := d.Get(d.ctx, d.address, from, kept)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch {
	case answer.Status == 404:
		return engine.Errorf(engine.UnknownWeights, "The network %q is no longer there. Reload the page and start again.", d.name)
	case answer.Status/100 != 2:
		return fmt.Errorf("status %d", answer.Status)
	case answer.From > from:
		return fmt.Errorf("the answer begins at %d instead of %d", answer.From, from)
	}
	// A server that knows no ranges sends everything again.
	if _, err := io.CopyN(io.Discard, answer.Body, from-answer.From); err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	for !d.stream.Whole() {
		n, err := answer.Body.Read(buf)
		if n > 0 {
			var damaged error
			d.change(func() { _, damaged = d.stream.Write(buf[:n]) })
			if damaged != nil {
				return damaged
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeOlder takes other versions of the same network from the shelf.
func (d *download) removeOlder(shelf Shelf) {
	ctx := context.WithoutCancel(d.ctx) // the run may have ended already
	mine, _, _ := weights.SplitHashedName(d.file)
	names, err := shelf.Names(ctx)
	for _, name := range names {
		if other, _, ok := weights.SplitHashedName(name); ok && other == mine && name != d.file {
			err = errors.Join(err, shelf.Remove(ctx, name))
		}
	}
	if err != nil {
		d.Log("older versions of %s: %v", mine, err)
	}
}

// pause waits, and says whether the download goes on.
func (d *download) pause() bool {
	select {
	case <-time.After(d.Pause):
		return true
	case <-d.ctx.Done():
		return false
	}
}
