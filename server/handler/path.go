package handler

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Under serves h under a path of the host, such as /art, and as well without it: a proxy may pass
// the path on or take it away, and what watches the server asks it directly.
func Under(path string, h http.Handler) http.Handler {
	if path == "" {
		return h
	}
	stripped := http.StripPrefix(path, h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == path: // what the page asks for is relative to the slash
			to := url.URL{Path: path + "/", RawQuery: r.URL.RawQuery}
			secure(w.Header())
			http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
		case strings.HasPrefix(r.URL.Path, path+"/"):
			stripped.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), pathKey{}, path)))
		default:
			h.ServeHTTP(w, r)
		}
	})
}

type pathKey struct{}

// at returns a path of the server as the request that ctx is of has to ask for it.
func at(ctx context.Context, path string) string {
	under, _ := ctx.Value(pathKey{}).(string)
	return under + path
}
