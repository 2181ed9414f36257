package main

import (
	"context"
	"errors"
	"image"
	"syscall/js"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/segment"
	"trappedinart/engine/segment/sight"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/wasm/browser"
	"trappedinart/wasm/networks"
)

// memoryLimit is what the page lets a painting take, or less where the browser granted less
// memory than was asked for: worker.js says.
func memoryLimit() int64 { return int64(js.Global().Get("memoryLimit").Float()) }

// painter is the engine with a network from that address.
type painter struct {
	device     *device
	probes     *transfer.Probes
	nets       *networks.Networks
	weightsURL string
}

func (p *painter) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	// The rest of the network goes on coming after the run, unless that was stopped.
	download, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer context.AfterFunc(ctx, stop)()
	return p.runner(ctx, download, &req.Recipe, report).Run(ctx, req, report)
}

// foresee says what a painting takes.
func (p *painter) foresee(ctx context.Context, o engine.Outline) (engine.Estimate, error) {
	return p.runner(ctx, ctx, &o.Recipe, func(engine.Progress) {}).Foresee(ctx, o)
}

// runner is the engine with a recipe's layers; the network comes until download ends.
func (p *painter) runner(ctx, download context.Context, r *engine.Recipe, report func(engine.Progress)) *transfer.Runner {
	var taps []string
	for _, layers := range []engine.LayerWeights{r.ContentLayers, r.StyleLayers} {
		for _, l := range layers {
			taps = append(taps, l.Layer)
		}
	}
	be, fallback, remark := p.device.choose(ctx)
	return &transfer.Runner{
		Backend: be, Fallback: fallback, Remark: remark,
		Weights: func(_ context.Context, name string) (*vgg.Weights, error) {
			return p.nets.Load(download, p.weightsURL, name, taps, report)
		},
		Decode:      browser.Decode,
		MemoryLimit: memoryLimit(),
		Probes:      p.probes,
	}
}

// eyes are a network that looks at a picture. It is held apart from that of paintings, which
// would have to be read again after it.
type eyes struct {
	device backend.Backend
	nets   *networks.Networks
}

// see returns what the network at that address sees of a picture. A network that is too late
// goes on coming, for the next time.
func (e *eyes) see(ctx context.Context, weightsURL string, img *image.NRGBA) (*segment.Sight, error) {
	type loaded struct {
		w   *vgg.Weights
		err error
	}
	here := make(chan loaded, 1)
	go func() {
		w, err := e.nets.Load(context.WithoutCancel(ctx), weightsURL, "", sight.Taps, func(engine.Progress) {})
		here <- loaded{w, err}
	}()
	select {
	case l := <-here:
		if l.err != nil {
			return nil, l.err
		}
		return sight.Of(ctx, e.device, l.w, img)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func get(ctx context.Context, address string, from int64, kept bool) (*networks.Answer, error) {
	f, err := browser.Fetch(ctx, address, from, kept)
	if err != nil {
		return nil, err
	}
	return &networks.Answer{Status: f.Status, From: f.From, Body: f.Body}, nil
}

// The browser's files, as package networks knows them.
type (
	originFiles struct{ browser.OriginFiles }
	cachedFiles struct{ browser.CachedFiles }
)

func (o originFiles) Open(ctx context.Context, name string) (networks.File, error) {
	f, err := o.OriginFiles.Open(ctx, name)
	if errors.Is(err, browser.ErrTaken) {
		return nil, networks.ErrTaken
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (c cachedFiles) Open(ctx context.Context, name string) (networks.File, error) {
	f, err := c.CachedFiles.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	return f, nil
}
