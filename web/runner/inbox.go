package runner

import (
	"sync"

	"trappedinart/wasm/protocol"
)

// An Inbox keeps what a worker said until the run that waits for it comes by. It
// never blocks the sender, which is the browser's event loop, and does not grow
// while nobody reads: of reports in a row the newest is kept.
type Inbox struct {
	// bell holds a token when there is something to take.
	bell chan struct{}

	mu     sync.Mutex
	list   []protocol.Message
	broken error
}

func newInbox() *Inbox { return &Inbox{bell: make(chan struct{}, 1)} }

// Put takes a message.
func (b *Inbox) Put(m protocol.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.list); n > 0 {
		last, reported := b.list[n-1].(protocol.Progress)
		if next, ok := m.(protocol.Progress); ok && reported && last.ID == next.ID {
			b.list[n-1] = protocol.Progress{ID: next.ID, Progress: next.Over(last.Progress)}
			return
		}
	}
	b.list = append(b.list, m)
	b.ring()
}

// Fail says that nothing more will come.
func (b *Inbox) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
	b.ring()
}

// ended says whether nothing more will come.
func (b *Inbox) ended() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken != nil
}

// take returns what has come, and why nothing more will, if that is so.
func (b *Inbox) take() ([]protocol.Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list = nil
	return list, b.broken
}

func (b *Inbox) ring() {
	select {
	case b.bell <- struct{}{}:
	default:
	}
}
