//go:build browser

package main_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// below opens a site that a proxy has put under a path of its host, as nginx does whose proxy_pass
// ends with a slash. It also returns what the page asked for beside that path.
func below(t *testing.T, s *site, path string) (outer *site, beside func() []string) {
	t.Helper()
	inner, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(inner)
	proxy.FlushInterval = -1
	stripped := http.StripPrefix(strings.TrimSuffix(path, "/"), proxy)
	var mu sync.Mutex
	var wrong []string
	outer = &site{Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, path) {
			mu.Lock()
			defer mu.Unlock()
			wrong = append(wrong, r.URL.Path)
			http.NotFound(w, r)
			return
		}
		stripped.ServeHTTP(w, r)
	}))}
	t.Cleanup(outer.Close)
	return outer, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), wrong...)
	}
}

// Under a path of a host, behind a proxy that takes it away, everything works: painting here and on
// the server, sharing, and the page without either.
func TestUnderAPath(t *testing.T) {
	const path = "/art/"
	s := open(t)
	outer, beside := below(t, s, path)
	b := newTab(t, outer, path+"?size=96&iterations=2", 1280, 800)
	b.ready(1)
	b.paint()
	b.until(results+` === 1`, 10*time.Second)
	value[bool](b, clipboard)
	b.show("will be encrypted on this device and sent (")
	b.press("Encrypt and send")
	b.until(`window.copied`, 20*time.Second)
	link := b.link()
	if !strings.HasPrefix(link, path+"s/") {
		t.Fatalf("the link is %q", link)
	}
	b.press("Close")
	b.press("Make it print size")
	b.press("Send and paint")
	b.until(`document.querySelector('#picture').width === 1024 && `+state+` === 'done'`, 2*time.Minute)
	if sent := s.sent(); len(sent) != 3 || sent[1] != "POST /api/v1/jobs" || !strings.HasPrefix(sent[2], "DELETE /api/v1/jobs/") {
		t.Errorf("sent %v, want a share, and a job and its removal", sent)
	}
	b.clean()

	other := newTab(t, outer, link, 1280, 800)
	other.until(`(document.querySelector('#shown img') || {}).naturalWidth === 96`, 30*time.Second)
	other.ready(1)
	other.press("Use this recipe")
	other.until(`!document.querySelector('#shared').open && location.pathname + location.hash === '`+path+`'`, 5*time.Second)
	other.paint()
	other.clean()

	value[bool](b, `(navigator.serviceWorker.getRegistration().then((r) => { window.scope = r.scope; }), true)`)
	b.until(`window.scope === '`+outer.URL+path+`' && navigator.serviceWorker.controller`, 10*time.Second)
	b.until(cached+` > 30`, 40*time.Second)
	outer.Close()
	b.reload()
	b.until(results+` === 2`, 10*time.Second)
	b.paint()
	b.do(chromedp.Navigate(outer.URL + link)) // the page comes, the share cannot
	b.until(sharedText+`.includes('server')`, 20*time.Second)
	b.press("Close")
	b.ready(1)
	if wrong := beside(); len(wrong) > 0 {
		t.Errorf("asked for beside the page's path: %v", wrong)
	}
}
