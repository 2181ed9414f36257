package runner

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net/url"
	"strconv"
	"syscall/js"

	"trappedinart/internal/promise"
	"trappedinart/wasm/browser"
	"trappedinart/wasm/protocol"
)

// webWorker is a line to a Worker.
type webWorker struct {
	worker js.Value
	pass   Passing
	heard  []js.Func
	closed bool

	ready   bool               // the worker said so
	waiting []protocol.Message // until then: a worker hears nothing while it starts

	checkpoint js.Value // a Blob, the latest of the run
	preview    js.Value // an ImageBitmap, likewise
}

// Passing takes the messages that do not go through the page's program. They are large, and
// copying them to Go and back would hold the page up.
type Passing struct {
	Checkpoint func(blob js.Value)
	Preview    func(bitmap js.Value) // which is closed when the next one comes
}

// OpenWorker starts web/static/worker.js, found from the page's own address so that
// a site may stand under any path, with these means and the back end that the address asks for.
func OpenWorker(page *url.URL, in *Inbox, means Means, pass Passing) (Line, error) {
	constructor := js.Global().Get("Worker")
	if constructor.IsUndefined() {
		return nil, errors.New("this browser has no Web Workers")
	}
	address := page.ResolveReference(&url.URL{Path: "web/worker.js"})
	asked := url.Values{"workers": {strconv.Itoa(means.Workers)}, "memory": {strconv.FormatInt(means.Memory>>20, 10)}}
	if text := page.Query().Get("backend"); text != "" {
		asked.Set("backend", text)
	}
	address.RawQuery = asked.Encode()
	// The name, which no other worker of any tab has, is that of its lock as well.
	name := fmt.Sprintf("engine-%x", int64(js.Global().Get("Math").Call("random").Float()*(1<<52)))
	w := &webWorker{worker: constructor.New(address.String(), map[string]any{"name": name}), pass: pass}
	w.on("message", func(event js.Value) { w.hear(in, event.Get("data"), name) })
	w.on("error", func(event js.Value) {
		event.Call("preventDefault")
		in.Fail(errors.New(promise.Text(event.Get("message"))))
	})
	return w, nil
}

// hear takes what the worker or, through it, a helper says.
func (w *webWorker) hear(in *Inbox, data js.Value, name string) {
	if data.Type() == js.TypeObject {
		if why := data.Get("broken"); why.Type() == js.TypeString {
			in.Fail(errors.New(why.String()))
			return
		}
		if alive := data.Get("alive"); alive.Type() == js.TypeString {
			w.watch(in, alive.String(), alive.String() != name)
			return
		}
	}
	w.take(data)
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
}

// watch waits for the lock of that name, which the worker or a helper of it holds, and which
// is free when that has ended, by whatever: of such an end browsers say nothing.
func (w *webWorker) watch(in *Inbox, name string, helper bool) {
	locks := js.Global().Get("navigator").Get("locks")
	go func() {
		free := js.FuncOf(func(js.Value, []js.Value) any { return nil })
		defer free.Release()
		if _, err := promise.Await(context.Background(), locks.Call("request", name, free)); err != nil || w.closed {
			return
		}
		if helper {
			in.Fail(ErrHelper)
			return
		}
		in.Fail(errors.New("the worker ended"))
	}()
}

// take takes out of a message what the page's program only hands on.
func (w *webWorker) take(message js.Value) {
	if message.Type() != js.TypeObject {
		return
	}
	if bitmap := message.Get("preview"); bitmap.Truthy() {
		if w.preview.Truthy() {
			w.preview.Call("close")
		}
		w.preview = bitmap
		w.pass.Preview(bitmap)
	}
	parts := message.Get("parts")
	if parts.Type() != js.TypeObject {
		return
	}
	if data := parts.Get(protocol.CheckpointPart); data.Truthy() {
		w.checkpoint = js.Global().Get("Blob").New([]any{data})
		w.pass.Checkpoint(w.checkpoint)
		parts.Set(protocol.CheckpointPart, browser.Array([]byte{1})) // for a checkpoint that is there
	}
}

// Checkpoint reads the Blob, as it is wanted after all.
func (w *webWorker) Checkpoint() []byte {
	if !w.checkpoint.Truthy() {
		return nil
	}
	buffer, err := promise.Await(context.Background(), w.checkpoint.Call("arrayBuffer"))
	if err != nil {
		return nil
	}
	return browser.Bytes(buffer)
}

// Preview reads the bitmap's pixels.
func (w *webWorker) Preview() *image.NRGBA {
	if !w.preview.Truthy() {
		return nil
	}
	img, err := browser.Pixels(w.preview)
	if err != nil {
		return nil
	}
	return img
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
	if _, ok := m.(protocol.Start); ok {
		w.checkpoint, w.preview = js.Undefined(), js.Undefined()
	}
	if !w.ready {
		w.waiting = append(w.waiting, m)
		return nil
	}
	return browser.Post(w.worker, m)
}

func (w *webWorker) Close() {
	w.closed = true
	w.worker.Call("terminate")
	for _, f := range w.heard {
		f.Release()
	}
}
