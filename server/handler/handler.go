// Package handler is the server's HTTP side: the page, the networks' files, and the
// API under /api/v1, whose types are in server/api.
package handler

import (
	"context"
	"crypto/rand"
	"errors"
	"image"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"trappedinart/engine"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/weights"
)

// Config is what the handler is made of.
type Config struct {
	Site    http.Handler
	Weights *weights.Store
	Queue   *jobs.Queue
	Shares  *shares.Shares
	Decode  func(ctx context.Context, f engine.File) (*image.NRGBA, error)
	Log     *slog.Logger

	UploadBytes       int64         // the most that a job may upload
	IntakeBytes       int64         // the most that all uploads under way may take
	UploadIdle        time.Duration // how long nothing may come of an upload
	UploadTime        time.Duration // how long an upload may take
	PictureMegapixels int           // the most that an uploaded picture may have
	Megapixels        int           // the most that a job's result may have
	MemoryBytes       int64         // the most that a job may take
	Keep              time.Duration // how long the queue keeps jobs
	ShareBytes        int64         // the most that a share may have
}

type server struct {
	Config
	intake     *intake
	decoding   chan struct{} // has room for one: pictures take much memory to check
	compressed *compressed
}

// New returns the handler of everything.
func New(c Config) http.Handler {
	s := &server{c, &intake{left: c.IntakeBytes}, make(chan struct{}, 1), &compressed{log: c.Log}}
	go s.compressAll()
	mux := http.NewServeMux()
	a := NewAPI(mux)
	s.registerHealth(a)
	s.registerWeights(a)
	s.registerJobs(a)
	s.registerShares(a)
	mux.HandleFunc("GET /weights/{file}", s.weightsFile)
	mux.Handle("/", c.Site)
	return s.around(mux)
}

// around gives every answer its headers and id, and every fault a log line.
func (s *server) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		id := rand.Text()[:12]
		w.Header().Set("X-Request-Id", id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // the one value that net/http names
					panic(p)
				}
				s.Log.Error("request panicked", "request", id, "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				s.problem(w, r, errors.New("panic"))
			}
		}()
		start := time.Now()
		next.ServeHTTP(w, r)
		s.Log.Debug("request", "request", id, "method", r.Method, "path", r.URL.Path, "took", time.Since(start))
	})
}

// secure sets the headers that every answer has.
func secure(h http.Header) {
	for name, value := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
			"img-src 'self' blob: data:; style-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Embedder-Policy": "require-corp",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "geolocation=(), microphone=(), payment=(), usb=()",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	} {
		h.Set(name, value)
	}
}
