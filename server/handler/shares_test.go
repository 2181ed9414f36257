package handler_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/store"
	"trappedinart/web/envelope"
	"trappedinart/weights"
)

// openShares keeps shares in a directory, with a log of its own beside them.
func openShares(t testing.TB, dir string, opt shares.Options) *shares.Shares {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	kept, err := shares.Open(t.Context(), s.JetStream(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

const sealedType = "application/octet-stream"

func sealed(t testing.TB, e envelope.Envelope) ([]byte, envelope.Key) {
	t.Helper()
	data, key, err := envelope.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data, key
}

func noise(n int) []byte {
	data := make([]byte, n)
	rand.Read(data)
	copy(data, "\xff\xd8\xff") // as a picture begins
	return data
}

var exampleEnvelope = envelope.Envelope{Title: "Valley", Picture: picture()}

// share keeps an envelope and returns the answer.
func (s *server) share(data []byte, query string) api.Shared {
	s.Helper()
	res, body := s.do(http.MethodPost, "/api/v1/shares"+query, "", bytes.NewReader(data), "Content-Type", sealedType)
	var shared api.Shared
	if err := json.Unmarshal(body, &shared); err != nil || res.StatusCode != http.StatusCreated || res.Header.Get("Location") != shared.Links.Self {
		s.Fatalf("a share is answered by %d %s", res.StatusCode, body)
	}
	return shared
}

func TestShare(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	e := envelope.Envelope{Title: "Valley", Recipe: []byte(`{"size":64}`), Picture: noise(700 << 10), Before: picture()} // of several pieces
	data, key := sealed(t, e)
	shared := s.share(data, "?days=2")
	if until := time.Until(shared.Expires); until > 48*time.Hour || until < 47*time.Hour || shared.Links.Page != "/s/"+shared.ID {
		t.Errorf("share is %+v", shared)
	}
	res, body := s.do(http.MethodGet, shared.Links.Self, "", nil)
	if res.StatusCode != http.StatusOK || !bytes.Equal(body, data) || res.Header.Get("Content-Type") != sealedType {
		t.Errorf("the share is answered by %d, %d bytes", res.StatusCode, len(body))
	}
	if back, err := envelope.Open(body, key); err != nil || back.Title != e.Title || !bytes.Equal(back.Picture, e.Picture) || !bytes.Equal(back.Before, e.Before) {
		t.Errorf("the share cannot be opened: %v", err)
	}
	if cache := res.Header.Get("Cache-Control"); !strings.HasPrefix(cache, "private, max-age=172") || !strings.HasSuffix(cache, "immutable") || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the share is cached by %q, and referred to by %q", cache, res.Header.Get("Referrer-Policy"))
	}
	if res, body := s.do(http.MethodGet, shared.Links.Self, "", nil, "If-None-Match", res.Header.Get("ETag")); res.StatusCode != http.StatusNotModified || len(body) > 0 {
		t.Errorf("an unchanged share is answered by %d", res.StatusCode)
	}
	if res, _ := s.do(http.MethodHead, shared.Links.Self, "", nil); res.StatusCode != http.StatusOK || res.ContentLength != int64(len(data)) {
		t.Errorf("HEAD is answered by %d, %d bytes", res.StatusCode, res.ContentLength)
	}
	for _, token := range []string{"", "wrong", shared.ID} {
		if res, body := s.do(http.MethodDelete, shared.Links.Self, token, nil); res.StatusCode != http.StatusUnauthorized || problemOf(t, res, body).Code != engine.Unauthorized {
			t.Errorf("removal by %q is answered by %d", token, res.StatusCode)
		}
	}
	if res, body := s.do(http.MethodDelete, shared.Links.Self, shared.DeleteToken, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("removal is answered by %d %s", res.StatusCode, body)
	}
	for _, path := range []string{shared.Links.Self, "/api/v1/shares/AAAAAAAAAAAAAAAAAAAAAAAAAA", "/api/v1/shares/*", "/api/v1/shares/%3E", "/api/v1/shares/a.b", "/api/v1/shares/%2e%2e"} {
		if res, body := s.do(http.MethodGet, path, "", nil); res.StatusCode != http.StatusNotFound || problemOf(t, res, body).Code != engine.NotFound {
			t.Errorf("%s is answered by %d %s", path, res.StatusCode, body)
		}
	}
	if strings.Contains(s.log.String(), shared.DeleteToken) {
		t.Error("the log holds the token")
	}
}

// Invalid shares are refused, and leave nothing.
func TestShareRefused(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	good, _ := sealed(t, envelope.Envelope{Picture: picture()})
	before := s.usage()
	for name, c := range map[string]struct {
		query, kind string
		body        []byte
		status      int
	}{
		"a picture":       {"", sealedType, picture(), http.StatusBadRequest},
		"nothing":         {"", sealedType, nil, http.StatusBadRequest},
		"only a head":     {"", sealedType, good[:envelope.Overhead-1], http.StatusBadRequest},
		"too much":        {"", sealedType, append(good[:len(good):len(good)], make([]byte, 1<<20)...), http.StatusRequestEntityTooLarge},
		"too long":        {"?days=91", sealedType, good, http.StatusUnprocessableEntity},
		"not at all":      {"?days=0", sealedType, good, http.StatusUnprocessableEntity},
		"days in letters": {"?days=many", sealedType, good, http.StatusUnprocessableEntity},
		"another type":    {"", "image/png", good, http.StatusUnsupportedMediaType},
		"no type":         {"", "", good, http.StatusUnsupportedMediaType},
	} {
		for how, body := range map[string]func() *http.Request{
			"": func() *http.Request {
				return httptest.NewRequest(http.MethodPost, "/api/v1/shares"+c.query, bytes.NewReader(c.body))
			},
			", of unknown length": func() *http.Request {
				r := httptest.NewRequest(http.MethodPost, "/api/v1/shares"+c.query, bytes.NewReader(c.body))
				r.ContentLength = -1
				return r
			},
		} {
			r := body()
			r.Header.Set("Content-Type", c.kind)
			w := httptest.NewRecorder()
			s.Config.Handler.ServeHTTP(w, r)
			if w.Code != c.status || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s%s is answered by %d %s", name, how, w.Code, w.Body)
			}
		}
	}
	// One that breaks off after a piece.
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	long, _ := sealed(t, envelope.Envelope{Picture: noise(900 << 10)})
	_, err = conn.Write(append([]byte("POST /api/v1/shares HTTP/1.1\r\nHost: x\r\nContent-Type: "+sealedType+"\r\nContent-Length: 921700\r\n\r\n"), long[:600<<10]...))
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	s.Server.Close() // waits for the request
	if after := s.usage(); after != before {
		t.Errorf("refused shares have left %d bytes", after-before)
	}
}

// A share that stops on its way is not waited for, and leaves nothing.
func TestSlowShare(t *testing.T) {
	s := openWith(t, &painter{}, jobs.Options{}, func(c *handler.Config) { c.UploadIdle, c.UploadTime = 300*time.Millisecond, 5*time.Second })
	before := s.usage()
	long, _ := sealed(t, envelope.Envelope{Picture: noise(900 << 10)})
	for _, n := range []int{0, envelope.Overhead, 600 << 10} { // before the head, after it, after two pieces
		res := s.raw("POST /api/v1/shares HTTP/1.1\r\nHost: x\r\nContent-Type: "+sealedType+"\r\nContent-Length: 921700\r\n\r\n",
			func(c net.Conn) { _, _ = c.Write(long[:n]) })
		data, _ := io.ReadAll(res.Body)
		if p := problemOf(t, res, data); p.Status != http.StatusRequestTimeout || !res.Close {
			t.Errorf("after %d bytes it is answered by %d %s, and the connection ends: %v", n, res.StatusCode, data, res.Close)
		}
	}
	if after := s.usage(); after != before {
		t.Errorf("slow shares have left %d bytes", after-before)
	}
}

// usage is how many bytes shares take.
func (s *server) usage() int64 {
	s.Helper()
	_, n, err := s.shares.Usage(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	return n
}

// The server never sees a share's key, picture, recipe or title: none of them is in what
// it keeps or logs.
func TestServerCannotLookIntoShares(t *testing.T) {
	dir := t.TempDir()
	var log bytes.Buffer
	st, err := store.Open(t.Context(), store.Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := shares.Open(t.Context(), st.JetStream(), shares.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := handler.New(handler.Config{
		Site: http.NotFoundHandler(), Weights: &weights.Store{}, Shares: kept, ShareBytes: 32 << 20, IntakeBytes: 1 << 20,
		UploadIdle: time.Minute, UploadTime: time.Minute, Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	e := envelope.Envelope{Title: "The garden behind our house in April", Recipe: []byte(`{"version":1,"size":640,"seed":8837261}`), Picture: noise(500 << 10), Before: noise(300 << 10)}
	data, key := sealed(t, e)
	r := httptest.NewRequest(http.MethodPost, "/api/v1/shares?days=30", bytes.NewReader(data))
	r.Header.Set("Content-Type", sealedType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var shared api.Shared
	if err := json.Unmarshal(w.Body.Bytes(), &shared); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, shared.Links.Self, nil))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, shared.Links.Page, nil))
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{
		"key": key[:], "key as in the link": []byte(key.String()), "key in hex": []byte(hex.EncodeToString(key[:])), "key in base64": []byte(base64.StdEncoding.EncodeToString(key[:])),
		"title": []byte(e.Title), "title in base64": []byte(base64.StdEncoding.EncodeToString([]byte(e.Title))[:40]),
		"recipe": e.Recipe, "recipe's seed": []byte("8837261"), "picture": e.Picture[1000:1032], "photograph": e.Before[1000:1032],
		"delete token": []byte(shared.DeleteToken),
	}
	whole := 0
	look := func(where string, text []byte) {
		for name, secret := range secrets {
			if bytes.Contains(text, secret) {
				t.Errorf("%s holds the %s", where, name)
			}
		}
	}
	look("the log", log.Bytes())
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		look(path, text)
		look("the path", []byte(path))
		whole += bytes.Count(text, data[2000:2032])
		return err
	})
	if err != nil || whole != 1 {
		t.Errorf("what is sealed was found %d times where everything is kept, %v", whole, err)
	}
	if !strings.Contains(log.String(), shared.ID) {
		t.Error("the log says nothing of the share, so this test has not read the log that it means")
	}
}

// The server takes shares up to the limits that health tells.
func TestShareLimits(t *testing.T) {
	s := open(t, &painter{}, jobs.Options{})
	_, body := s.do(http.MethodGet, "/api/v1/healthz", "", nil)
	var h api.Health
	if err := json.Unmarshal(body, &h); err != nil {
		t.Fatal(err)
	}
	data, _ := sealed(t, envelope.Envelope{Picture: noise(int(h.Shares.Bytes) - envelope.Overhead - 16)})
	days := func(share api.Shared) int { return int(math.Round(time.Until(share.Expires).Hours() / 24)) }
	if n := days(s.share(data, "")); n != h.Shares.DefaultDays {
		t.Errorf("a share is kept for %d days, and health says %d", n, h.Shares.DefaultDays)
	}
	if n := days(s.share(data, fmt.Sprint("?days=", h.Shares.MaxDays))); n != h.Shares.MaxDays {
		t.Errorf("a share is kept for %d days, and not %d", n, h.Shares.MaxDays)
	}
	for query, body := range map[string][]byte{fmt.Sprint("?days=", h.Shares.MaxDays+1): data, "": append(data, 0)} {
		if res, answer := s.do(http.MethodPost, "/api/v1/shares"+query, "", bytes.NewReader(body), "Content-Type", sealedType); res.StatusCode != 422 && res.StatusCode != 413 {
			t.Errorf("more than health says is answered by %d %s", res.StatusCode, answer)
		}
	}
}
