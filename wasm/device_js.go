package main

import (
	"context"
	"syscall/js"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/webgpu"
)

// A device is who computes paintings: the processor, or the GPU where there is one that is
// worth it. That is found out when the first painting begins: what is made for it costs
// nothing where there is none.
type device struct {
	processor backend.Backend
	asked     string // cpu, webgpu, or "" for the faster
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
	if !d.chosen && d.asked != "cpu" {
		gpu, err := webgpu.Choose(ctx, d.processor, d.asked == "webgpu")
		if ctx.Err() != nil {
			return d.processor, nil // and the next painting asks again
		}
		switch {
		case err == nil:
			d.gpu = gpu
		case d.asked == "webgpu":
			logf("the processor computes, although webgpu was asked for: %v", err)
		}
	}
	d.chosen = true
	if d.gpu == nil || d.gpu.Err() != nil {
		return d.processor, nil
	}
	return d.gpu, d.processor
}
