package desk

import (
	"slices"
	"time"

	"trappedinart/web/words"
)

// Sent is what has left this device.
type Sent struct {
	ID    string    `json:"id,omitempty"` // of a share
	Text  string    `json:"text"`
	Until time.Time `json:"until"`
}

// A Memory lasts from one visit to the next.
type Memory interface {
	Set(key string, value any) error
	Get(key string, value any) error // leaves value alone if there is nothing
	Del(key string)
}

// sentKey is where a ledger is remembered.
const sentKey = "sent"

// A Ledger has what has left this device, the latest first.
type Ledger struct {
	List   []Sent
	memory Memory
	now    func() time.Time
}

// OpenLedger has what earlier visits sent, if it is still there.
func OpenLedger(memory Memory, now func() time.Time) *Ledger {
	l := &Ledger{memory: memory, now: now}
	var list []Sent
	if memory.Get(sentKey, &list) == nil {
		l.List = slices.DeleteFunc(list, func(said Sent) bool { return !now().Before(said.Until) })
	}
	return l
}

// Tell says, until it is deleted there, what has left this device. An error says that the next
// visit will not know.
func (l *Ledger) Tell(said Sent) error {
	l.List = append([]Sent{said}, l.List...)
	return l.memory.Set(sentKey, l.List)
}

// Untell says that a share was deleted on the server.
func (l *Ledger) Untell(id string) error {
	for i := range l.List {
		if l.List[i].ID == id {
			l.List[i].Text += " " + words.T("Deleted there at %s.", l.now().Format("15:04"))
		}
	}
	return l.memory.Set(sentKey, l.List)
}
