//go:build !js

package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"trappedinart/engine"
	"trappedinart/server/api"
)

func TestFetchTexts(t *testing.T) {
	for want, f := range map[string]api.Fetch{
		"Finest: let this server fetch VGG-19":                            {},
		"Finest: let this server fetch VGG-19 (80.1 MB, once)":            {Total: 80_134_624},
		"Finest: let this server go on fetching VGG-19 (30.1 MB to come)": {Total: 80_134_624, Bytes: 50_000_000, State: api.Failed},
	} {
		if got := fetchOffer(&f); got != want {
			t.Errorf("it offers %q, want %q", got, want)
		}
	}
	for want, f := range map[string]api.Fetch{
		"Fetching the network: 12.3 of 80.1 MB": {State: api.FetchFetching, Bytes: 12_345_678, Total: 80_134_624},
		"Fetching the network …":                {State: api.FetchFetching},
		"Checking what came …":                  {State: api.FetchChecking, Bytes: 5, Total: 5},
		"Making it small for browsers …":        {State: api.FetchQuantising},
	} {
		if got := fetchFine(&f); got != want || !coming(&f) {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}

// What the server answers is read, and what it refuses is said.
func TestCatalogueFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/art/api/v1/weights/fetch" {
			t.Errorf("asked for %s", r.URL)
		}
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"status":403,"code":"unauthorized","detail":"Not from here."}`))
			return
		}
		_, _ = w.Write([]byte(`{"name":"vgg19","state":"fetching","bytes":3,"total_bytes":9,"allowed":true}`))
	}))
	defer server.Close()
	base, err := url.Parse(server.URL + "/art/")
	if err != nil {
		t.Fatal(err)
	}
	c := &catalogue{base: base, client: server.Client()}
	if f, err := c.fetch(t.Context(), http.MethodGet); err != nil || *f != (api.Fetch{Name: "vgg19", State: "fetching", Bytes: 3, Total: 9, Allowed: true}) {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := c.fetch(t.Context(), http.MethodPost); engine.AsError(err) == nil || engine.AsError(err).Message != "Not from here." {
		t.Errorf("what is refused gives %v", err)
	}
}
