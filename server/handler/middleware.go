package handler

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"trappedinart/engine"
)

// around gives every answer its headers and id, counts and logs it, and lets nobody ask
// for more than is fair.
func (s *server) around(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		client, trusted := s.proxies.client(r)
		id := rand.Text()[:12]
		if given := r.Header.Get("X-Request-Id"); trusted && isRequestID(given) {
			id = given
		}
		r = r.WithContext(context.WithValue(r.Context(), requestID{}, id))
		secure(w.Header())
		w.Header().Set("X-Request-Id", id)
		body := &counted{ReadCloser: r.Body}
		r.Body = body
		answer := &answer{ResponseWriter: w, out: http.NewResponseController(w)}
		s.metrics.inFlight.Inc()
		defer func() {
			p := recover()
			aborted := p == http.ErrAbortHandler //nolint:errorlint // the one value that net/http names
			if p != nil && !aborted {
				s.Log.ErrorContext(r.Context(), "request panicked", "method", r.Method, "path", short(r.URL.Path), "panic", p, "stack", string(debug.Stack()))
				if answer.status == 0 {
					s.problem(answer, r, errors.New("panic"))
				} else {
					aborted = true // the client must not take it for whole
				}
			}
			took := time.Since(start)
			s.metrics.inFlight.Dec()
			s.metrics.count(r, answer, body.n, took)
			s.logRequest(r, client, answer, took)
			if aborted {
				panic(http.ErrAbortHandler)
			}
		}()
		if p := s.limits.check(r, client, trusted); p != nil {
			s.metrics.limited.Inc()
			writeProblem(answer, p)
			return
		}
		// A page of another site could have its visitors hand over jobs: forms are sent
		// anywhere without asking.
		if err := foreign.Check(r); err != nil {
			writeProblem(answer, problemWith(http.StatusForbidden, engine.InvalidRequest, "Pages from other addresses cannot change anything here. Open this server's own page."))
			return
		}
		next.ServeHTTP(answer, r)
	})
}

// logRequest writes a line about a request, without its query and header, where secrets
// could be. Files of the page are many and of no interest.
func (s *server) logRequest(r *http.Request, client netip.Addr, a *answer, took time.Duration) {
	level := slog.LevelInfo
	if !strings.HasPrefix(r.URL.Path, "/api/") && a.code() < 500 || a.code() == http.StatusTooManyRequests {
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.String("method", short(r.Method)), slog.String("path", short(r.URL.Path)), slog.Int("status", a.code()),
		slog.Int64("bytes", a.bytes), slog.Duration("took", took.Round(time.Microsecond)),
	}
	if s.Log.Enabled(r.Context(), slog.LevelDebug) {
		attrs = append(attrs, slog.String("client", client.String()))
	}
	s.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// short keeps what anybody can send from filling the log.
func short(text string) string {
	if len(text) > 200 {
		return text[:200] + "..."
	}
	return text
}

// An answer knows what has been answered, and waits for the client that reads it, but
// not for ever.
type answer struct {
	http.ResponseWriter
	out    *http.ResponseController
	status int // 0 while nothing has been answered
	bytes  int64
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK // what net/http answers in the end
	}
	return a.status
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(data []byte) (n int, err error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	const piece = 64 << 10 // which the slowest of lines takes in writePatience
	for more := true; more && err == nil; more = len(data) > 0 {
		var m int
		m, err = patient{a.ResponseWriter, a.out}.Write(data[:min(len(data), piece)])
		n += m
		data = data[m:]
	}
	a.bytes += int64(n)
	return n, err
}

// untilClosing returns a context that also ends when the server is about to: what has no
// end of its own must not keep it.
func (s *server) untilClosing(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		select {
		case <-s.Closing:
			stop()
		case <-ctx.Done():
		}
	}()
	return ctx, stop
}

type requestID struct{}

// isRequestID says whether what a proxy calls a request can stand in a log.
func isRequestID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:") == ""
}

// WithRequestID returns a log handler that adds to what is logged about a request the
// request's id, which its answer has as X-Request-Id.
func WithRequestID(h slog.Handler) slog.Handler { return withRequestID{h} }

type withRequestID struct{ slog.Handler }

func (h withRequestID) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestID{}).(string); ok {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h withRequestID) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(attrs)}
}

func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}
