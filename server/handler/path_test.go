package handler_test

import (
	"net/http"
	"strings"
	"testing"

	"trappedinart/server/handler"
	"trappedinart/server/jobs"
)

func TestCleanPath(t *testing.T) {
	for path, want := range map[string]string{"": "", "/": "", "art": "/art", "/art": "/art", "/art/": "/art", "/deep/er_2.x/": "/deep/er_2.x"} {
		if got, err := handler.CleanPath(path); got != want || err != nil {
			t.Errorf("CleanPath(%q) = %q, %v; want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"//host/art/..", "/a//b", "/.", "/art?", "/a b", "/ärt", "https://host/art", "/%61"} {
		if got, err := handler.CleanPath(path); err == nil {
			t.Errorf("CleanPath(%q) = %q", path, got)
		}
	}
}

// A server with a path answers below it, as well where a proxy takes the path away, and has
// the path in addresses that clients follow by themselves.
func TestPath(t *testing.T) {
	s := openWith(t, nil, jobs.Options{}, func(c *handler.Config) { c.Path = "/art" })
	client := *http.DefaultClient
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for path, want := range map[string]int{
		"/art/api/v1/readyz": http.StatusOK, "/api/v1/readyz": http.StatusOK, "/art/metrics": http.StatusOK,
		"/art": http.StatusMovedPermanently, "/art?size=96": http.StatusMovedPermanently,
		"/artist": http.StatusNotFound, "/art/art/api/v1/readyz": http.StatusNotFound,
	} {
		res, err := client.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s is answered by %s, want %d", path, res.Status, want)
		}
		if to := strings.Replace(path, "/art", "/art/", 1); want == http.StatusMovedPermanently && res.Header.Get("Location") != to {
			t.Errorf("%s is at %q, want %q", path, res.Header.Get("Location"), to)
		}
		if res.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no headers of the page", path)
		}
	}
	res, answer := s.post(good())
	if at := res.Header.Get("Location"); res.StatusCode != http.StatusAccepted || !strings.HasPrefix(at, "/art/api/v1/jobs/") {
		t.Errorf("%s, Location %q: %s", res.Status, at, answer)
	}
}
