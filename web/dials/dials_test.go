package dials_test

import (
	"testing"

	"trappedinart/server/api"
	"trappedinart/web/dials"
)

func TestNetworkText(t *testing.T) {
	s := dials.New(nil)
	n := api.Weights{Name: "vgg19", URL: "/weights/vgg19-1.safetensors", Bytes: 13_100_000, Compressed: 11_600_000}
	for kept, want := range map[int64]string{
		0: "Finest (VGG-19) (downloads 11.6 MB once)", 5_000_000: "Finest (VGG-19) (8.1 MB left to download)", 13_100_000: "Finest (VGG-19)",
	} {
		s.Store(map[string]int64{"vgg19-1.safetensors": kept})
		if got := s.NetworkText(n); got != want {
			t.Errorf("with %d bytes kept it is %q, want %q", kept, got, want)
		}
	}
	n.Compressed = 0
	s.Store(nil)
	if got := s.NetworkText(n); got != "Finest (VGG-19) (downloads 13.1 MB once)" {
		t.Errorf("it is %q", got)
	}
}
