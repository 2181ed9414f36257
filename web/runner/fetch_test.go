//go:build !js

package runner_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/runner"
)

// Fetch reads the server's answer, and passes on its refusal.
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
	c := &runner.Catalogue{Base: base, Client: server.Client()}
	if f, err := c.Fetch(t.Context(), http.MethodGet); err != nil || *f != (api.Fetch{Name: "vgg19", State: "fetching", Bytes: 3, Total: 9, Allowed: true}) {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := c.Fetch(t.Context(), http.MethodPost); engine.AsError(err) == nil || engine.AsError(err).Message != "Not from here." {
		t.Errorf("what is refused gives %v", err)
	}
	c.Static = "[]"
	if _, err := c.Fetch(t.Context(), http.MethodGet); err == nil {
		t.Error("a page without a server has one that fetches")
	}
}
