package handler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"trappedinart/server/jobs"
	"trappedinart/weights/fetch/fetchtest"
)

// A trap is an address that hears every connection.
type trap struct {
	net.Listener
	came atomic.Int64
}

func openTrap(t *testing.T) *trap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr := &trap{Listener: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			tr.came.Add(1)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return tr
}

// refusing is the transport of all requests of this process.
type refusing struct{ asked atomic.Int64 }

func (r *refusing) RoundTrip(*http.Request) (*http.Response, error) {
	r.asked.Add(1)
	return nil, fmt.Errorf("nobody is to be asked")
}

// The server contacts no address that a request names in a header, the path, the query, the
// recipe, a file's name, or a file.
func TestNoRequestNamesAnAddress(t *testing.T) {
	tr, nobody := openTrap(t), &refusing{}
	usual := http.DefaultTransport
	http.DefaultTransport = nobody
	t.Cleanup(func() { http.DefaultTransport = usual })

	all := open(t, &painter{steps: 1}, jobs.Options{}).Config.Handler
	lure := "http://" + tr.Addr().String() + "/lure"
	send := func(method, path, kind string, body io.Reader) int {
		t.Helper()
		r := httptest.NewRequest(method, path, body)
		r.RemoteAddr, r.Host = "192.0.2.7:1234", tr.Addr().String()
		for _, name := range []string{"Authorization", "Forwarded", "From", "Last-Event-Id", "Link", "Origin", "Referer", "Via", "X-Forwarded-For", "X-Forwarded-Host",
			"X-Original-Url", "X-Rewrite-Url", "X-Real-Ip", "X-Request-Id", "Callback", "Destination"} {
			r.Header.Set(name, lure)
		}
		r.Header.Set("Authorization", "Bearer "+lure)
		r.Header.Del("Origin") // by which it would not come far
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		all.ServeHTTP(w, r)
		return w.Code
	}
	query := "?" + url.Values{"url": {lure}, "u": {lure}, "src": {lure}, "from": {lure}, "days": {lure}, "network": {lure}, "callback": {lure}}.Encode()
	n, taken := 0, 0
	for path, methods := range operations(t, all) {
		for _, method := range methods {
			for _, id := range []string{strings.Repeat("A", 26), url.PathEscape(lure)} {
				for _, body := range []string{"", `"` + lure + `"`, fmt.Sprintf(`{"weights":%q,"start":%q,"url":%q,"$schema":%q}`, lure, lure, lure, lure)} {
					send(strings.ToUpper(method), strings.ReplaceAll(path, "{id}", id)+query, "application/json", strings.NewReader(body))
					n++
				}
			}
		}
	}
	for _, path := range []string{"/", "/s/" + url.PathEscape(lure), "/weights/" + url.PathEscape(lure), "/robots.txt", "/sitemap.xml", "/ads.txt", "/web/" + url.PathEscape(lure), "/metrics", "//" + tr.Addr().String() + "/lure"} {
		send(http.MethodGet, path+query, "", nil)
		n++
	}
	// Jobs whose recipe, files and their names are addresses, and pictures that name some.
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href=%q/></svg>`, lure)
	for _, recipe := range []string{`{"size":64}`, fmt.Sprintf(`{"size":64,"weights":%q}`, lure)} {
		for _, content := range [][]byte{picture(), []byte(lure), []byte(svg), append(picture(), lure...)} {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			for name, data := range map[string][]byte{"recipe": []byte(recipe), "content": content, "style": picture(), "url": []byte(lure)} {
				if name == "url" && bytes.Equal(content, picture()) {
					continue // so that one job is taken
				}
				w, err := form.CreateFormFile(name, lure)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(data); err != nil {
					t.Fatal(err)
				}
			}
			form.Close()
			if send(http.MethodPost, "/api/v1/jobs"+query, form.FormDataContentType(), &body) == http.StatusAccepted {
				taken++
			}
			n++
		}
	}
	if n < 80 || taken == 0 {
		t.Errorf("%d requests were sent, and %d jobs taken", n, taken)
	}
	if came, asked := tr.came.Load(), nobody.asked.Load(); came != 0 || asked != 0 {
		t.Errorf("the server went to the address of a request %d times, and asked others %d times", came, asked)
	}
}

// The one thing that a request has the server fetch comes from where its operator said.
func TestFetchAsksOneAddress(t *testing.T) {
	tr := openTrap(t)
	data := fetchtest.Keras(2)
	host := &fetchtest.Host{Data: data, Status: http.StatusNotFound}
	all, said := fetching(t, host, data)
	lure := "http://" + tr.Addr().String() + "/lure"
	r := httptest.NewRequest(http.MethodPost, "/api/v1/weights/fetch?url="+url.QueryEscape(lure), strings.NewReader(fmt.Sprintf("{%q:%q}", "url", lure)))
	r.RemoteAddr, r.Host = here, "localhost:8080"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Referer", lure)
	w := httptest.NewRecorder()
	all.ServeHTTP(w, r)
	if w.Code != http.StatusAccepted {
		t.Fatalf("it is answered by %d %s", w.Code, w.Body)
	}
	for message := range said {
		if message == "the network could not be fetched" {
			break
		}
	}
	if len(host.Asked()) == 0 || tr.came.Load() != 0 {
		t.Errorf("the operator's address was asked %q, the request's %d times", host.Asked(), tr.came.Load())
	}
}

// operations are the methods of each path that the API describes.
func operations(t *testing.T, h http.Handler) map[string][]string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	var d struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil || len(d.Paths) < 8 {
		t.Fatalf("%d paths, %v", len(d.Paths), err)
	}
	all := map[string][]string{}
	for path, item := range d.Paths {
		for method := range item {
			all[path] = append(all[path], method)
		}
	}
	return all
}
