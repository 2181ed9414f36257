package main

import (
	"context"
	"fmt"
	"syscall/js"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/webgpu"
)

// A device computes paintings: it is the processor, or the GPU if the address asks for it.
// The GPU is judged when the first painting begins.
type device struct {
	processor backend.Backend
	asked     string // webgpu, fastest, or else the processor
	chosen    bool
	gpu       *webgpu.Backend // or nil
	refused   error           // why it is nil, if it was asked for
}

// askedBackend is what the page's address asks for by ?backend=, which worker.js has too.
func askedBackend() string {
	query := js.Global().Get("URLSearchParams").New(js.Global().Get("location").Get("search"))
	if v := query.Call("get", "backend"); v.Type() == js.TypeString {
		return v.String()
	}
	return ""
}

// choose returns the back end that computes, and one that goes on if that fails. The
// remark is why the processor computes although the GPU was asked for.
func (d *device) choose(ctx context.Context) (be, fallback backend.Backend, remark string) {
	if !d.chosen && (d.asked == "webgpu" || d.asked == "fastest") {
		gpu, err := webgpu.Choose(ctx, d.processor, d.asked == "webgpu")
		if ctx.Err() != nil {
			if gpu != nil {
				gpu.Close()
			}
			return d.processor, nil, "" // and the next painting asks again
		}
		d.gpu, d.refused = gpu, err
	}
	d.chosen = true
	if d.gpu != nil {
		d.refused = d.gpu.Err()
	}
	if d.refused != nil {
		return d.processor, nil, fmt.Sprintf("The processor paints, not the GPU (%v).", d.refused)
	}
	if d.gpu == nil {
		return d.processor, nil, ""
	}
	return d.gpu, d.processor, ""
}
