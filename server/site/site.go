// Package site is the page's files, embedded and served: what make packed into
// files/, the shell index.html, and go-app's own resources.
//
// go-app's handler is never reached from outside: it serves the working directory
// for some paths and fetches addresses that a request names for others. It is asked
// once, at start, for the files that only it can make.
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
	"net/http"
	"net/http/httptest"
	"path"
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
	immutable           bool   // the path holds the hash
}

// A Site serves the page's files.
type Site struct {
	assets map[string]asset
	hashed paths
	ready  bool
}

// New reads the embedded files.
func New() (*Site, error) {
	s := &Site{assets: map[string]asset{}, hashed: paths{}}
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
		switch path.Ext(e.Path) {
		case ".png", ".svg", ".css":
			s.addHashed(e.Path)
		}
		if e.Path == "/web/app.wasm" {
			size = e.Size
			s.addHashed(e.Path)
		}
	}
	version.Write(trappedinart.Index)
	s.add("/robots.txt", "text/plain; charset=utf-8", []byte("User-agent: *\nAllow: /$\nDisallow: /\n"))
	return s, s.addGoApp(hex.EncodeToString(version.Sum(nil))[:16], size)
}

// Ready reports whether make has packed the page into this program.
func (s *Site) Ready() bool { return s.ready }

func (s *Site) add(path, kind string, data []byte) {
	sum := sha256.Sum256(data)
	s.assets[path] = asset{kind: kind, tag: hex.EncodeToString(sum[:8]), plain: data}
}

// addHashed also serves a file under a name that holds its hash, by which browsers can
// keep it. The shell, the manifest and what starts the page call it so.
func (s *Site) addHashed(of string) {
	a := s.assets[of]
	a.immutable = true
	ext := path.Ext(of)
	s.hashed[of] = strings.TrimSuffix(of, ext) + "." + a.tag + ext
	s.assets[s.hashed[of]] = a
}

// paths are the names that files go by, where those are others.
type paths map[string]string

// Resolve is what go-app asks for each address that it writes.
func (p paths) Resolve(path string) string {
	if hashed, ok := p[path]; ok {
		return hashed
	}
	return path
}

// addGoApp asks go-app for the files that it makes, and adds the shell.
func (s *Site) addGoApp(version string, size int) error {
	ask := func(paths ...string) error {
		h := &app.Handler{
			Name: "Trapped in Art", ShortName: "Trapped",
			Description:     "Photographs become paintings, on your own device.",
			BackgroundColor: "#777777", ThemeColor: "#777777",
			Icon:                  app.Icon{Default: "/web/icon-192.png", Large: "/web/icon-512.png", Maskable: "/web/icon-512.png", SVG: "/web/icon.svg"},
			Resources:             s.hashed,
			Version:               version,
			WasmContentLength:     strconv.Itoa(size),
			ServiceWorkerTemplate: serviceWorker,
		}
		// Without a server the page needs all of its own: the worker paints, the style sheet
		// draws. The worker keeps the networks.
		for path := range s.assets {
			if strings.HasPrefix(path, "/web/") || s.assets[path].immutable {
				h.CacheableResources = append(h.CacheableResources, path)
			}
		}
		for _, path := range paths {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				return fmt.Errorf("site: go-app answers %d for %s", w.Code, path)
			}
			s.add(path, w.Header().Get("Content-Type"), w.Body.Bytes())
		}
		return nil
	}
	if err := ask("/app.js", "/wasm_exec.js", "/app.css", "/manifest.webmanifest"); err != nil {
		return err
	}
	s.addHashed("/app.js")
	s.addHashed("/wasm_exec.js")
	shell := string(trappedinart.Index)
	for plain, hashed := range s.hashed {
		shell = strings.ReplaceAll(shell, `"`+plain+`"`, `"`+hashed+`"`)
	}
	s.add("/", "text/html; charset=utf-8", []byte(shell))
	return ask("/app-worker.js") // which keeps what there is by then
}

// ServeHTTP serves the files by their exact paths, and nothing else.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	if isShare(name) {
		name = "/" // the page sees to it what it shows
	}
	a, ok := s.assets[name]
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

// isShare says whether a path is that of a share, /s/ and its id.
func isShare(path string) bool {
	id, ok := strings.CutPrefix(path, "/s/")
	return ok && id != "" && len(id) <= 64 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func inflate(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
