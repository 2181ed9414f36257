package main

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/webgpu"
)

// A device computes paintings: the GPU where there is one that is faster, or else the processor.
// The address may ask for either. The GPU is judged when the first painting begins.
type device struct {
	processor backend.Backend
	asked     string // cpu, webgpu, or else the faster one
	chosen    bool
	gpu       *webgpu.Backend // or nil
	refused   error           // why it is nil, if there is one
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
// remark is why the processor computes although there is a GPU.
func (d *device) choose(ctx context.Context) (be, fallback backend.Backend, remark string) {
	if !d.chosen && d.asked != "cpu" {
		gpu, err := webgpu.Choose(ctx, d.processor, d.asked == "webgpu")
		if ctx.Err() != nil {
			if gpu != nil {
				gpu.Close()
			}
			return d.processor, nil, "" // and the next painting asks again
		}
		d.gpu, d.refused = gpu, err
		if d.asked == "" && errors.Is(err, webgpu.ErrNone) {
			d.refused = nil // nobody expects one
		}
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
