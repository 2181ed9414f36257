package browser

import "syscall/js"

// A Turn lets the event loop turn: what was sent to this worker before is heard. It is a
// message that the worker sends to itself and waits for. A short sleep is no such thing:
// when the scheduler looks at its timers a microsecond is often over already, and it goes
// on without going back to the browser; a long one costs milliseconds.
type Turn struct {
	port js.Value
	came chan struct{}
}

// NewTurn returns a Turn, for one goroutine.
func NewTurn() *Turn {
	channel := js.Global().Get("MessageChannel").New()
	t := &Turn{port: channel.Get("port2"), came: make(chan struct{}, 1)}
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		t.came <- struct{}{}
		return nil
	}))
	return t
}

// Wait returns after the event loop has turned.
func (t *Turn) Wait() {
	t.port.Call("postMessage", js.Null())
	<-t.came
}
