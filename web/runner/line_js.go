package runner

import (
	"errors"
	"net/url"
	"syscall/js"

	"trappedinart/internal/promise"
	"trappedinart/wasm/browser"
	"trappedinart/wasm/protocol"
)

// webWorker is a line to a Worker.
type webWorker struct {
	worker     js.Value
	checkpoint func(js.Value)
	heard      []js.Func

	ready   bool               // the worker said so
	waiting []protocol.Message // until then: a worker hears nothing while it starts
}

// OpenWorker starts web/static/worker.js, found from the page's own address so that
// a site may stand under any path, with the number of workers and the back end that
// the address asks for.
// Checkpoints are handed on as Blobs.
func OpenWorker(page *url.URL, in *Inbox, checkpoint func(js.Value)) (Line, error) {
	constructor := js.Global().Get("Worker")
	if constructor.IsUndefined() {
		return nil, errors.New("this browser has no Web Workers")
	}
	address, asked := page.ResolveReference(&url.URL{Path: "web/worker.js"}), url.Values{}
	for _, name := range []string{"workers", "backend"} {
		if text := page.Query().Get(name); text != "" {
			asked.Set(name, text)
		}
	}
	address.RawQuery = asked.Encode()
	script := address.String()
	w := &webWorker{worker: constructor.New(script), checkpoint: checkpoint}
	w.on("message", func(event js.Value) {
		data := event.Get("data")
		if data.Type() == js.TypeObject {
			if why := data.Get("broken"); why.Type() == js.TypeString {
				in.Fail(errors.New(why.String()))
				return
			}
		}
		w.takeCheckpoint(data)
		m, err := browser.Receive(data)
		if err != nil {
			in.Fail(err)
			return
		}
		if _, ok := m.(protocol.Ready); ok {
			w.ready = true
			for _, m := range w.waiting {
				if err := browser.Post(w.worker, m); err != nil {
					in.Fail(err)
				}
			}
			w.waiting = nil
		}
		in.Put(m)
	})
	w.on("error", func(event js.Value) {
		event.Call("preventDefault")
		in.Fail(errors.New(promise.Text(event.Get("message"))))
	})
	return w, nil
}

// takeCheckpoint takes the checkpoint out of a message that has one: it is large, the page
// only keeps it, and copying it to Go and back would hold up whoever uses the page.
func (w *webWorker) takeCheckpoint(message js.Value) {
	if message.Type() != js.TypeObject || message.Get("parts").Type() != js.TypeObject {
		return
	}
	parts := message.Get("parts")
	data := parts.Get(protocol.CheckpointPart)
	if !data.Truthy() {
		return
	}
	w.checkpoint(js.Global().Get("Blob").New([]any{data}))
	parts.Set(protocol.CheckpointPart, browser.Array([]byte{1})) // for a checkpoint that is there
}

func (w *webWorker) on(event string, hear func(js.Value)) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		hear(args[0])
		return nil
	})
	w.worker.Call("addEventListener", event, f)
	w.heard = append(w.heard, f)
}

func (w *webWorker) Post(m protocol.Message) error {
	if !w.ready {
		w.waiting = append(w.waiting, m)
		return nil
	}
	return browser.Post(w.worker, m)
}

func (w *webWorker) Close() {
	w.worker.Call("terminate")
	for _, f := range w.heard {
		f.Release()
	}
}
