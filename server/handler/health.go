package handler

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"trappedinart/server/api"
)

type healthOutput struct{ Body api.Health }

// registerHealth says that the server is there, and that what it needs is, below /api and
// where orchestrators look.
func (s *server) registerHealth(a huma.API) {
	health := func(context.Context, *struct{}) (*healthOutput, error) {
		return &healthOutput{api.Health{Status: "ok", KeepSeconds: int(s.Keep.Seconds()), Megapixels: s.Megapixels}}, nil
	}
	ready := func(ctx context.Context, in *struct{}) (*healthOutput, error) {
		if err := s.Queue.Ready(ctx); err != nil {
			return nil, err
		}
		return health(ctx, in)
	}
	for _, o := range []struct {
		id, path, summary string
		answer            func(context.Context, *struct{}) (*healthOutput, error)
	}{
		{"health", "/api/v1/healthz", "Whether the server is there, and what it does", health},
		{"ready", "/api/v1/readyz", "Whether the server can take jobs: its queue answers", ready},
		{"process-health", "/healthz", "The same as /api/v1/healthz", health},
		{"process-ready", "/readyz", "The same as /api/v1/readyz", ready},
	} {
		register(s, a, huma.Operation{OperationID: o.id, Method: http.MethodGet, Path: o.path, Summary: o.summary, Tags: []string{"server"}}, o.answer)
	}
}
