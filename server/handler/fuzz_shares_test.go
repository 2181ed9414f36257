package handler_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"trappedinart/server/handler"
	"trappedinart/server/shares"
	"trappedinart/web/envelope"
	"trappedinart/weights"
)

// FuzzShare sends whatever as a share, and asks for whatever. No answer is our fault, and
// what is refused leaves nothing.
func FuzzShare(f *testing.F) {
	kept := openShares(f, f.TempDir(), shares.Options{Bytes: 64 << 20})
	h := handler.New(handler.Config{
		Site: http.NotFoundHandler(), Weights: &weights.Store{}, Shares: kept, ShareBytes: 1 << 20, IntakeBytes: 1 << 20,
		UploadIdle: time.Minute, UploadTime: time.Minute, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	good, _ := sealed(f, envelope.Envelope{Picture: picture()})
	f.Add(good, "days=1", sealedType, "AAAAAAAAAAAAAAAAAAAAAAAAAA", "Bearer x", "bytes=0-1")
	f.Add([]byte("TIAS"), "days=&days=2", "text/plain; charset", "*.>", "", "")
	f.Fuzz(func(t *testing.T, data []byte, query, kind, id, authorization, header string) {
		_, before, err := kept.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		do := func(method string, path *url.URL, body io.Reader) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, "/", body)
			r.URL = path
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Authorization", authorization)
			r.Header.Set("Range", header)
			r.Header.Set("If-None-Match", header)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("%s %s is answered by %d %s", method, path, w.Code, w.Body)
			}
			return w
		}
		w := do(http.MethodPost, &url.URL{Path: "/api/v1/shares", RawQuery: query}, bytes.NewReader(data))
		of := &url.URL{Path: "/api/v1/shares/" + id}
		do(http.MethodGet, of, nil)
		do(http.MethodDelete, of, nil)
		if w.Code == http.StatusCreated {
			if path := w.Header().Get("Location"); !bytes.Equal(do(http.MethodGet, &url.URL{Path: path}, nil).Body.Bytes(), data) && header != `"`+path[len("/api/v1/shares/"):]+`"` {
				t.Error("what is shared does not come back as it was")
			}
			return
		}
		if _, after, _ := kept.Usage(t.Context()); after != before {
			t.Errorf("what was refused with %d has left %d bytes", w.Code, after-before)
		}
	})
}
