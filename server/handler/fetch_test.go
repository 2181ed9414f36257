package handler_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/server/api"
	"trappedinart/server/handler"
	"trappedinart/weights"
	"trappedinart/weights/fetch"
	"trappedinart/weights/fetch/fetchtest"
)

// A listener is a log that hands its lines on.
type listener struct {
	slog.Handler
	said chan string
}

func (l listener) Enabled(context.Context, slog.Level) bool { return true }

func (l listener) Handle(_ context.Context, r slog.Record) error {
	l.said <- r.Message
	return nil
}

// fetching returns a handler whose server fetches what h has, and what that logs.
func fetching(t *testing.T, h *fetchtest.Host, data []byte) (http.Handler, chan string) {
	t.Helper()
	dir, said := t.TempDir(), make(chan string, 9)
	store := &weights.Store{Dir: filepath.Join(dir, "weights")}
	f := fetch.New(fetch.Options{
		Published: fetchtest.Published(h.Open(t), data), Flag: "--fetch-url", Dir: filepath.Join(dir, "downloads"), Store: store,
		Backend: func() backend.Trainer { return cpu.New(1) }, Log: slog.New(listener{slog.DiscardHandler, said}),
	})
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		f.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-gone })
	all, _ := handlerWith(t, func(c *handler.Config) {
		c.Weights, c.Fetcher = store, f
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	return all, said
}

// askFetch sends a request from an address with headers, one to a line, and reads the answer.
func askFetch(t *testing.T, h http.Handler, method, from, headers string) (int, api.Fetch, string) {
	t.Helper()
	r := httptest.NewRequest(method, "/api/v1/weights/fetch", nil)
	r.RemoteAddr, r.Host = from, "localhost:8080"
	for line := range strings.Lines(headers) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var f api.Fetch
	if w.Code < 300 {
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
			t.Errorf("%s: %v", w.Body, err)
		}
	}
	return w.Code, f, w.Body.String()
}

const here = "127.0.0.1:999"

// Only people on this machine can have anything fetched, and only by the server's own page.
func TestFetchIsForThisMachine(t *testing.T) {
	data := fetchtest.Keras(2)
	h := &fetchtest.Host{Data: data}
	all, _ := fetching(t, h, data)
	for name, c := range map[string]struct{ from, headers string }{
		"another machine":      {"10.1.2.3:999", ""},
		"another, IPv6":        {"[2001:db8::1]:999", ""},
		"a proxy":              {here, "X-Forwarded-For: 10.1.2.3"},
		"a proxy for us":       {here, "X-Forwarded-For: 127.0.0.1"},
		"a proxy, RFC 7239":    {here, "Forwarded: for=127.0.0.1"},
		"a proxy that says so": {here, "Via: 1.1 front"},
		"a proxy of nginx":     {here, "X-Real-IP: 10.1.2.3"},
		"another name":         {here, "Host: pictures.example:8080"},
		"another address":      {here, "Host: 10.0.0.1:8080"},
		"another site's page":  {here, "Sec-Fetch-Site: cross-site"},
	} {
		if status, _, body := askFetch(t, all, http.MethodPost, c.from, c.headers); status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if status, f, _ := askFetch(t, all, http.MethodGet, c.from, c.headers); status != http.StatusOK || f.Allowed != (name == "another site's page") || f.State != "idle" || f.Total != int64(len(data)) {
			t.Errorf("%s: %d %+v", name, status, f)
		}
	}
	if asked := h.Asked(); len(asked) > 0 {
		t.Errorf("the file was asked for %d times", len(asked))
	}
	for _, c := range []struct{ from, headers string }{{here, ""}, {"[::1]:999", "Host: [::1]:8080"}, {"127.0.0.1:9", "Host: 127.0.0.1"}, {here, "Sec-Fetch-Site: same-origin"}} {
		if status, f, body := askFetch(t, all, http.MethodGet, c.from, c.headers); status != http.StatusOK || !f.Allowed {
			t.Errorf("%+v: %d %s", c, status, body)
		}
	}
}

// A network that is asked for comes, and is one like the others at once; errors are told to
// clients that may have it fetched.
func TestFetchByAPI(t *testing.T) {
	data := fetchtest.Keras(2)
	h := &fetchtest.Host{Status: http.StatusNotFound}
	all, said := fetching(t, h, data)
	until := func(want string) {
		t.Helper()
		for message := range said {
			if message == want {
				return
			}
			if strings.HasPrefix(message, "the network ") {
				t.Fatalf("it says %q, want %q", message, want)
			}
		}
	}
	start := func() {
		t.Helper()
		if status, f, body := askFetch(t, all, http.MethodPost, here, ""); status != http.StatusAccepted || f.State != "fetching" || f.Name != "vgg19" {
			t.Errorf("%d %s", status, body)
		}
	}
	start()
	until("the network could not be fetched")
	if _, f, _ := askFetch(t, all, http.MethodGet, here, ""); f.State != "failed" || f.Error == nil || f.Error.Code != "unavailable" || !strings.Contains(f.Error.Detail, "answers 404") {
		t.Errorf("it says %+v", f)
	}
	if _, f, _ := askFetch(t, all, http.MethodGet, "10.1.2.3:9", ""); f.State != "failed" || f.Error != nil {
		t.Errorf("elsewhere it says %+v", f)
	}
	*h = fetchtest.Host{Data: data}
	start()
	until("the network is here")
	if status, f, _ := askFetch(t, all, http.MethodPost, here, ""); status != http.StatusAccepted || f.State != "done" || f.Error != nil {
		t.Errorf("%d, it says %+v", status, f)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		all.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	var list []api.Weights
	if err := json.Unmarshal(get("/api/v1/weights").Body.Bytes(), &list); err != nil || len(list) != 3 || list[2].Name != "vgg19" {
		t.Fatalf("the list is %+v, %v", list, err)
	}
	if w := get(list[2].URL); w.Code != http.StatusOK || w.Body.Len() != list[2].Bytes {
		t.Errorf("the file: %d, %d bytes", w.Code, w.Body.Len())
	}
}
