//go:build !js

package importer

import "trappedinart/engine/vgg"

// The inputs that tests compare with.
var (
	TorchvisionInput = torchvision
	CaffeRGB         = caffeRGB
	Place            = place
	Count            = count
)

// Know makes the filters of a network known as those of the original until forget is
// called, so that tests need none of its parameters.
func Know(c *vgg.Conv, in vgg.Input) (forget func()) {
	sum := fingerprint(c)
	fingerprints[sum] = in
	return func() { delete(fingerprints, sum) }
}

// Publish makes a file known by its checksum until forget is called.
func Publish(sha256, md5 string, in vgg.Input) (forget func()) {
	had := published
	published = append(published[:len(had):len(had)], struct {
		sha256, md5 string
		input       vgg.Input
	}{sha256, md5, in})
	return func() { published = had }
}
