//go:build !js

package runner_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"sync"
	"testing"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/runner"
)

// remembered is a memory.
type remembered map[string][]byte

func (r remembered) Set(key string, value any) (err error) {
	r[key], err = json.Marshal(value)
	return err
}

func (r remembered) Get(key string, value any) error {
	if r[key] == nil {
		return nil
	}
	return json.Unmarshal(r[key], value)
}

// Without a server the last list holds; with one again, the new.
func TestNetworksOffline(t *testing.T) {
	list := []api.Weights{{Name: "small", URL: "/weights/small 1", Bytes: 5, Compressed: 4}}
	var mu sync.Mutex // of what the server has
	up := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if !up {
			panic(http.ErrAbortHandler)
		}
		_ = json.NewEncoder(w).Encode(list)
	}))
	defer server.Close()
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	memory := remembered{}
	visit := func() *runner.Catalogue {
		return &runner.Catalogue{Base: base, Client: server.Client(), Memory: memory, Log: t.Log}
	}

	set := func(now bool) {
		mu.Lock()
		defer mu.Unlock()
		up = now
	}
	set(false)
	if _, err := visit().Networks(t.Context()); engine.AsError(err) == nil || engine.AsError(err).Message != runner.NoServer {
		t.Errorf("the first visit without a server gives %v", err)
	}
	set(true)
	if got, err := visit().Networks(t.Context()); err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("with a server there are %+v, %v", got, err)
	}
	set(false)
	c := visit()
	if got, err := c.Networks(t.Context()); err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("without a server there are %+v, %v", got, err)
	}
	if address, err := c.Address(t.Context(), "small"); err != nil || address != server.URL+"/weights/small%201" {
		t.Errorf("its address is %q, %v", address, err)
	}
	mu.Lock()
	up, list = true, append(list, api.Weights{Name: "new"})
	mu.Unlock()
	if got, err := c.Networks(t.Context()); err != nil || len(got) != 2 {
		t.Errorf("with a server again there are %+v, %v", got, err)
	}
}

// A page without a server asks for nothing: its list came with it.
func TestNetworksOfAStaticPage(t *testing.T) {
	for page, want := range map[string]string{
		"http://here/": "http://here/weights/a%20b", "http://here/deep/er/": "http://here/deep/er/weights/a%20b",
		"http://here/deep/er/index.html?size=64": "http://here/deep/er/weights/a%20b",
	} {
		base, err := url.Parse(page)
		if err != nil {
			t.Fatal(err)
		}
		c := &runner.Catalogue{Base: base, Static: `[{"name": "small", "url": "weights/a b", "bytes": 5}]`} // and no client
		if list, err := c.Networks(t.Context()); err != nil || len(list) != 1 || list[0].Bytes != 5 {
			t.Errorf("%s: there are %+v, %v", page, list, err)
		}
		if got, err := c.Address(t.Context(), "small"); err != nil || got != want {
			t.Errorf("%s: the address is %q, %v; want %q", page, got, err, want)
		}
		if _, err := c.Address(t.Context(), "vgg19"); engine.AsError(err) == nil || engine.AsError(err).Code != engine.UnknownWeights {
			t.Errorf("%s: a network that is not there gives %v", page, err)
		}
		if h := c.Server(t.Context()); h != nil {
			t.Errorf("%s: there is a server: %+v", page, h)
		}
	}
}

// The server's paths are resolved beside the page.
func TestBeside(t *testing.T) {
	for _, c := range [][3]string{
		{"https://host/", "/api/v1/jobs", "https://host/api/v1/jobs"},
		{"https://host/?size=64", "api/v1/jobs", "https://host/api/v1/jobs"},
		{"https://host/art/", "/s/AB", "https://host/art/s/AB"},
		{"https://host/art/index.html?size=64", "/weights/a b", "https://host/art/weights/a%20b"},
	} {
		base, err := url.Parse(c[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := runner.Beside(base, c[1]).String(); got != c[2] {
			t.Errorf("%s beside %s is %s, want %s", c[1], c[0], got, c[2])
		}
	}
}
