package webgpu

import "strings"

// Transform says whether convolutions go through Winograd's transforms.
func (b *Backend) Transform(on bool) { b.transform = on }

// Mistaken asks the device for a pipeline whose text has a mistake in line 11 of clear.wgsl.
func (b *Backend) Mistaken() error {
	s, err := newShader("clear")
	if err == nil {
		s.text = strings.Replace(s.text, "dst[i] = ", "dst[i] = ) ", 1)
		_, err = b.gpu.pipeline(s)
	}
	return err
}
