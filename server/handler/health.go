package handler

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"trappedinart/server/api"
)

type healthOutput struct{ Body api.Health }

// registerHealth says that the server is there, below /api and where orchestrators look.
func (s *server) registerHealth(a huma.API) {
	for id, path := range map[string]string{"health": "/api/v1/healthz", "health-of-process": "/healthz"} {
		register(s, a, huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{"server"},
			Summary: "Whether the server is there, and what it does",
		}, func(context.Context, *struct{}) (*healthOutput, error) {
			h := api.Health{Status: "ok", KeepSeconds: int(s.Keep.Seconds()), Megapixels: s.Megapixels}
			if s.Shares != nil {
				h.Shares = &api.ShareLimits{Bytes: s.ShareBytes, Days: api.ShareDays, MaxDays: api.MaxShareDays}
			}
			return &healthOutput{h}, nil
		})
	}
}
