package handler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"trappedinart/server/api"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/weights"
)

// securityHeaders are what every answer has, whatever it is.
var securityHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
		"img-src 'self' blob: data:; style-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Embedder-Policy": "require-corp",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "geolocation=(), microphone=(), payment=(), usb=()",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
}

func TestSecurityHeaders(t *testing.T) {
	s := open(t, &painter{steps: 1}, jobs.Options{})
	c := s.submit()
	s.events(c, "", -1)
	data, _ := sealed(t, exampleEnvelope)
	shared := s.share(data, "")
	_, list := s.do(http.MethodGet, "/api/v1/weights", "", nil)
	var networks []api.Weights
	if err := json.Unmarshal(list, &networks); err != nil || len(networks) == 0 {
		t.Fatalf("%s, %v", list, err)
	}
	for name, c := range map[string]struct {
		method, path, token, header, value string
		status                             int
	}{
		"the page":            {path: "/", status: 200},
		"an unchanged page":   {path: "/", header: "If-None-Match", value: "*", status: 304},
		"a share's page":      {path: shared.Links.Page, status: 200},
		"a script":            {path: "/app.js", status: 200},
		"no file":             {path: "/nothing", status: 404},
		"a path out of here":  {path: "/web/..%2f..%2fetc/passwd", status: 404},
		"a path to be tidied": {path: "/web//style.css", status: 307},
		"a wrong method":      {method: http.MethodPost, path: "/", status: 405},
		"weights":             {path: networks[0].URL, status: 200},
		"a part of weights":   {path: networks[0].URL, header: "Range", value: "bytes=0-9", status: 206},
		"no part of weights":  {path: networks[0].URL, header: "Range", value: "bytes=999999999-", status: 416},
		"no weights":          {path: "/weights/none", status: 404},
		"JSON":                {path: "/api/v1/weights", status: 200},
		"health":              {path: "/healthz", status: 200},
		"the description":     {path: "/api/v1/openapi.json", status: 200},
		"metrics":             {path: "/metrics", status: 200},
		"no metrics":          {path: "/metrics", header: "X-Forwarded-For", value: "10.1.1.1", status: 403},
		"a problem":           {path: "/api/v1/jobs/x", status: 401},
		"no operation":        {path: "/api/v1/tea", status: 404},
		"a wrong operation":   {method: http.MethodPut, path: "/api/v1/weights", status: 405},
		"a job":               {path: c.Links.Self, token: c.Token, status: 200},
		"events":              {path: c.Links.Events, token: c.Token, status: 200},
		"a result":            {path: c.Links.Result, token: c.Token, status: 200},
		"a share":             {path: shared.Links.Self, status: 200},
		"no share":            {path: "/api/v1/shares/x", status: 404},
		"what huma refuses":   {method: http.MethodPost, path: "/api/v1/shares?days=x", status: 422},
	} {
		method := c.method
		if method == "" {
			method = http.MethodGet
		}
		r := httptest.NewRequest(method, c.path, nil)
		r.RemoteAddr = "127.0.0.1:1234"
		r.Header.Set("Authorization", "Bearer "+c.token)
		if c.token == "" {
			r.Header.Del("Authorization")
		}
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d %.200s, want %d", name, w.Code, w.Body, c.status)
		}
		for header, want := range securityHeaders {
			if got := w.Header()[header]; len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
		if w.Header().Get("X-Request-Id") == "" || w.Header().Get("Cache-Control") == "" && w.Code < 300 {
			t.Errorf("%s: request %q, cached by %q", name, w.Header().Get("X-Request-Id"), w.Header().Get("Cache-Control"))
		}
	}
}

// handlerWith returns a handler with a page that panics, waits or answers, and its log.
func handlerWith(t *testing.T, change func(*handler.Config)) (http.Handler, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	c := handler.Config{Weights: &weights.Store{}, Log: slog.New(handler.WithRequestID(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))}
	c.Site = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/panic":
			panic("tea")
		case "/late":
			fmt.Fprint(w, "half an ans")
			panic("tea")
		}
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, "yes")
	})
	if change != nil {
		change(&c)
	}
	return handler.New(c), &log
}

func ask(h http.Handler, method, path, peer string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = peer
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPanic(t *testing.T) {
	h, log := handlerWith(t, nil)
	w := ask(h, "GET", "/panic?key=hidden", "192.0.2.1:1", "Authorization", "Bearer hidden")
	if p := problemOf(t, w.Result(), w.Body.Bytes()); w.Code != 500 || strings.Contains(p.Detail, "tea") {
		t.Errorf("a panic is answered by %d %s", w.Code, w.Body)
	}
	if text := log.String(); !strings.Contains(text, "panic=tea") || !strings.Contains(text, "request="+w.Header().Get("X-Request-Id")) || strings.Contains(text, "hidden") {
		t.Errorf("the log is %s", text)
	}
	for header := range securityHeaders {
		if w.Header().Get(header) == "" {
			t.Errorf("a panic's answer lacks %s", header)
		}
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("half an answer ends with %v", p)
		}
	}()
	ask(h, "GET", "/late", "192.0.2.1:1")
}

func TestRates(t *testing.T) {
	h, _ := handlerWith(t, func(c *handler.Config) { c.Rates = handler.Rates{Requests: 0.5, Posts: 8} })
	many := func(method, peer string) (last *httptest.ResponseRecorder) {
		for range 6 {
			last = ask(h, method, "/", peer)
		}
		return last
	}
	w := many("GET", "192.0.2.1:1")
	if w.Code != 429 || w.Header().Get("Retry-After") != "2" || problemOf(t, w.Result(), w.Body.Bytes()).Code != "busy" {
		t.Errorf("too many requests are answered by %d %v", w.Code, w.Header())
	}
	if w := ask(h, "GET", "/", "192.0.2.2:1"); w.Code != 200 {
		t.Errorf("another address is answered by %d", w.Code)
	}
	for _, peer := range []string{"127.0.0.1:1", "[::1]:1", "127.8.0.1:1"} {
		if w := many("POST", peer); w.Code != 200 {
			t.Errorf("%s is answered by %d", peer, w.Code)
		}
	}
	// Somebody forwards what comes from anywhere, and was not named.
	for header, peer := range map[string]string{"X-Forwarded-For": "127.1.0.1:1", "Forwarded": "127.2.0.1:1"} {
		var codes []int
		for range 6 {
			codes = append(codes, ask(h, "GET", "/", peer, header, "for=127.0.0.1").Code)
		}
		if codes[0] != 200 || codes[5] != 429 {
			t.Errorf("what is forwarded from this machine by %s is answered by %v", header, codes)
		}
	}
	many("GET", "[2001:db8::1]:1")
	if w := ask(h, "GET", "/", "[2001:db8::ffff]:1"); w.Code != 429 {
		t.Errorf("another address of the same network is answered by %d", w.Code)
	}
	if w := ask(h, "GET", "/", "[2001:db8:0:1::1]:1"); w.Code != 200 {
		t.Errorf("another network is answered by %d", w.Code)
	}
	for i, want := range []int{200, 200, 429} {
		if w := ask(h, "POST", "/", "192.0.2.3:1"); w.Code != want {
			t.Errorf("post %d is answered by %d", i, w.Code)
		}
	}
	h, _ = handlerWith(t, func(c *handler.Config) { c.Rates = handler.Rates{Requests: 0.5, Loopback: true} })
	if w := many("GET", "127.0.0.1:1"); w.Code != 429 {
		t.Errorf("this machine, limited too, is answered by %d", w.Code)
	}
}

// Pages of other sites change nothing, and their links work.
func TestOtherSites(t *testing.T) {
	h, _ := handlerWith(t, nil)
	for _, c := range []struct {
		method, header, value string
		want                  int
	}{
		{"POST", "Sec-Fetch-Site", "cross-site", 403},
		{"POST", "Sec-Fetch-Site", "same-site", 403},
		{"POST", "Origin", "https://elsewhere.example", 403},
		{"DELETE", "Origin", "null", 403},
		{"POST", "Sec-Fetch-Site", "same-origin", 200},
		{"POST", "Origin", "http://example.com", 200}, // which is what httptest asks
		{"POST", "", "", 200},                         // no browser
		{"GET", "Sec-Fetch-Site", "cross-site", 200},
	} {
		header := []string{c.header, c.value}
		if c.header == "" {
			header = nil
		}
		w := ask(h, c.method, "/", "192.0.2.1:1", header...)
		if w.Code != c.want || w.Code == 403 && problemOf(t, w.Result(), w.Body.Bytes()).Code != "invalid_request" {
			t.Errorf("%s with %s %q is answered by %d %s", c.method, c.header, c.value, w.Code, w.Body)
		}
	}
}

// The client is the last address that is no proxy of ours, with anything before it.
func TestProxies(t *testing.T) {
	h, log := handlerWith(t, func(c *handler.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	})
	for _, c := range []struct {
		peer, forwarded, want string
	}{
		{"192.0.2.1:1", "", "192.0.2.1"},
		{"192.0.2.1:1", "127.0.0.1", "192.0.2.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"10.0.0.1:1", "192.0.2.9", "192.0.2.9"},
		{"10.0.0.1:1", "127.0.0.1, 192.0.2.9", "192.0.2.9"},
		{"10.0.0.1:1", "127.0.0.1, 192.0.2.9, 10.9.9.9", "192.0.2.9"},
		{"10.0.0.1:1", "nonsense, 10.9.9.9", "10.9.9.9"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"[::1]:1", "2001:db8::1", "2001:db8::1"},
		{"[::ffff:10.0.0.1]:1", "::ffff:192.0.2.9", "192.0.2.9"},
	} {
		log.Reset()
		if c.forwarded == "" {
			ask(h, "GET", "/", c.peer)
		} else {
			ask(h, "GET", "/", c.peer, "X-Forwarded-For", c.forwarded)
		}
		if !strings.Contains(log.String(), "client="+c.want+" ") && !strings.Contains(log.String(), "client="+c.want+"\n") && !strings.Contains(log.String(), `client="`+c.want+`"`) {
			t.Errorf("%s for %q: %s, want %s", c.peer, c.forwarded, log, c.want)
		}
	}
	if w := ask(h, "GET", "/", "10.0.0.1:1", "X-Request-Id", "proxy-7"); w.Header().Get("X-Request-Id") != "proxy-7" {
		t.Errorf("the proxy's id becomes %q", w.Header().Get("X-Request-Id"))
	}
	for _, c := range [][2]string{{"10.0.0.1:1", "a\tb"}, {"10.0.0.1:1", strings.Repeat("a", 65)}, {"192.0.2.1:1", "mine"}} {
		if w := ask(h, "GET", "/", c[0], "X-Request-Id", c[1]); w.Header().Get("X-Request-Id") == c[1] {
			t.Errorf("%.20q of %s is taken for an id", c[1], c[0])
		}
	}
}

// The log has requests, with neither queries nor addresses unless it is for debugging.
func TestRequestLog(t *testing.T) {
	var log bytes.Buffer
	h, _ := handlerWith(t, func(c *handler.Config) {
		c.Log = slog.New(handler.WithRequestID(slog.NewJSONHandler(&log, nil)))
	})
	w := ask(h, "GET", "/api/v1/weights?key=hidden", "192.0.2.1:1", "Authorization", "Bearer hidden", "Referer", "hidden")
	ask(h, "GET", "/style.css", "192.0.2.1:1")
	var line struct {
		Method, Path, Request string
		Status                int
	}
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Method != "GET" || line.Path != "/api/v1/weights" || line.Status != 200 || line.Request != w.Header().Get("X-Request-Id") {
		t.Errorf("the log is %s, %v", log.String(), err)
	}
	if text := log.String(); strings.Contains(text, "hidden") || strings.Contains(text, "192.0.2") || strings.Count(text, "\n") != 1 {
		t.Errorf("the log is %s", text)
	}
}

func TestMetrics(t *testing.T) {
	h, _ := handlerWith(t, func(c *handler.Config) { c.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	size := 0
	for range 3 {
		size = ask(h, "GET", "/api/v1/weights", "192.0.2.1:1").Body.Len()
		ask(h, "BREW", "/api/v1/jobs/some-id/tea", "192.0.2.1:1")
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("four"))
	h.ServeHTTP(httptest.NewRecorder(), r)
	text := ask(h, "GET", "/metrics", "127.0.0.1:1").Body.String()
	for _, want := range []string{
		`trapped_http_requests_total{method="GET",route="/api/v1/weights",status="200"} 3`,
		fmt.Sprintf(`trapped_http_sent_bytes_total{route="/api/v1/weights"} %d`, 3*size), `trapped_http_received_bytes_total{route="/"} 4`,
		`method="other"`, "trapped_http_requests_in_flight 1", "go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(text, "some-id") || strings.Contains(text, "BREW") {
		t.Error("what anybody can choose is a label")
	}
	for _, peer := range []string{"192.0.2.1:1", "[2001:db8::1]:1"} {
		if w := ask(h, "GET", "/metrics", peer); w.Code != 403 {
			t.Errorf("%s is answered by %d", peer, w.Code)
		}
	}
}

// Event streams end when the server is about to.
func TestClosing(t *testing.T) {
	closing := make(chan struct{})
	s := openWith(t, &painter{steps: 2, gate: make(chan struct{})}, jobs.Options{}, func(c *handler.Config) { c.Closing = closing })
	c := s.submit()
	res := s.listen(c, "")
	time.AfterFunc(50*time.Millisecond, func() { close(closing) })
	if list := s.read(res, -1); list[len(list)-1].name == api.EventDone {
		t.Error("the job was finished")
	}
}
