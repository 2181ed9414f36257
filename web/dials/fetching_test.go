//go:build !js

package dials

import (
	"testing"

	"trappedinart/server/api"
)

func TestFetchTexts(t *testing.T) {
	for want, f := range map[string]api.Fetch{
		"Finest: let this server download VGG-19":                            {},
		"Finest: let this server download VGG-19 (80.1 MB, once)":            {Total: 80_134_624},
		"Finest: let this server continue to download VGG-19 (30.1 MB left)": {Total: 80_134_624, Bytes: 50_000_000, State: api.Failed},
	} {
		if got := fetchOffer(&f); got != want {
			t.Errorf("it offers %q, want %q", got, want)
		}
	}
	for want, f := range map[string]api.Fetch{
		"Downloading the network: 12.3 of 80.1 MB": {State: api.FetchFetching, Bytes: 12_345_678, Total: 80_134_624},
		"Downloading the network …":                {State: api.FetchFetching},
		"Checking the download …":                  {State: api.FetchChecking, Bytes: 5, Total: 5},
		"Making it small for browsers …":           {State: api.FetchQuantising},
	} {
		if got := fetchFine(&f); got != want || !coming(&f) {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}
