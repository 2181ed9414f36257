package handler

import (
	"context"
	"encoding/json"
	"net/http"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// statuses is the one table from the engine's codes to HTTP.
var statuses = map[engine.Code]int{
	engine.InvalidRequest: http.StatusBadRequest,
	engine.InvalidRecipe:  http.StatusBadRequest,
	engine.InvalidPicture: http.StatusUnprocessableEntity,
	engine.MissingPicture: http.StatusBadRequest,
	engine.TooLarge:       http.StatusRequestEntityTooLarge,
	engine.InvalidWeights: http.StatusUnprocessableEntity,
	engine.UnknownWeights: http.StatusBadRequest,
	engine.MissingLayer:   http.StatusBadRequest,
	engine.Unreadable:     http.StatusInternalServerError,
	engine.Unwritable:     http.StatusInternalServerError,
	engine.Unauthorized:   http.StatusUnauthorized,
	engine.NotFound:       http.StatusNotFound,
	engine.Busy:           http.StatusTooManyRequests,
	engine.Unavailable:    http.StatusServiceUnavailable,
	engine.Cancelled:      http.StatusGone,
	engine.Internal:       http.StatusInternalServerError,
}

// retryAfter is how many seconds a busy server asks a client to wait.
const retryAfter = "30"

// problemOf is an error as it is sent.
func problemOf(err error) *api.Problem {
	if p, ok := err.(*api.Problem); ok {
		return p
	}
	e := engine.AsError(err)
	status, ok := statuses[e.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	return problemWith(status, e.Code, e.Message)
}

// problemWith is a problem of a status that its code alone does not say.
func problemWith(status int, code engine.Code, detail string) *api.Problem {
	p := &api.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Header: http.Header{}}
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		p.Header.Set("Retry-After", retryAfter)
	case http.StatusUnauthorized:
		p.Header.Set("WWW-Authenticate", "Bearer")
	}
	return p
}

// writeProblem answers with a problem (RFC 9457).
func writeProblem(w http.ResponseWriter, p *api.Problem) {
	h := w.Header()
	for name, values := range p.Header {
		h[name] = values
	}
	h.Set("Content-Type", p.ContentType(""))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// problem answers outside of the API's operations with an error.
func (s *server) problem(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	s.logProblem(r.Context(), p, err)
	writeProblem(w, p)
}

// logProblem logs our own faults.
func (s *server) logProblem(ctx context.Context, p *api.Problem, err error) {
	if p.Status >= 500 {
		s.Log.ErrorContext(ctx, "request failed", "err", err)
	}
}
