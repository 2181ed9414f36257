package main

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"syscall/js"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
	"trappedinart/wasm/browser"
	"trappedinart/weights"
)

// maxWeights is how long a weights file may be: VGG-19 takes 80 MB in float32.
const maxWeights = 256 << 20

// networks fetches networks and keeps the last one, so that a second painting does
// not wait for it.
type networks struct {
	mu   sync.Mutex
	url  string
	kept *vgg.Weights
}

// from returns the function that takes a network from that address.
func (n *networks) from(address string) func(context.Context, string) (*vgg.Weights, error) {
	return func(ctx context.Context, name string) (*vgg.Weights, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.kept != nil && n.url == address {
			return n.kept, nil
		}
		data, err := fetch(ctx, address, name)
		if err != nil {
			return nil, err
		}
		w, err := weights.Parse(data)
		if err != nil {
			return nil, err
		}
		w.Name = name
		n.url, n.kept = address, w
		return w, nil
	}
}

func fetch(ctx context.Context, address, name string) ([]byte, error) {
	if _, err := url.Parse(address); err != nil || address == "" {
		return nil, engine.Errorf(engine.UnknownWeights, "There is no network %q here.", name)
	}
	abort := js.Global().Get("AbortController").New()
	defer abort.Call("abort") // of no effect once everything has come
	unreachable := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &engine.Error{
			Code:    engine.Unavailable,
			Message: fmt.Sprintf("The network %q cannot be fetched; check the connection and start again.", name),
			Err:     err,
		}
	}
	answer, err := browser.Await(ctx, js.Global().Call("fetch", address, map[string]any{"signal": abort.Get("signal")}))
	if err != nil {
		return nil, unreachable(err)
	}
	if status := answer.Get("status").Int(); status == 404 {
		return nil, engine.Errorf(engine.UnknownWeights, "The network %q is not there any more; reload the page and start again.", name)
	} else if status != 200 {
		return nil, unreachable(fmt.Errorf("status %d", status))
	}
	buffer, err := browser.Await(ctx, answer.Call("arrayBuffer"))
	if err != nil {
		return nil, unreachable(err)
	}
	if n := buffer.Get("byteLength").Int(); n > maxWeights {
		return nil, engine.Errorf(engine.TooLarge, "The network %q has %d MB, more than this program takes.", name, n>>20)
	}
	return browser.Bytes(buffer), nil
}
