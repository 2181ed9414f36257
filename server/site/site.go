// Package site is the page's files, embedded and served: what make packed into
// files/, the shell index.html, and go-app's own resources.
//
// go-app's handler is never reached from outside: it serves the working directory
// for some paths and fetches addresses that a request names for others. It is asked
// once, at start, for the files that only it can make.
//
// What the shell loads is served under names that hold a hash, such as
// /web/app.0123456789abcdef.wasm, and is kept by browsers for good. Everything is served
// under its plain name as well, by which the page finds its worker and its pictures; that
// is asked for each time, and answered by 304 while it is the same.
package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	trappedinart "trappedinart"
	"trappedinart/server/coding"
)

// Manifest is the name of the list of files, []Entry in JSON.
const Manifest = "manifest.json"

// An Entry is one file of the page.
type Entry struct {
	Path   string `json:"path"` // /web/app.wasm
	Type   string `json:"type"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
	// Names in the folder: either the file as it is, or both of the others.
	File   string `json:"file,omitempty"`
	Gzip   string `json:"gzip,omitempty"`
	Brotli string `json:"brotli,omitempty"`
}

//go:embed all:files
var files embed.FS

// An asset is a file in the encodings that there are of it.
type asset struct {
	kind                string
	tag                 string // of the plain file
	plain, gzip, brotli []byte // plain may be missing where gzip is there
	immutable           bool   // as its name says what it is
}

// A Site serves the page's files.
type Site struct {
	assets map[string]asset
	kept   map[string]bool // that a browser needs when there is no server
	ready  bool
}

// New reads the embedded files.
func New() (*Site, error) {
	s := &Site{assets: map[string]asset{}, kept: map[string]bool{}}
	var entries []Entry
	if data, err := files.ReadFile("files/" + Manifest); err == nil {
		if err := json.Unmarshal(data, &entries); err != nil {
			return nil, fmt.Errorf("site: manifest: %w", err)
		}
		s.ready = true
	}
	version := sha256.New()
	size := 0
	for _, e := range entries {
		a := asset{kind: e.Type, tag: e.SHA256[:16]}
		for name, to := range map[string]*[]byte{e.File: &a.plain, e.Gzip: &a.gzip, e.Brotli: &a.brotli} {
			if name == "" {
				continue
			}
			data, err := files.ReadFile("files/" + name)
			if err != nil {
				return nil, fmt.Errorf("site: %w", err)
			}
			*to = data
		}
		s.assets[e.Path] = a
		fmt.Fprintln(version, e.Path, e.SHA256)
		if e.Path == "/web/app.wasm" {
			size = e.Size
		}
	}
	version.Write(trappedinart.Index)
	if err := s.add("/robots.txt", "text/plain; charset=utf-8", []byte("User-agent: *\nAllow: /$\nDisallow: /\n")); err != nil {
		return nil, err
	}
	// Without a server the page needs all of its own: the worker paints, the style sheet
	// draws. The worker keeps the networks.
	for path := range s.assets {
		if strings.HasPrefix(path, "/web/") {
			s.kept[path] = true
		}
	}
	return s, s.addShell(hex.EncodeToString(version.Sum(nil))[:16], size)
}

// Ready reports whether make has packed the page into this program.
func (s *Site) Ready() bool { return s.ready }

// add adds a file that is not packed.
func (s *Site) add(path, kind string, data []byte) error {
	sum := sha256.Sum256(data)
	a := asset{kind: kind, tag: hex.EncodeToString(sum[:8]), plain: data}
	const worthwhile, quality = 1 << 10, 5 // each start of the program does it
	if len(data) > worthwhile {
		var err error
		if a.gzip, err = coding.Gzip(data); err != nil {
			return err
		}
		if a.brotli, err = coding.Brotli(data, quality); err != nil {
			return err
		}
	}
	s.assets[path] = a
	return nil
}

// Resolve returns the name with a hash of a file, by which it is kept instead of its plain
// name; other addresses as they are. It is go-app's ResourceResolver.
func (s *Site) Resolve(plain string) string {
	a, ok := s.assets[plain]
	ext := path.Ext(plain)
	if !ok || ext == "" {
		return plain
	}
	hashed := strings.TrimSuffix(plain, ext) + "." + a.tag + ext
	a.immutable = true
	s.assets[hashed] = a
	delete(s.kept, plain)
	s.kept[hashed] = true
	return hashed
}

// shellFiles are the addresses of files in the shell.
var shellFiles = regexp.MustCompile(`(?:src|href)="/[^"]+"`)

// addShell adds the shell, what go-app makes for it, and last the service worker, which
// keeps all of it.
func (s *Site) addShell(version string, size int) error {
	h := &app.Handler{
		Name: "Trapped in Art", ShortName: "Trapped",
		Description:     "Photographs become paintings, on your own device.",
		BackgroundColor: "#777777", ThemeColor: "#777777",
		Icon:              app.Icon{Default: "/web/icon-192.png", Large: "/web/icon-512.png", Maskable: "/web/icon-512.png", SVG: "/web/icon.svg"},
		Resources:         s,
		Version:           version,
		WasmContentLength: strconv.Itoa(size),
	}
	for _, path := range []string{"/app.js", "/wasm_exec.js", "/app.css", "/manifest.webmanifest"} {
		if err := s.addGoApp(h, path); err != nil {
			return err
		}
	}
	index := shellFiles.ReplaceAllFunc(trappedinart.Index, func(reference []byte) []byte {
		name, address, _ := strings.Cut(string(reference), "=")
		address = strings.Trim(address, `"`)
		if address != "/manifest.webmanifest" { // which installed pages look for where it was
			address = s.Resolve(address)
		}
		return []byte(name + `="` + address + `"`)
	})
	if err := s.add("/", "text/html; charset=utf-8", index); err != nil {
		return err
	}
	for _, path := range []string{"/", "/manifest.webmanifest", "/wasm_exec.js"} { // the worker takes that by its plain name
		s.kept[path] = true
	}
	kept, err := json.Marshal(slices.Sorted(maps.Keys(s.kept)))
	if err != nil {
		return err
	}
	h = &app.Handler{
		Resources: s, Version: version, Icon: h.Icon,
		ServiceWorkerTemplate: strings.Replace(serviceWorker, "{{.ResourcesToCache}}", string(kept), 1),
	}
	return s.addGoApp(h, "/app-worker.js")
}

// addGoApp adds a file that go-app makes.
func (s *Site) addGoApp(h *app.Handler, path string) error {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		return fmt.Errorf("site: go-app answers %d for %s", w.Code, path)
	}
	return s.add(path, w.Header().Get("Content-Type"), w.Body.Bytes())
}

// ServeHTTP serves the files by their exact paths, and nothing else.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := s.assets[r.URL.Path]
	if !ok || strings.Contains(r.URL.EscapedPath(), "%") {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This address is only for reading.", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "no-cache")
	if a.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	data, chosen := a.plain, ""
	if a.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		accept := r.Header.Get("Accept-Encoding")
		switch {
		case coding.Accepts(accept, "br"):
			data, chosen = a.brotli, "br"
		case coding.Accepts(accept, "gzip"):
			data, chosen = a.gzip, "gzip"
		case data == nil:
			var err error
			if data, err = inflate(a.gzip); err != nil {
				http.Error(w, "This file is damaged in the program; build it again.", http.StatusInternalServerError)
				return
			}
		}
	}
	tag := a.tag
	if chosen != "" {
		h.Set("Content-Encoding", chosen)
		tag += "-" + chosen
		r.Header.Del("Range") // a part of a compressed file is of no use
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func inflate(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
