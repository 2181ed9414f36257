package webgpu

// Transform says whether convolutions go through Winograd's transforms.
func (b *Backend) Transform(on bool) { b.transform = on }
