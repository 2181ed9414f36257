package main

import (
	"context"
	"syscall/js"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/webgpu"
)

// A device is who computes paintings: the processor, or the GPU if the address asks for it.
// What it is worth is found out when the first painting begins.
type device struct {
	processor backend.Backend
	asked     string // webgpu, fastest, or else the processor
	chosen    bool
	gpu       *webgpu.Backend // or nil
}

// askedBackend is what the page's address asks for by ?backend=, which worker.js has too.
func askedBackend() string {
	query := js.Global().Get("URLSearchParams").New(js.Global().Get("location").Get("search"))
	if v := query.Call("get", "backend"); v.Type() == js.TypeString {
		return v.String()
	}
	return ""
}

// choose returns who computes, and who goes on if that fails.
func (d *device) choose(ctx context.Context) (be, fallback backend.Backend) {
	if !d.chosen && (d.asked == "webgpu" || d.asked == "fastest") {
		gpu, err := webgpu.Choose(ctx, d.processor, d.asked == "webgpu")
		if ctx.Err() != nil {
			return d.processor, nil // and the next painting asks again
		}
		if err != nil {
			logf("the processor computes, although %s was asked for: %v", d.asked, err)
		} else {
			d.gpu = gpu
		}
	}
	d.chosen = true
	if d.gpu == nil || d.gpu.Err() != nil {
		return d.processor, nil
	}
	return d.gpu, d.processor
}
