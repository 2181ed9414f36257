package handler

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/weights/fetch"
)

type (
	fetchInput  struct{ local bool }
	fetchOutput struct{ Body api.Fetch }
)

// Resolve sees where the request comes from.
func (in *fetchInput) Resolve(ctx huma.Context) []error {
	r, _ := humago.Unwrap(ctx)
	in.local = local(r)
	return nil
}

// registerFetch lets people on this machine have the server fetch the network that its
// operator named; which, and from where, no request says.
func (s *server) registerFetch(a huma.API) {
	if s.Fetcher == nil {
		return
	}
	const path = "/api/v1/weights/fetch"
	register(s, a, huma.Operation{
		OperationID: "look-at-fetch", Method: http.MethodGet, Path: path, Tags: []string{"weights"},
		Summary: "How far the server is with fetching a network",
	}, func(_ context.Context, in *fetchInput) (*fetchOutput, error) {
		return s.fetchOf(in, s.Fetcher.Status()), nil
	})
	register(s, a, huma.Operation{
		OperationID: "fetch-weights", Method: http.MethodPost, Path: path, Tags: []string{"weights"}, DefaultStatus: http.StatusAccepted,
		Summary: "Have the server fetch a network, or go on with that; for people on its own machine",
	}, func(ctx context.Context, in *fetchInput) (*fetchOutput, error) {
		if !in.local {
			return nil, problemWith(http.StatusForbidden, engine.Unauthorized, "Only people on the server's own machine can make it download a network. Its operator can run trapped networks fetch there, or trapped serve --fetch-network.")
		}
		return s.fetchOf(in, s.Fetcher.Start()), nil
	})
}

// fetchOf is a status as it is sent: errors name files of this machine, which are nobody's
// business elsewhere.
func (s *server) fetchOf(in *fetchInput, status fetch.Status) *fetchOutput {
	out := &fetchOutput{api.Fetch{Name: s.Fetcher.Name, State: string(status.State), Bytes: status.Bytes, Total: status.Total, Allowed: in.local}}
	if status.Err != nil && in.local {
		out.Body.Error = problemOf(status.Err)
	}
	return out
}

// local says whether somebody on this machine asks, without a proxy between: what that
// sends on comes from anywhere. A name that another site lets mean this machine is not
// taken, as its page could then ask through the browser of a person on this machine.
func local(r *http.Request) bool {
	for _, name := range []string{"Via", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	addr, err := netip.ParseAddr(host)
	named := err == nil && addr.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
	return named && peer(r).IsLoopback() && !forwarded(r)
}
