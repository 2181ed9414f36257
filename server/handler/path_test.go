package handler_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"trappedinart/server/handler"
	"trappedinart/server/jobs"
)

// A server with a path answers below it, as well where a proxy takes the path away, and has
// the path in addresses that clients follow by themselves.
func TestPath(t *testing.T) {
	s := open(t, nil, jobs.Options{})
	under := httptest.NewServer(handler.Under("/art", s.Config.Handler))
	defer under.Close()
	s.URL = under.URL
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
	for _, path := range []string{"", "/art"} {
		s.URL += path
		res, answer := s.post(good())
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusAccepted || !strings.HasPrefix(to, path+"/api/v1/jobs/") {
			t.Errorf("%s, Location %q: %s", res.Status, to, answer)
		}
	}
}
