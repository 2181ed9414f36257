package site_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	trappedinart "trappedinart"
	"trappedinart/internal/fixture"
	"trappedinart/server/site"
)

func get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	s, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// The shell is the hand-written file, with all that go-app needs of it.
func TestShell(t *testing.T) {
	w := get(t, "/")
	names := regexp.MustCompile(`"\.(/[^"]*)\.[0-9a-f]{16}(\.[a-z]+)"`)
	relative := regexp.MustCompile(`"\.(/[^"]*)"`)
	if !bytes.Equal(relative.ReplaceAll(names.ReplaceAll(w.Body.Bytes(), []byte(`"$1$2"`)), []byte(`"$1"`)), trappedinart.Index) {
		t.Error("/ is not index.html")
	}
	if n := len(names.FindAll(w.Body.Bytes(), -1)); n < 2 {
		t.Errorf("/ names %d files by their hashes", n)
	}
	for _, share := range []string{"/s/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "/s/A"} {
		if shared := get(t, share); shared.Code != http.StatusOK || strings.Replace(shared.Body.String(), "\n  <base href=\"../\">", "", 1) != w.Body.String() || strings.Index(shared.Body.String(), "<base") > strings.Index(shared.Body.String(), "href=") || shared.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s is answered by %d", share, shared.Code)
		}
	}
	for _, share := range []string{"/s/", "/s", "/s/a", "/s/A/B", "/s/..", "/s/%41", "/s/" + strings.Repeat("A", 65)} {
		if shared := get(t, share); shared.Code != http.StatusNotFound {
			t.Errorf("%s is answered by %d", share, shared.Code)
		}
	}
	page := string(trappedinart.Index)
	for _, want := range []string{
		`src="/wasm_exec.js"`, `src="/app.js"`, `href="/manifest.webmanifest"`,
		`id="app-wasm-loader"`, `id="app-wasm-loader-icon"`, `id="app-wasm-loader-label"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("index.html lacks %s", want)
		}
	}
	if !regexp.MustCompile(`<body>\s*<div></div>`).MatchString(page) {
		t.Error("the body's first element, which go-app replaces, is not an empty div")
	}
	if regexp.MustCompile(`(?i)\son\w+=|style=|<style|<script>`).MatchString(page) {
		t.Error("index.html has inline script or style, which the policy forbids")
	}
	if again := get(t, "/", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("an unchanged page is answered by %d", again.Code)
	}
}

// A file with its hash in its name never changes; browsers ask for all others each time.
func TestHashedNames(t *testing.T) {
	s, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"/app.js", "/wasm_exec.js"}
	if s.Ready() {
		names = append(names, "/web/style.css", "/web/icon.svg", "/web/icon-192.png", "/web/app.wasm")
	}
	everything := get(t, "/").Body.String() + get(t, "/app.js").Body.String() + get(t, "/manifest.webmanifest").Body.String()
	worker := get(t, "/app-worker.js").Body.String()
	for _, name := range names {
		ext := filepath.Ext(name)
		hashed := regexp.MustCompile(regexp.QuoteMeta(strings.TrimSuffix(name, ext)) + `\.[0-9a-f]{16}\` + ext).FindString(everything)
		if hashed == "" || strings.Contains(everything, name+`"`) {
			t.Errorf("%s is not called by its hash", name)
			continue
		}
		plain, immutable := get(t, name), get(t, hashed)
		if immutable.Code != http.StatusOK || !bytes.Equal(plain.Body.Bytes(), immutable.Body.Bytes()) || !strings.Contains(immutable.Header().Get("Cache-Control"), "immutable") || plain.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s is answered by %d, cached by %q", hashed, immutable.Code, immutable.Header().Get("Cache-Control"))
		}
		if !strings.Contains(worker, `".`+hashed+`"`) {
			t.Errorf("the service worker does not keep %s", hashed)
		}
	}
	if w := get(t, "/app.0123456789abcdef.js"); w.Code != http.StatusNotFound {
		t.Errorf("another hash is answered by %d", w.Code)
	}
}

// The page and its worker start with go-app's copy of wasm_exec.js: it must be the one
// of the toolchain that compiled them.
func TestWasmExecIsTheToolchains(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		t.Fatal(err)
	}
	got := get(t, "/wasm_exec.js").Body.Bytes()
	if !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want)) {
		t.Error("/wasm_exec.js is of another Go version")
	}
}

// go-app's handler serves the working directory and fetches what the Host header
// names; none of that is reachable.
func TestGoAppIsClosed(t *testing.T) {
	for _, path := range []string{"/web/..%2fsite.go", "/web/%2e%2e/site.go", "/web/", "/web/../site.go", "/sitemap.xml", "/ads.txt", "/goapp.js", "/app.wasm"} {
		if w := get(t, path); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "package site") {
			t.Errorf("%s is answered by %d %.60q", path, w.Code, w.Body)
		}
	}
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	s, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/robots.txt", "/sitemap.xml", "/ads.txt"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = strings.TrimPrefix(other.URL, "http://")
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	if asked {
		t.Error("a request's Host header makes the server fetch from there")
	}
}

func TestIconsAreOurs(t *testing.T) {
	for _, path := range []string{"/manifest.webmanifest", "/app.js", "/app-worker.js"} {
		if w := get(t, path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "://raw.") {
			t.Errorf("%s: %d, or an icon of another host", path, w.Code)
		}
	}
	if worker := get(t, "/app-worker.js").Body.String(); !strings.Contains(worker, `startsWith(scope + "api/")`) || strings.Contains(worker, "{{") {
		t.Error("the service worker does not leave the API alone, or is not filled in")
	}
}

// Without a server the page still needs its worker and all else that is packed.
func TestServiceWorkerKeepsEverything(t *testing.T) {
	s, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	fixture.NeedPage(t, s.Ready())
	kept := keptFiles(t)
	for _, path := range []string{"/web/app.wasm", "/web/style.css", "/web/icon.svg"} { // which the shell loads
		ext := filepath.Ext(path)
		name := regexp.MustCompile("^" + regexp.QuoteMeta(strings.TrimSuffix(path, ext)) + `\.[0-9a-f]{16}` + regexp.QuoteMeta(ext) + "$")
		if !slices.ContainsFunc(kept, name.MatchString) {
			t.Errorf("the service worker does not keep %s by its hashed name", path)
		}
	}
	for _, path := range []string{"/web/worker.js", "/web/worker.wasm", "/web/kernels.js", "/web/kernels.wasm", "/web/kernels-relaxed.wasm", "/web/examples/valley.jpg"} {
		if !slices.Contains(kept, path) {
			t.Errorf("the service worker does not keep %s", path)
		}
	}
}

// keptFiles are what the service worker keeps.
func keptFiles(t *testing.T) (kept []string) {
	t.Helper()
	list := regexp.MustCompile(`const resources = (\[.*\]);`).FindSubmatch(get(t, "/app-worker.js").Body.Bytes())
	if list == nil || json.Unmarshal(list[1], &kept) != nil {
		t.Fatalf("the service worker keeps %q", list)
	}
	for i, address := range kept {
		path, relative := strings.CutPrefix(address, "./")
		if !relative {
			t.Errorf("the service worker keeps %s, which is not relative to it", address)
		}
		kept[i] = "/" + path
	}
	return kept
}

// A browser keeps none of the files if one of them is missing or is named twice.
func TestServiceWorkerCanKeep(t *testing.T) {
	kept := keptFiles(t)
	seen := map[string]bool{}
	for _, path := range kept {
		if seen[path] || get(t, path).Code != http.StatusOK {
			t.Errorf("%s is there twice, or not at all", path)
		}
		seen[path] = true
	}
	// The shell, all that it loads, and what the page's worker begins with.
	needed := []string{"/", "/wasm_exec.js"}
	for _, l := range regexp.MustCompile(`(?:src|href)="\.(/[^"]+)"`).FindAllStringSubmatch(get(t, "/").Body.String(), -1) {
		if get(t, l[1]).Code == http.StatusOK { // icons and style are not in a program without the page
			needed = append(needed, l[1])
		}
	}
	for _, path := range needed {
		if !seen[path] {
			t.Errorf("the service worker does not keep %s: %q", path, kept)
		}
	}
}

// The content is the same in every encoding that a browser accepts. Only a packed page
// has compressed files; without one the test takes the plain build.
func TestEncodings(t *testing.T) {
	s, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	fixture.NeedPage(t, s.Ready())
	plain := get(t, "/web/style.css").Body.String()
	for accept, want := range map[string]string{
		"": "", "identity": "", "gzip": "gzip", "gzip, deflate, br": "br", "br;q=0, gzip;q=0.5": "gzip", "*": "br", "br;q=0, *;q=0": "", "GZIP": "gzip",
	} {
		w := get(t, "/web/style.css", "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding"); got != want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q is answered in %q, want %q", accept, got, want)
		}
		if want == "" && w.Body.String() != plain {
			t.Errorf("%q: another content", accept)
		}
	}
	if !strings.Contains(plain, "--surround") {
		t.Errorf("the style sheet is %.60q", plain)
	}
}

// The files that the server makes at its start are compressed too.
func TestShellIsCompressed(t *testing.T) {
	for _, path := range []string{"/", "/app.js", "/wasm_exec.js", "/app-worker.js"} {
		plain := get(t, path).Body.Len()
		for _, coding := range []string{"br", "gzip"} {
			w := get(t, path, "Accept-Encoding", coding)
			if got := w.Header().Get("Content-Encoding"); got != coding || w.Body.Len() > plain*2/3 || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s in %s is %q, %d of %d bytes", path, coding, got, w.Body.Len(), plain)
			}
		}
	}
}
