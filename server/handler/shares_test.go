package handler_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	trappedinart "trappedinart"
	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/server/api"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/site"
	"trappedinart/server/store"
	"trappedinart/share"
	"trappedinart/weights"
)

// openShares serves everything, with what it keeps in dir. What it returns besides ends
// it, before the test does.
func openShares(t testing.TB, dir string, change func(*handler.Config)) (*server, func()) {
	t.Helper()
	s := &server{log: &bytes.Buffer{}}
	s.T, _ = t.(*testing.T)
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pages, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Options{Dir: dir, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	q, err := jobs.NewQueue(t.Context(), st.JetStream(), log, jobs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := shares.Open(t.Context(), st.JetStream(), shares.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := handler.Config{
		Site: pages, Weights: &weights.Store{}, Queue: q, Decode: pixel.Decode, Log: log, Shares: shelf, ShareBytes: 1 << 20,
		UploadBytes: 1 << 20, PictureMegapixels: 1, Megapixels: 1, IntakeBytes: 8 << 20, UploadIdle: time.Minute, UploadTime: time.Minute, Keep: time.Hour, MemoryBytes: 1 << 30,
	}
	if change != nil {
		change(&c)
	}
	s.Server = httptest.NewServer(handler.New(c))
	ended := false
	end := func() {
		if !ended {
			ended = true
			s.Server.Close()
			q.Close()
			st.Close()
		}
	}
	t.Cleanup(end)
	return s, end
}

const octets = "application/octet-stream"

// give shares an envelope.
func (s *server) give(envelope []byte, query string) api.Shared {
	s.Helper()
	res, data := s.do(http.MethodPost, "/api/v1/shares"+query, "", bytes.NewReader(envelope), "Content-Type", octets)
	var made api.Shared
	if err := json.Unmarshal(data, &made); err != nil || res.StatusCode != http.StatusCreated || made.Links.Self != res.Header.Get("Location") || made.DeleteToken == "" {
		s.Fatalf("a share is answered by %d %s", res.StatusCode, data)
	}
	return made
}

// sealed is an envelope of a picture that compresses badly, so that it can be found.
func sealed(t testing.TB) (share.Contents, []byte, share.Key) {
	t.Helper()
	c := share.Contents{Title: "Mila under the lamp", Recipe: []byte(`{"size":64,"strength":61.25}`), Picture: picture()}
	envelope, key, err := share.Seal(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return c, envelope, key
}

func TestShare(t *testing.T) {
	s, _ := openShares(t, t.TempDir(), nil)
	c, envelope, key := sealed(t)
	made := s.give(envelope, "")
	if left := time.Until(made.Expires); left > 30*24*time.Hour || left < 30*24*time.Hour-time.Minute {
		t.Errorf("it expires in %v", left)
	}
	res, data := s.do(http.MethodGet, made.Links.Self, "", nil)
	if got, err := share.Open(t.Context(), data, key); err != nil || got.Title != c.Title || !bytes.Equal(got.Picture, c.Picture) {
		t.Errorf("what comes back is %+v, %v", got, err)
	}
	for name, want := range map[string]string{
		"Content-Type": octets, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "ETag": `"` + made.ID + `"`,
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if control := res.Header.Get("Cache-Control"); !strings.HasSuffix(control, ", immutable") || !strings.HasPrefix(control, "private, max-age=25919") {
		t.Errorf("Cache-Control is %q", control)
	}
	if res, data := s.do(http.MethodGet, made.Links.Self, "", nil, "If-None-Match", res.Header.Get("ETag")); res.StatusCode != http.StatusNotModified || len(data) > 0 {
		t.Errorf("unchanged, it is answered by %d", res.StatusCode)
	}
	if res, data := s.do(http.MethodHead, made.Links.Self, "", nil); res.StatusCode != http.StatusOK || res.ContentLength != int64(len(envelope)) || len(data) > 0 {
		t.Errorf("HEAD is answered by %d and %d bytes", res.StatusCode, len(data))
	}
	page, html := s.do(http.MethodGet, made.Links.Page, "", nil)
	root, shell := s.do(http.MethodGet, "/", "", nil)
	if !bytes.Equal(html, shell) || page.Header.Get("Content-Security-Policy") != root.Header.Get("Content-Security-Policy") || len(shell) < len(trappedinart.Index)/2 {
		t.Errorf("the page of a share is %.80q", html)
	}
	for _, token := range []string{"", made.DeleteToken + "A", made.ID} {
		want := http.StatusNotFound
		if token == "" {
			want = http.StatusUnauthorized
		}
		if res, data := s.do(http.MethodDelete, made.Links.Self, token, nil); res.StatusCode != want {
			t.Errorf("with token %q it is answered by %d %s", token, res.StatusCode, data)
		}
	}
	if res, _ := s.do(http.MethodDelete, made.Links.Self, made.DeleteToken, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("removal is answered by %d", res.StatusCode)
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		if res, data := s.do(method, made.Links.Self, made.DeleteToken, nil); res.StatusCode != http.StatusNotFound || problemOf(t, res, data).Code != engine.NotFound {
			t.Errorf("removed, %s is answered by %d %s", method, res.StatusCode, data)
		}
	}
}

func TestBadShares(t *testing.T) {
	s, _ := openShares(t, t.TempDir(), nil)
	_, envelope, _ := sealed(t)
	for name, c := range map[string]struct {
		query, kind string
		body        []byte
		status      int
		says        string
	}{
		"nothing":   {"", octets, nil, 400, "no envelope"},
		"a picture": {"", octets, picture(), 400, "no envelope"},
		"newer":     {"", octets, append([]byte("trapped\x02"), make([]byte, 100)...), 400, "version 2"},
		"too large": {"", octets, append(bytes.Clone(envelope), make([]byte, 1<<20)...), 413, "1 MiB"},
		"form":      {"", "multipart/form-data; boundary=x", envelope, 415, octets},
		"no type":   {"", "", envelope, 415, octets},
		"no days":   {"?days=0", octets, envelope, 422, "days"},
		"many days": {"?days=91", octets, envelope, 422, "days"},
		"bad days":  {"?days=x", octets, envelope, 422, "days"},
	} {
		res, data := s.do(http.MethodPost, "/api/v1/shares"+c.query, "", bytes.NewReader(c.body), "Content-Type", c.kind)
		if p := problemOf(t, res, data); res.StatusCode != c.status || !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s: %d %s, want %d and %q", name, res.StatusCode, data, c.status, c.says)
		}
	}
	// Of unknown length, it is found to be too large on the way.
	long := struct{ *bytes.Reader }{bytes.NewReader(append(bytes.Clone(envelope), make([]byte, 1<<20)...))}
	if res, data := s.do(http.MethodPost, "/api/v1/shares", "", long, "Content-Type", octets); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large and chunked: %d %s", res.StatusCode, data)
	}
	if made := s.give(envelope, "?days=90"); time.Until(made.Expires) < 89*24*time.Hour {
		t.Errorf("90 days end at %v", made.Expires)
	}
	for _, path := range []string{"/api/v1/shares/NOSUCHSHARE", "/api/v1/shares/" + strings.Repeat("A", 26), "/api/v1/shares/*", "/api/v1/shares/%3E"} {
		if res, data := s.do(http.MethodGet, path, "", nil); res.StatusCode != http.StatusNotFound || problemOf(t, res, data).Code != engine.NotFound {
			t.Errorf("%s: %d %s", path, res.StatusCode, data)
		}
	}
	for _, path := range []string{"/s/", "/s/x", "/s/" + strings.Repeat("A", 26) + "/x", "/s/..%2f", "/api/v1/shares"} {
		if res, _ := s.do(http.MethodGet, path, "", nil); res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// The server never sees the key, the picture, the recipe or the title, and keeps no token:
// neither its data directory nor its log has any of them.
func TestServerKnowsNothing(t *testing.T) {
	dir := t.TempDir()
	s, end := openShares(t, dir, nil)
	c, envelope, key := sealed(t)
	made := s.give(envelope, "")
	s.do(http.MethodGet, made.Links.Page+"?utm_source=x", "", nil)
	s.do(http.MethodGet, made.Links.Self+"?key=SECRETINQUERY", "", nil)
	removed := s.give(envelope, "")
	s.do(http.MethodDelete, removed.Links.Self, removed.DeleteToken, nil)
	end()

	kept := map[string][]byte{"the log": s.log.Bytes()}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kept[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	holds := func(what []byte) (names []string) {
		for name, data := range kept {
			if bytes.Contains(data, what) {
				names = append(names, name)
			}
		}
		return names
	}
	// What is there is found: the ciphertext and, in the log, the address.
	if len(holds(envelope[100:200])) == 0 || len(holds([]byte("/api/v1/shares"))) == 0 {
		t.Errorf("in %d files there is no trace of the share", len(kept))
	}
	for what, secret := range map[string][]byte{
		"key": key[:], "key in the link": []byte(key.String()), "key in hexadecimal": []byte(hex.EncodeToString(key[:])),
		"key in base64": []byte(base64.StdEncoding.EncodeToString(key[:])[:42]), "beginning of the picture": c.Picture[:24],
		"middle of the picture": c.Picture[len(c.Picture)/2:][:24], "end of the picture": c.Picture[len(c.Picture)-24:],
		"recipe": c.Recipe, "a setting": []byte("61.25"), "title": []byte("Mila"), "title in base64": []byte(base64.StdEncoding.EncodeToString([]byte("Mila under"))[:12]),
		"delete token": []byte(made.DeleteToken), "delete token in base64": []byte(base64.StdEncoding.EncodeToString([]byte(made.DeleteToken))[:60]), "token of what was removed": []byte(removed.DeleteToken), "query": []byte("SECRETINQUERY"),
	} {
		if names := holds(secret); names != nil {
			t.Errorf("the %s is in %v", what, names)
		}
	}
}

// Whatever is posted, there is an answer, and what is taken comes back as it was.
func FuzzShare(f *testing.F) {
	s, _ := openShares(f, f.TempDir(), nil)
	h := s.Server.Config.Handler
	_, envelope, _ := sealed(f)
	f.Add(envelope, octets, "days=7")
	f.Add(envelope[:20], "text/plain; charset", "days=7&days=8")
	f.Add([]byte("trapped\x01"), octets, "%zz")
	f.Fuzz(func(t *testing.T, body []byte, kind, query string) {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/shares", bytes.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusCreated {
			var p api.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code >= 500 || p.Status != w.Code || p.Detail == "" {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			return
		}
		var made api.Shared
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
			t.Fatal(err)
		}
		back := httptest.NewRecorder()
		h.ServeHTTP(back, httptest.NewRequest(http.MethodGet, made.Links.Self, nil))
		if !bytes.Equal(back.Body.Bytes(), body) {
			t.Fatalf("%d bytes come back as %d %d", len(body), back.Code, back.Body.Len())
		}
		r = httptest.NewRequest(http.MethodDelete, made.Links.Self, nil)
		r.Header.Set("Authorization", "Bearer "+made.DeleteToken)
		gone := httptest.NewRecorder()
		h.ServeHTTP(gone, r)
		if gone.Code != http.StatusNoContent {
			t.Fatalf("removal is answered by %d", gone.Code)
		}
	})
}
