package webgpu

// Kill takes the device away behind the back end's back, as a browser does.
func (b *Backend) Kill() { b.gpu.(*browser).device.Call("destroy") }
