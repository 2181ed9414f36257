package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/server/handler"
)

// ask sends a request from an address, which a real connection cannot choose.
func (s *server) ask(method, path, from string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = from
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Config.Handler.ServeHTTP(w, r)
	return w
}

func networks(t *testing.T, text string) handler.Networks {
	t.Helper()
	var n handler.Networks
	if err := n.Set(text); err != nil {
		t.Fatal(err)
	}
	return n
}

// Every answer has these headers, whatever it is and whoever gives it.
func TestEveryAnswerIsGuarded(t *testing.T) {
	s, _ := openShares(t, t.TempDir(), func(c *handler.Config) {
		c.MetricsFrom, c.Limits = handler.Loopback(), handler.Limits{Requests: 1000, Shares: 1, Exempt: handler.Loopback()}
	})
	_, envelope, _ := sealed(t)
	made := s.give(envelope, "")
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
			"img-src 'self' blob: data:; style-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Embedder-Policy": "require-corp",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	}
	for _, q := range []struct {
		method, path string
		status       int
		header       []string
	}{
		{"GET", "/", 200, nil},
		{"GET", "/", 304, []string{"If-None-Match", s.ask("GET", "/", "127.0.0.1:1").Header().Get("ETag")}},
		{"GET", "/app.js", 200, nil},
		{"GET", "/robots.txt", 200, nil},
		{"GET", "/nowhere", 404, nil},
		{"PUT", "/", 405, nil},
		{"GET", "/web/../app.js", 307, nil},
		{"GET", "/web/..%2fapp.js", 404, nil},
		{"GET", "//app.js", 307, nil},
		{"GET", made.Links.Page, 200, nil},
		{"GET", "/s/x", 404, nil},
		{"GET", made.Links.Self, 200, nil},
		{"DELETE", made.Links.Self, 401, nil},
		{"GET", "/api/v1/healthz", 200, nil},
		{"GET", "/api/v1/nowhere", 404, nil},
		{"PATCH", "/api/v1/jobs", 405, nil},
		{"GET", "/api/v1/jobs/x", 401, nil},
		{"GET", "/api/v1/openapi.json", 200, nil},
		{"POST", "/api/v1/jobs", 415, nil},
		{"POST", "/api/v1/jobs", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"POST", "/api/v1/jobs", 403, []string{"Origin", "https://elsewhere.example"}},
		{"GET", "/weights/nothing", 404, nil},
		{"GET", "/metrics", 200, nil},
		{"OPTIONS", "/api/v1/jobs", 405, []string{"Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST"}},
	} {
		w := s.ask(q.method, q.path, "127.0.0.1:1", q.header...)
		if w.Code != q.status {
			t.Errorf("%s %s is answered by %d %.100s, want %d", q.method, q.path, w.Code, w.Body, q.status)
		}
		for name, value := range want {
			if got := w.Header().Values(name); !slices.Equal(got, []string{value}) {
				t.Errorf("%s %s: %s is %q", q.method, q.path, name, got)
			}
		}
		if id := w.Header().Get("X-Request-Id"); len(id) != 12 {
			t.Errorf("%s %s has the id %q", q.method, q.path, id)
		}
		for name := range w.Header() {
			if strings.HasPrefix(name, "Access-Control-") || name == "Server" || name == "Set-Cookie" {
				t.Errorf("%s %s has the header %s", q.method, q.path, name)
			}
		}
		if w.Header().Get("Cache-Control") == "" && w.Code < 300 {
			t.Errorf("%s %s does not say who may keep it", q.method, q.path)
		}
	}
	if w := s.ask("GET", "/", "127.0.0.1:1", "X-Request-Id", "chosen"); w.Header().Get("X-Request-Id") == "chosen" {
		t.Error("who asks chooses the id")
	}
}

// What one address may do is counted, and what is too much is told.
func TestLimits(t *testing.T) {
	s, _ := openShares(t, t.TempDir(), func(c *handler.Config) {
		c.Limits = handler.Limits{Requests: 20, Jobs: 3, Shares: 2, Exempt: handler.Loopback()}
		c.Proxies = networks(t, "10.0.0.1,10.0.1.0/24")
	})
	// count is how many of 30 requests are answered by something else than 429.
	count := func(method, path, from string, header ...string) (n int) {
		for range 30 {
			w := s.ask(method, path, from, header...)
			if w.Code != http.StatusTooManyRequests {
				n++
				continue
			}
			var p api.Problem
			retry, err := strconv.Atoi(w.Header().Get("Retry-After"))
			if json.Unmarshal(w.Body.Bytes(), &p) != nil || p.Code != engine.Busy || p.Status != w.Code || err != nil || retry < 1 || retry > 60 || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s is refused by %s, retry after %q", method, path, w.Body, w.Header().Get("Retry-After"))
			}
		}
		return n
	}
	for name, c := range map[string]struct {
		method, path, from string
		header             []string
		want               int
	}{
		"this machine":                 {"GET", "/", "127.0.0.1:1", nil, 30},
		"this machine, IPv6":           {"GET", "/", "[::1]:1", nil, 30},
		"a mapped address":             {"GET", "/", "[::ffff:127.0.0.9]:1", nil, 30},
		"another":                      {"GET", "/", "192.0.2.1:1", nil, 20},
		"new jobs":                     {"POST", "/api/v1/jobs", "192.0.2.2:1", nil, 3},
		"new shares":                   {"POST", "/api/v1/shares", "192.0.2.3:1", nil, 2},
		"says it is here":              {"GET", "/", "192.0.2.4:1", []string{"X-Forwarded-For", "127.0.0.1"}, 20},
		"forwarded by a stranger here": {"GET", "/", "127.0.0.1:1", []string{"X-Forwarded-For", "192.0.2.5"}, 20},
		"forwarded otherwise":          {"GET", "/", "127.0.0.2:1", []string{"Forwarded", "for=192.0.2.5"}, 20},
		"behind a proxy":               {"GET", "/", "10.0.0.1:1", []string{"X-Forwarded-For", "192.0.2.6"}, 20},
		"behind a proxy, says more":    {"POST", "/api/v1/jobs", "10.0.0.1:1", []string{"X-Forwarded-For", "127.0.0.1, 192.0.2.7"}, 3},
		"behind two proxies":           {"POST", "/api/v1/jobs", "10.0.0.1:1", []string{"X-Forwarded-For", "192.0.2.8:4711,10.0.1.9"}, 3},
		"two headers":                  {"POST", "/api/v1/jobs", "10.0.0.1:1", []string{"X-Forwarded-For", "127.0.0.1", "X-Forwarded-For", "[2001:db8::1]:99"}, 3},
		"here, behind a proxy":         {"GET", "/", "10.0.0.1:1", []string{"X-Forwarded-For", "127.0.0.1"}, 30},
		"nonsense behind a proxy":      {"POST", "/api/v1/jobs", "10.0.1.77:1", []string{"X-Forwarded-For", "unknown"}, 3},
		"no address":                   {"GET", "/", "@", nil, 20},
	} {
		if got := count(c.method, c.path, c.from, c.header...); got != c.want {
			t.Errorf("%s: %d of 30 requests are answered, want %d", name, got, c.want)
		}
	}
	// Of IPv6, a network of 64 bits is one, and its neighbour another.
	if n := count("POST", "/api/v1/jobs", "[2001:db8:1:1::1]:1"); n != 3 {
		t.Errorf("an address of IPv6 may hand over %d jobs", n)
	}
	if n := count("POST", "/api/v1/jobs", "[2001:db8:1:1:2:3:4:5]:1"); n != 0 {
		t.Errorf("with another address of its own it may hand over %d more", n)
	}
	if n := count("POST", "/api/v1/jobs", "[2001:db8:1:2::1]:1"); n != 3 {
		t.Errorf("its neighbour may hand over %d jobs", n)
	}
	if n := strings.Count(s.log.String(), "trusted-proxies"); n != 1 {
		t.Errorf("a proxy that is not named is told of %d times", n)
	}
}

// However many addresses ask, no more than so many are remembered; and none is held up
// where there is no limit.
func TestManyAddresses(t *testing.T) {
	for limit, want := range map[int]int{2: 2, 0: 5} {
		s, _ := openShares(t, t.TempDir(), func(c *handler.Config) { c.Limits = handler.Limits{Requests: limit} })
		answered := func(addr netip.Addr) (n int) {
			for range 5 {
				if w := s.ask("HEAD", "/robots.txt", netip.AddrPortFrom(addr, 1).String()); w.Code == http.StatusOK {
					n++
				}
			}
			return n
		}
		first := netip.MustParseAddr("198.18.0.0")
		if n := answered(first); n != want {
			t.Errorf("%d requests are answered, want %d", n, want)
		}
		if limit == 0 {
			continue
		}
		for i, addr := 0, first; i < 1<<14; i++ {
			addr = addr.Next()
			s.ask("HEAD", "/robots.txt", netip.AddrPortFrom(addr, 1).String())
		}
		if n := answered(first); n != want {
			t.Errorf("one that is forgotten meanwhile is answered %d times", n)
		}
	}
}

func TestNetworks(t *testing.T) {
	if got := networks(t, " 10.1.2.3/8, 192.0.2.1,2001:db8::1/32,").String(); got != "10.0.0.0/8,192.0.2.1/32,2001:db8::/32" {
		t.Errorf("they are %s", got)
	}
	for _, bad := range []string{"localhost", "10.0.0.0/33", "10.0.0.0-10.0.0.9", "fe80::1%eth0", "10.0.0.1:80"} {
		var n handler.Networks
		if err := n.Set(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, n)
		}
	}
}

// Over HTTPS, here or at a proxy, browsers are told to stay there.
func TestStrictTransport(t *testing.T) {
	s, _ := openShares(t, t.TempDir(), func(c *handler.Config) { c.Proxies = networks(t, "10.0.0.1") })
	for want, headers := range map[bool][][]string{
		true:  {{"10.0.0.1:1", "https"}, {"10.0.0.1:1", "HTTPS"}, {"10.0.0.1:1", "http, https"}},
		false: {{"10.0.0.1:1", "http"}, {"10.0.0.1:1", ""}, {"192.0.2.1:1", "https"}, {"127.0.0.1:1", "https"}},
	} {
		for _, h := range headers {
			w := s.ask("GET", "/", h[0], "X-Forwarded-Proto", h[1], "X-Forwarded-For", "192.0.2.9")
			if got := w.Header().Get("Strict-Transport-Security") != ""; got != want {
				t.Errorf("%q: %v", h, w.Header())
			}
		}
	}
}

// Metrics are for who is named, count by routes and hold no ids.
func TestMetrics(t *testing.T) {
	extra := prometheus.NewGauge(prometheus.GaugeOpts{Name: "trapped_test", Help: "Of this test."})
	s, _ := openShares(t, t.TempDir(), func(c *handler.Config) {
		c.MetricsFrom, c.Proxies, c.Metrics = networks(t, "127.0.0.1,192.0.2.0/24"), networks(t, "10.0.0.1"), []prometheus.Collector{extra}
	})
	_, envelope, _ := sealed(t)
	made := s.give(envelope, "")
	for range 3 {
		s.do(http.MethodGet, made.Links.Self, "", nil)
	}
	s.ask("BREW"+strings.Repeat("X", 50), "/api/v1/nowhere", "192.0.2.1:1")
	s.ask("POST", "/api/v1/jobs", "192.0.2.1:1", "Sec-Fetch-Site", "cross-site")
	for want, from := range map[int][][]string{
		http.StatusOK:       {{"127.0.0.1:1"}, {"192.0.2.77:1"}, {"10.0.0.1:1", "X-Forwarded-For", "192.0.2.3"}},
		http.StatusNotFound: {{"198.51.100.1:1"}, {"10.0.0.1:1"}, {"10.0.0.1:1", "X-Forwarded-For", "192.0.2.3,198.51.100.1"}, {"127.0.0.1:1", "X-Forwarded-For", "127.0.0.1"}, {"@"}},
	} {
		for _, f := range from {
			if w := s.ask("GET", "/metrics", f[0], f[1:]...); w.Code != want {
				t.Errorf("%q is answered by %d, want %d", f, w.Code, want)
			}
		}
	}
	text := s.ask("GET", "/metrics", "127.0.0.1:1").Body.String()
	for _, line := range []string{
		`trapped_http_requests_total{method="POST",route="/api/v1/shares",status="201"} 1`,
		`trapped_http_requests_total{method="GET",route="/api/v1/shares/{id}",status="200"} 3`,
		`trapped_http_requests_total{method="other",route="/api/",status="404"} 1`,
		`trapped_http_requests_total{method="POST",route="",status="403"} 1`,
		fmt.Sprintf(`trapped_http_received_bytes_total{route="/api/v1/shares"} %d`, len(envelope)),
		fmt.Sprintf(`trapped_http_sent_bytes_total{route="/api/v1/shares/{id}"} %d`, 3*len(envelope)),
		"trapped_http_in_flight 1", "trapped_test 0",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
	for _, name := range []string{"go_goroutines ", "process_open_fds ", `trapped_http_request_seconds_count{route="/api/v1/shares"} 1`} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("the metrics lack %s", name)
		}
	}
	if strings.Contains(text, made.ID) || strings.Contains(text, "BREW") {
		t.Error("the metrics hold what was asked for")
	}
}

// Lines of the log name their request; none has a token, or what follows a ?.
func TestLog(t *testing.T) {
	var buf bytes.Buffer
	s, end := openShares(t, t.TempDir(), func(c *handler.Config) {
		c.Log = slog.New(slog.NewJSONHandler(&buf, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Decode = func(context.Context, engine.File) (*image.NRGBA, error) { panic("a fault") }
	})
	res, _ := s.do(http.MethodGet, "/api/v1/jobs/"+strings.Repeat("A", 26)+"?token=QUERYSECRET", "HEADERSECRET", nil, "Cookie", "COOKIESECRET", "X-Api-Key", "KEYSECRET")
	fault, data := s.post(good())
	if p := problemOf(t, fault, data); p.Status != 500 || p.Code != engine.Internal || strings.Contains(p.Detail, "fault") {
		t.Errorf("a fault is answered by %s", data)
	}
	end()
	lines := map[string][]map[string]any{}
	for line := range strings.Lines(buf.String()) {
		var l map[string]any
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if id, ok := l["request"].(string); ok {
			lines[id] = append(lines[id], l)
		}
	}
	of := lines[res.Header.Get("X-Request-Id")]
	if len(of) != 1 || of[0]["status"] != 404.0 || of[0]["method"] != "GET" || of[0]["level"] != "DEBUG" || of[0]["client"] != "127.0.0.1" {
		t.Errorf("a request is logged as %v", of)
	}
	var messages []string
	for _, l := range lines[fault.Header.Get("X-Request-Id")] {
		messages = append(messages, fmt.Sprint(l["level"], " ", l["msg"]))
	}
	if want := []string{"ERROR request panicked", "ERROR request failed", "INFO request"}; !slices.Equal(messages, want) {
		t.Errorf("a fault is logged as %q, want %q", messages, want)
	}
	for _, secret := range []string{"QUERYSECRET", "HEADERSECRET", "COOKIESECRET", "KEYSECRET"} {
		if strings.Contains(buf.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

// Who does not read an answer is not waited for for ever, and who reads it slowly gets it
// whole. A connection's next answer has its own time.
func TestWriteDeadlines(t *testing.T) {
	s, _ := openShares(t, t.TempDir(), nil)
	w := &slowWriter{header: http.Header{}}
	r := httptest.NewRequest(http.MethodGet, "/app-worker.js", nil)
	s.Config.Handler.ServeHTTP(w, r)
	if w.largest > 64<<10 || len(w.deadlines) < 4 || !w.deadlines[0].IsZero() {
		t.Errorf("pieces of up to %d bytes are written with the deadlines %v", w.largest, w.deadlines)
	}
	for _, d := range w.deadlines[1:] {
		if left := time.Until(d); left < 20*time.Second || left > 31*time.Second {
			t.Errorf("a piece has %v", left)
		}
	}
}

// A slowWriter remembers how it is written to.
type slowWriter struct {
	header    http.Header
	largest   int
	deadlines []time.Time
}

func (w *slowWriter) Header() http.Header { return w.header }
func (w *slowWriter) WriteHeader(int)     {}
func (w *slowWriter) Write(p []byte) (int, error) {
	w.largest = max(w.largest, len(p))
	return len(p), nil
}

func (w *slowWriter) SetWriteDeadline(t time.Time) error {
	w.deadlines = append(w.deadlines, t)
	return nil
}

// Paths that are tricks lead nowhere, and every answer is whole.
func TestPathTricks(t *testing.T) {
	s, _ := openShares(t, t.TempDir(), nil)
	for _, path := range []string{
		"/web/..%2f..%2fgo.mod", "/web/%2e%2e/%2e%2e/go.mod", "/..%5cgo.mod", "/web/app.wasm%00", "/web/./x", "/WEB/app.wasm", "/web/files/manifest.json",
		"/weights/..%2f..%2fgo.mod", "/weights/%2e%2e", "/weights/.", "/weights/small", "/s/..%2f..%2fgo.mod", "/api/v1/shares/..%2f..%2fjobs", "/api/v1/../../go.mod",
		"/.git/config", "/.env", "/debug/pprof/", "/debug/vars", "/docs", "/schemas/Job.json", "/openapi.json", "/index.html", "//evil.example/..", "/%2f%2fevil.example",
		"/s/" + strings.Repeat("A", 26) + "%2f", "/" + strings.Repeat("a/", 5000),
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = "//" + r.URL.Host + path // as it is
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(res.Body)
		res.Body.Close()
		if location := res.Header.Get("Location"); location != "" && (!strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//")) {
			t.Errorf("%s leads to %s", path, location)
		}
		if err != nil || res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusTemporaryRedirect && res.StatusCode != http.StatusMovedPermanently || bytes.Contains(data, []byte("module ")) {
			t.Errorf("%.60s is answered by %d %.60q, %v", path, res.StatusCode, data, err)
		}
	}
}
