package handler

import (
	"net/http"
	"net/url"
	"strings"

	"trappedinart/engine"
)

// CleanPath returns the path of a host that the server stands under, as Config has it: /art of
// art, /art and /art/, and nothing of /.
func CleanPath(path string) (string, error) {
	name := strings.Trim(path, "/")
	if name == "" {
		return "", nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.Trim(part, pathCharacters) != "" {
			return "", engine.Errorf(engine.InvalidRequest, "%.60q is no path of a page. Write one such as /art, of letters, digits, dots, hyphens and underscores.", path)
		}
	}
	return "/" + name, nil
}

const pathCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

// under serves h under a path of the host, and as well without it: a proxy may keep the path or
// take it away, and what watches the server asks it directly.
func under(path string, h http.Handler) http.Handler {
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
			stripped.ServeHTTP(w, r)
		default:
			h.ServeHTTP(w, r)
		}
	})
}
