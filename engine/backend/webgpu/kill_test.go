//go:build !js

package webgpu

// Kill takes the device away behind the back end's back, as a driver does.
func (b *Backend) Kill() { b.gpu.(*native).device.Release() }
