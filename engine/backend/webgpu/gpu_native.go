//go:build !js

package webgpu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gogpu/gputypes"
	"github.com/gogpu/wgpu"
	_ "github.com/gogpu/wgpu/hal/allbackends"
)

// native is a GPU by Vulkan, Metal or DirectX 12.
type native struct {
	instance *wgpu.Instance
	adapter  *wgpu.Adapter
	device   *wgpu.Device
	queue    *wgpu.Queue
	about    Info
	limits   gputypes.Limits
	made     []interface{ Release() } // of pipelines
	closed   bool
}

type nativeBuffer struct {
	*wgpu.Buffer
	bytes int
}

func (b *nativeBuffer) release() {
	var gone error // with the device, or given back
	defer caught(&gone)
	b.Release()
}

type nativePipeline struct {
	*wgpu.ComputePipeline
	layout *wgpu.BindGroupLayout
}

type nativeGroup struct{ *wgpu.BindGroup }

func (g *nativeGroup) release() {
	var gone error
	defer caught(&gone)
	g.Release()
}

// caught makes an error of a panic: the library has some for a device that is gone, and drivers are
// other people's code.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the GPU's driver failed: %v", r)
	}
}

// openGPU takes the fastest adapter that there is; the library's own software renderer is
// none.
func openGPU(context.Context) (_ gpu, err error) {
	defer caught(&err)
	n := &native{}
	n.instance, err = wgpu.CreateInstance(&wgpu.InstanceDescriptor{Backends: gputypes.BackendsPrimary})
	if err != nil {
		return nil, none(fmt.Sprintf("no graphics interface answers: %v", err))
	}
	n.adapter, err = n.instance.RequestAdapter(&wgpu.RequestAdapterOptions{PowerPreference: gputypes.PowerPreferenceHighPerformance})
	if err != nil {
		n.close()
		return nil, none(fmt.Sprintf("no GPU was found: %v", err))
	}
	info := n.adapter.Info()
	n.about = Info{
		Name:     info.Name,
		API:      apiName(info.Backend),
		Software: info.DeviceType == gputypes.DeviceTypeCPU || namesSoftware(info.Name),
	}
	if info.Backend == gputypes.BackendEmpty || info.Name == "Software Renderer" {
		n.close()
		return nil, none("no GPU was found: there is no driver of Vulkan, Metal or DirectX 12")
	}
	n.limits = n.adapter.Limits()
	n.device, err = n.adapter.RequestDevice(&wgpu.DeviceDescriptor{Label: "trapped", RequiredLimits: n.limits})
	if err != nil {
		n.close()
		return nil, fmt.Errorf("%s cannot be opened: %w", n.about, err)
	}
	n.queue = n.device.Queue()
	return n, nil
}

func apiName(b gputypes.Backend) string {
	switch b {
	case gputypes.BackendVulkan:
		return "vulkan"
	case gputypes.BackendMetal:
		return "metal"
	case gputypes.BackendDX12:
		return "dx12"
	}
	return "other"
}

func (n *native) info() Info { return n.about }

func (n *native) largest() int64 {
	return int64(min(n.limits.MaxStorageBufferBindingSize, n.limits.MaxBufferSize, 1<<31-4))
}

func (n *native) buffer(label string, bytes int, use usage) (_ buffer, err error) {
	defer caught(&err)
	u := wgpu.BufferUsageStorage | wgpu.BufferUsageCopyDst | wgpu.BufferUsageCopySrc
	switch use {
	case uniform:
		u = wgpu.BufferUsageUniform | wgpu.BufferUsageCopyDst
	case readable:
		u = wgpu.BufferUsageMapRead | wgpu.BufferUsageCopyDst
	}
	b, err := n.device.CreateBuffer(&wgpu.BufferDescriptor{Label: label, Size: uint64(bytes), Usage: u})
	if err != nil {
		return nil, err
	}
	return &nativeBuffer{b, bytes}, nil
}

func (n *native) pipeline(s *shader) (_ pipeline, err error) {
	defer caught(&err)
	module, err := n.device.CreateShaderModule(&wgpu.ShaderModuleDescriptor{Label: s.name, WGSL: s.text})
	if err != nil {
		return nil, s.explain(err)
	}
	defer module.Release()
	entries := []gputypes.BindGroupLayoutEntry{{
		Binding: 0, Visibility: wgpu.ShaderStageCompute,
		Buffer: &gputypes.BufferBindingLayout{Type: gputypes.BufferBindingTypeUniform, HasDynamicOffset: true, MinBindingSize: slotBytes},
	}}
	for i, writes := range s.writes {
		kind := gputypes.BufferBindingTypeReadOnlyStorage
		if writes {
			kind = gputypes.BufferBindingTypeStorage
		}
		entries = append(entries, gputypes.BindGroupLayoutEntry{
			Binding: uint32(i + 1), Visibility: wgpu.ShaderStageCompute, Buffer: &gputypes.BufferBindingLayout{Type: kind},
		})
	}
	layout, err := n.device.CreateBindGroupLayout(&wgpu.BindGroupLayoutDescriptor{Label: s.name, Entries: entries})
	if err != nil {
		return nil, s.explain(err)
	}
	n.made = append(n.made, layout)
	whole, err := n.device.CreatePipelineLayout(&wgpu.PipelineLayoutDescriptor{Label: s.name, BindGroupLayouts: []*wgpu.BindGroupLayout{layout}})
	if err != nil {
		return nil, s.explain(err)
	}
	n.made = append(n.made, whole)
	p, err := n.device.CreateComputePipeline(&wgpu.ComputePipelineDescriptor{Label: s.name, Layout: whole, Module: module, EntryPoint: "main"})
	if err != nil {
		return nil, s.explain(err)
	}
	n.made = append(n.made, p)
	return &nativePipeline{p, layout}, nil
}

func (n *native) group(p pipeline, params buffer, bound []buffer) (_ group, err error) {
	defer caught(&err)
	entries := []wgpu.BindGroupEntry{{Binding: 0, Buffer: params.(*nativeBuffer).Buffer, Size: slotBytes}}
	for i, b := range bound {
		entries = append(entries, wgpu.BindGroupEntry{Binding: uint32(i + 1), Buffer: b.(*nativeBuffer).Buffer, Size: uint64(b.(*nativeBuffer).bytes)})
	}
	g, err := n.device.CreateBindGroup(&wgpu.BindGroupDescriptor{Layout: p.(*nativePipeline).layout, Entries: entries})
	if err != nil {
		return nil, err
	}
	return &nativeGroup{g}, nil
}

func (n *native) write(b buffer, offset int, bytes []byte) (err error) {
	defer caught(&err)
	return n.queue.WriteBuffer(b.(*nativeBuffer).Buffer, uint64(offset), bytes)
}

func (n *native) submit(commands []command, copies []copying) (err error) {
	defer caught(&err)
	encoder, err := n.device.CreateCommandEncoder(nil)
	if err != nil {
		return err
	}
	if len(commands) > 0 {
		pass, err := encoder.BeginComputePass(nil)
		if err != nil {
			return err
		}
		var last pipeline
		offsets := make([]uint32, len(commands)) // the pass holds on to each
		for i, c := range commands {
			if c.pipeline != last {
				pass.SetPipeline(c.pipeline.(*nativePipeline).ComputePipeline)
				last = c.pipeline
			}
			offsets[i] = c.offset
			pass.SetBindGroup(0, c.group.(*nativeGroup).BindGroup, offsets[i:i+1])
			pass.Dispatch(c.x, c.y, c.z)
		}
		if err := pass.End(); err != nil {
			return err
		}
	}
	for _, c := range copies {
		encoder.CopyBufferToBuffer(c.src.(*nativeBuffer).Buffer, 0, c.dst.(*nativeBuffer).Buffer, 0, uint64(c.bytes))
	}
	done, err := encoder.Finish()
	if err != nil {
		return err
	}
	_, err = n.queue.Submit(done)
	return err
}

func (n *native) read(_ context.Context, dst []byte, b buffer) (err error) {
	defer caught(&err)
	from := b.(*nativeBuffer).Buffer
	// Buffer.Map of the library waits for ever now and then, when the device is done in
	// between its two looks; so this waits for the device itself. It does even if ctx ends:
	// a buffer in the middle of being mapped could not be used again.
	pending, err := from.MapAsync(wgpu.MapModeRead, 0, uint64(len(dst)))
	if err != nil {
		return err
	}
	defer pending.Release()
	if err := n.device.WaitIdle(); err != nil {
		return err
	}
	n.device.Poll(wgpu.PollWait)
	if done, err := pending.Status(); err != nil || !done {
		return cmp.Or(err, errors.New("what was computed could not be read back"))
	}
	defer from.Unmap()
	mapped, err := from.MappedRange(0, uint64(len(dst)))
	if err != nil {
		return err
	}
	copy(dst, mapped.Bytes())
	mapped.Release()
	return nil
}

func (n *native) check() error {
	if n.closed {
		return errors.New("the device was closed")
	}
	return nil
}

func (n *native) close() {
	if n.closed {
		return
	}
	n.closed = true
	var gone error // with the device
	defer caught(&gone)
	for _, m := range slices.Backward(n.made) {
		m.Release()
	}
	if n.device != nil {
		n.device.Release()
	}
	if n.adapter != nil {
		n.adapter.Release()
	}
	if n.instance != nil {
		n.instance.Release()
	}
}
