package handler

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"trappedinart/engine"
)

// around is what every request passes: its answer gets the headers that all have and an
// id, what was asked too often or from another site is refused, and it is counted and
// logged.
func (s *server) around(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, start, c := rand.Text()[:12], time.Now(), s.clientOf(r)
		out := &recorder{ResponseWriter: w, control: http.NewResponseController(w)}
		body := &counted{ReadCloser: r.Body}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		r.Body = body
		secure(w.Header(), c.https)
		w.Header().Set("X-Request-Id", id)
		out.deadline(time.Time{}) // of the connection's last answer
		s.metrics.inFlight.Inc()
		defer func() {
			s.metrics.inFlight.Dec()
			p := recover()
			if p != nil && p != http.ErrAbortHandler { //nolint:errorlint // the one value that net/http names
				s.Log.ErrorContext(r.Context(), "request panicked", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				if out.status == 0 {
					s.problem(out, r, errors.New("panic"))
					p = nil
				}
			}
			out.ended()
			took := time.Since(start)
			s.metrics.count(r, out, body.n, took)
			level := slog.LevelDebug
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				level = slog.LevelInfo
			}
			s.Log.Log(r.Context(), level, "request", "method", r.Method, "path", r.URL.Path, "status", out.status, "bytes", out.sent, "took", took, "client", c.addr)
			if p != nil {
				panic(http.ErrAbortHandler) // what was sent is not whole
			}
		}()
		if c.proxied {
			s.warnOfProxy.Do(func() {
				s.Log.Warn("somebody forwards requests who is not named by --trusted-proxies: all that it forwards counts as one address", "proxy", c.addr)
			})
		}
		switch {
		case s.limited(out, r, c):
		case foreign.Check(r) != nil:
			writeProblem(out, problemWith(http.StatusForbidden, engine.InvalidRequest, "Pages of other addresses cannot change anything here."))
		default:
			next.ServeHTTP(out, r)
		}
	})
}

// secure sets the headers that every answer has.
func secure(h http.Header, https bool) {
	for name, value := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
			"img-src 'self' blob: data:; style-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Embedder-Policy": "require-corp",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	} {
		h.Set(name, value)
	}
	if https {
		h.Set("Strict-Transport-Security", "max-age=15552000")
	}
}

// A recorder remembers what was answered, and writes it to who goes on reading.
type recorder struct {
	http.ResponseWriter
	control *http.ResponseController
	status  int
	sent    int64
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) deadline(t time.Time) { _ = w.control.SetWriteDeadline(t) }

// WriteHeader writes the head of the answer.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.deadline(time.Now().Add(writePatience))
	w.ResponseWriter.WriteHeader(status)
}

// Write writes piece by piece, of which each may take some time to be read.
func (w *recorder) Write(data []byte) (int, error) {
	const piece = 64 << 10
	if w.status == 0 {
		w.status = http.StatusOK
	}
	for done := 0; ; {
		w.deadline(time.Now().Add(writePatience))
		n, err := w.ResponseWriter.Write(data[done:min(done+piece, len(data))])
		done += n
		w.sent += int64(n)
		if err != nil || done == len(data) {
			return done, err
		}
	}
}

// ended leaves the time for what net/http still has to write.
func (w *recorder) ended() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	w.deadline(time.Now().Add(writePatience))
}

// requestKey is that of a request's id in its context.
type requestKey struct{}

// named adds to lines of a log the request that they are of.
type named struct{ slog.Handler }

func (h named) Handle(ctx context.Context, line slog.Record) error {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		line = line.Clone()
		line.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, line)
}

func (h named) WithAttrs(attrs []slog.Attr) slog.Handler { return named{h.Handler.WithAttrs(attrs)} }

func (h named) WithGroup(name string) slog.Handler { return named{h.Handler.WithGroup(name)} }
