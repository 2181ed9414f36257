package webgpu

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"trappedinart/internal/promise"
)

// browser is a GPU by the browser's navigator.gpu, in a page or a worker.
type browser struct {
	device, queue js.Value
	about         Info
	most          int64
	offsets       js.Value // a Uint32Array with the offset of every slot
	failed        error    // what the browser said later on
	closed        bool
	funcs         []js.Func
}

type jsBuffer struct {
	js.Value
	bytes int
}

func (b *jsBuffer) release() { b.Call("destroy") }

type jsPipeline struct{ pipeline, layout js.Value }

type jsGroup struct{ js.Value }

func (*jsGroup) release() {} // the browser's garbage

// Of the specification, WebGPU 4.2.1 and 4.5: usages of buffers, and modes of mapping.
const (
	mapRead    = 1
	copySrc    = 4
	copyDst    = 8
	useUniform = 64
	useStorage = 128
	compute    = 4 // of shader stages
)

func openGPU(ctx context.Context) (_ gpu, err error) {
	defer promise.Caught(&err)
	api := js.Global().Get("navigator").Get("gpu")
	if !api.Truthy() {
		return nil, none("this browser has no WebGPU")
	}
	adapter, err := promise.Await(ctx, api.Call("requestAdapter", map[string]any{"powerPreference": "high-performance"}))
	if err != nil {
		return nil, err
	}
	if !adapter.Truthy() {
		return nil, none("this browser finds no GPU that it may compute on")
	}
	g := &browser{about: infoOf(adapter)}
	limits, asked := adapter.Get("limits"), map[string]any{}
	for _, name := range []string{"maxStorageBufferBindingSize", "maxBufferSize"} {
		asked[name] = limits.Get(name)
	}
	g.most = min(int64(limits.Get("maxStorageBufferBindingSize").Float()), int64(limits.Get("maxBufferSize").Float()), 1<<31-4)
	if g.device, err = promise.Await(ctx, adapter.Call("requestDevice", map[string]any{"requiredLimits": asked})); err != nil {
		return nil, fmt.Errorf("%s cannot be opened: %w", g.about, err)
	}
	g.queue = g.device.Get("queue")
	offsets := make([]any, slots)
	for i := range offsets {
		offsets[i] = i * slotBytes
	}
	g.offsets = js.Global().Get("Uint32Array").Call("from", js.ValueOf(offsets))
	g.listen()
	return g, nil
}

// infoOf names an adapter. Browsers tell little: most of them the maker and the kind.
func infoOf(adapter js.Value) Info {
	info := adapter.Get("info")
	text := func(name string) string {
		if v := info.Get(name); v.Type() == js.TypeString {
			return v.String()
		}
		return ""
	}
	name := text("description")
	if name == "" {
		name = text("vendor")
		if a := text("architecture"); a != "" {
			name += " " + a
		}
	}
	if name == "" {
		name = "a GPU without a name"
	}
	software := info.Get("isFallbackAdapter").Truthy() || adapter.Get("isFallbackAdapter").Truthy()
	return Info{Name: name, API: "browser", Software: software || namesSoftware(name+" "+text("architecture")+" "+text("device"))}
}

// listen takes what the browser says when it comes to it: that the device is lost, and
// errors of commands long handed over.
func (g *browser) listen() {
	gone := js.FuncOf(func(_ js.Value, args []js.Value) any {
		g.fail(lost(args[0]))
		return nil
	})
	wrong := js.FuncOf(func(_ js.Value, args []js.Value) any {
		g.fail(errors.New(args[0].Get("error").Get("message").String()))
		return nil
	})
	g.funcs = append(g.funcs, gone, wrong)
	g.device.Get("lost").Call("then", gone)
	g.device.Set("onuncapturederror", wrong)
}

// lost says why the device is lost, by its GPUDeviceLostInfo.
func lost(info js.Value) error {
	return errors.New("it was lost: " + info.Get("message").String())
}

// awaitLoss gives the browser a second to say that the device is lost, as a lost device first rejects
// what waits for it, with reasons that say nothing to people.
func (g *browser) awaitLoss() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	defer time.AfterFunc(time.Second, stop).Stop()
	if info, err := promise.Await(ctx, g.device.Get("lost")); err == nil {
		g.fail(lost(info))
	}
}

func (g *browser) fail(err error) {
	if g.failed == nil {
		g.failed = err
	}
}

func (g *browser) info() Info     { return g.about }
func (g *browser) largest() int64 { return g.most }
func (g *browser) check() error   { return g.failed }

func (g *browser) buffer(label string, bytes int, use usage) (_ buffer, err error) {
	defer promise.Caught(&err)
	flags := useStorage | copyDst | copySrc
	switch use {
	case uniform:
		flags = useUniform | copyDst
	case readable:
		flags = mapRead | copyDst
	}
	b := g.device.Call("createBuffer", map[string]any{"label": label, "size": bytes, "usage": flags})
	return &jsBuffer{b, bytes}, nil
}

func (g *browser) pipeline(s *shader) (_ pipeline, err error) {
	defer promise.Caught(&err)
	module := g.device.Call("createShaderModule", map[string]any{"label": s.name, "code": s.text})
	entries := []any{map[string]any{
		"binding": 0, "visibility": compute,
		"buffer": map[string]any{"type": "uniform", "hasDynamicOffset": true, "minBindingSize": slotBytes},
	}}
	for i, writes := range s.writes {
		kind := "read-only-storage"
		if writes {
			kind = "storage"
		}
		entries = append(entries, map[string]any{"binding": i + 1, "visibility": compute, "buffer": map[string]any{"type": kind}})
	}
	layout := g.device.Call("createBindGroupLayout", map[string]any{"entries": entries})
	whole := g.device.Call("createPipelineLayout", map[string]any{"bindGroupLayouts": []any{layout}})
	p, err := promise.Await(context.Background(), g.device.Call("createComputePipelineAsync", map[string]any{
		"label": s.name, "layout": whole, "compute": map[string]any{"module": module, "entryPoint": "main"},
	}))
	if err == nil {
		return &jsPipeline{p, layout}, nil
	}
	// The compilation info has the errors of the text.
	about, infoErr := promise.Await(context.Background(), module.Call("getCompilationInfo"))
	if infoErr != nil {
		return nil, s.explain(err)
	}
	messages := about.Get("messages")
	for i := range messages.Length() {
		if m := messages.Index(i); m.Get("type").String() == "error" {
			return nil, s.explain(fmt.Errorf("%d:%d %s", m.Get("lineNum").Int(), m.Get("linePos").Int(), m.Get("message").String()))
		}
	}
	return nil, s.explain(err)
}

func (g *browser) group(p pipeline, params buffer, bound []buffer) (_ group, err error) {
	defer promise.Caught(&err)
	entries := []any{map[string]any{"binding": 0, "resource": map[string]any{"buffer": params.(*jsBuffer).Value, "size": slotBytes}}}
	for i, b := range bound {
		entries = append(entries, map[string]any{"binding": i + 1, "resource": map[string]any{"buffer": b.(*jsBuffer).Value}})
	}
	return &jsGroup{g.device.Call("createBindGroup", map[string]any{"layout": p.(*jsPipeline).layout, "entries": entries})}, nil
}

func (g *browser) write(b buffer, offset int, bytes []byte) (err error) {
	defer promise.Caught(&err)
	data := js.Global().Get("Uint8Array").New(len(bytes))
	js.CopyBytesToJS(data, bytes)
	g.queue.Call("writeBuffer", b.(*jsBuffer).Value, offset, data)
	return nil
}

func (g *browser) submit(commands []command, copies []copying) (err error) {
	defer promise.Caught(&err)
	encoder := g.device.Call("createCommandEncoder")
	if len(commands) > 0 {
		pass := encoder.Call("beginComputePass")
		var last pipeline
		for _, c := range commands {
			if c.pipeline != last {
				pass.Call("setPipeline", c.pipeline.(*jsPipeline).pipeline)
				last = c.pipeline
			}
			pass.Call("setBindGroup", 0, c.group.(*jsGroup).Value, g.offsets, c.offset/slotBytes, 1)
			pass.Call("dispatchWorkgroups", c.x, c.y, c.z)
		}
		pass.Call("end")
	}
	for _, c := range copies {
		encoder.Call("copyBufferToBuffer", c.src.(*jsBuffer).Value, 0, c.dst.(*jsBuffer).Value, 0, c.bytes)
	}
	g.queue.Call("submit", []any{encoder.Call("finish")})
	return nil
}

func (g *browser) read(_ context.Context, dst []byte, b buffer) (err error) {
	defer promise.Caught(&err)
	from := b.(*jsBuffer).Value
	// The mapping is waited for even if the run ends: a buffer that is being mapped could
	// not be used again.
	if _, err := promise.Await(context.Background(), from.Call("mapAsync", 1, 0, len(dst))); err != nil {
		g.awaitLoss()
		if g.failed != nil {
			return g.failed
		}
		return err
	}
	js.CopyBytesToGo(dst, js.Global().Get("Uint8Array").New(from.Call("getMappedRange", 0, len(dst))))
	from.Call("unmap")
	return g.failed
}

func (g *browser) close() {
	if !g.closed {
		g.closed = true
		g.device.Call("destroy")
	}
}
