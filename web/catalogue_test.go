//go:build !js

package main

import (
	"testing"

	"trappedinart/engine"
	"trappedinart/server/api"
)

func TestNetworkText(t *testing.T) {
	s := &studio{}
	n := api.Weights{Name: "vgg19", URL: "/weights/vgg19-1.safetensors", Bytes: 13_100_000, Compressed: 11_600_000}
	for kept, want := range map[int64]string{
		0: "Finest (VGG-19) (11.6 MB to fetch once)", 5_000_000: "Finest (VGG-19) (8.1 MB still to fetch)", 13_100_000: "Finest (VGG-19)",
	} {
		s.stored = map[string]int64{"vgg19-1.safetensors": kept}
		if got := s.networkText(n); got != want {
			t.Errorf("with %d bytes kept it is %q, want %q", kept, got, want)
		}
	}
	n.Compressed = 0
	s.stored = nil
	if got := s.networkText(n); got != "Finest (VGG-19) (13.1 MB to fetch once)" {
		t.Errorf("it is %q", got)
	}
}

func TestFetchingText(t *testing.T) {
	s := &studio{state: loading, progress: engine.Progress{Stage: engine.Fetching}}
	for _, c := range []struct {
		bytes, total int64
		want         string
		fraction     float64
	}{
		{0, 0, "Fetching the network …", 0},
		{5_240_000, 13_100_000, "Fetching the network: 5.2 of 13.1 MB", 0.4},
		{60_000, 240_000, "Fetching the network: 60 of 240 KB", 0.25},
	} {
		s.progress.Bytes, s.progress.TotalBytes = c.bytes, c.total
		if got := s.fine(); got != c.want || s.coarse() != words.Fetching || s.fraction() != c.fraction {
			t.Errorf("%q, %q, %v; want %q, %v", got, s.coarse(), s.fraction(), c.want, c.fraction)
		}
	}
	s.stopping = true
	if got := s.fine(); got != words.Stopping {
		t.Errorf("while it stops it says %q", got)
	}
}
