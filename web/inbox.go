package main

import (
	"sync"

	"trappedinart/wasm/protocol"
)

// An inbox keeps what a worker said until the run that waits for it comes by. It
// never blocks the sender, which is the browser's event loop, and does not grow
// while nobody reads: of reports in a row the newest is kept.
type inbox struct {
	// bell holds a token when there is something to take.
	bell chan struct{}

	mu     sync.Mutex
	list   []protocol.Message
	broken error
}

func newInbox() *inbox { return &inbox{bell: make(chan struct{}, 1)} }

func (b *inbox) put(m protocol.Message) {
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

// fail says that nothing more will come.
func (b *inbox) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
	b.ring()
}

// take returns what has come, and why nothing more will, if that is so.
func (b *inbox) take() ([]protocol.Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list = nil
	return list, b.broken
}

func (b *inbox) ring() {
	select {
	case b.bell <- struct{}{}:
	default:
	}
}
