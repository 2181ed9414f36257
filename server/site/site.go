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
	immutable           bool   // the path holds the hash
}

// A Site serves the page's files.
type Site struct {
	assets map[string]asset
	names  names
	ready  bool
	static *static // what there is more of where no server is, or nil
}

// New reads the embedded files.
func New() (*Site, error) { return build(nil) }

func build(extra *static) (*Site, error) {
	s := &Site{assets: map[string]asset{}, static: extra, names: names{}}
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
	if extra != nil {
		fmt.Fprintln(version, start, policy, extra.list)
	}
	if err := s.add("/robots.txt", "text/plain; charset=utf-8", []byte("User-agent: *\nAllow: /$\nDisallow: /\n")); err != nil {
		return nil, err
	}
	return s, s.addGoApp(hex.EncodeToString(version.Sum(nil))[:16], size)
}

// Ready reports whether make has packed the page into this program.
func (s *Site) Ready() bool { return s.ready }

// add adds a file that is not packed, and compresses it where that is worth while.
func (s *Site) add(path, kind string, data []byte) error {
	sum := sha256.Sum256(data)
	a := asset{kind: kind, tag: hex.EncodeToString(sum[:8]), plain: data}
	const enough, quality = 1 << 10, 5 // each start of the program does it
	if len(data) >= enough {
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

// addHashed also serves a file under a name that holds its hash, by which browsers can
// keep it. The shell, the manifest and what starts the page call it so.
func (s *Site) addHashed(of string) {
	a := s.assets[of]
	a.immutable = true
	ext := path.Ext(of)
	hashed := strings.TrimSuffix(of, ext) + "." + a.tag + ext
	s.names[of] = hashed
	s.assets[hashed] = a
}

// names are those by which files are asked for, by path, where they are others.
type names map[string]string

// Resolve is what go-app asks for each address that it writes. They are relative to where the page
// is, which may be under any path of a host.
func (n names) Resolve(path string) string {
	if hashed, ok := n[path]; ok {
		path = hashed
	}
	return "." + path
}

// addGoApp asks go-app for the files that it makes, and adds the shell.
func (s *Site) addGoApp(version string, size int) error {
	ask := func(worker string, paths ...string) error {
		h := &app.Handler{
			Name: "Trapped in Art", ShortName: "Trapped",
			Description:     "Photographs become paintings, on your own device.",
			BackgroundColor: "#777777", ThemeColor: "#777777",
			Icon:                  app.Icon{Default: "/web/icon-192.png", Large: "/web/icon-512.png", Maskable: "/web/icon-512.png", SVG: "/web/icon.svg"},
			Resources:             s.names,
			StartURL:              "/",
			Env:                   s.static.environment(),
			Version:               version,
			WasmContentLength:     strconv.Itoa(size),
			ServiceWorkerTemplate: worker,
		}
		for _, path := range paths {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				return fmt.Errorf("site: go-app answers %d for %s", w.Code, path)
			}
			data := w.Body.Bytes()
			if path == "/manifest.webmanifest" { // whose scope nobody is asked about
				data = bytes.Replace(data, []byte(`"scope":"/"`), []byte(`"scope":"`+s.names.Resolve("/")+`"`), 1)
			}
			if err := s.add(path, w.Header().Get("Content-Type"), data); err != nil {
				return err
			}
		}
		return nil
	}
	if err := ask("", "/app.js", "/wasm_exec.js", "/app.css", "/manifest.webmanifest"); err != nil {
		return err
	}
	s.addHashed("/app.js")
	s.addHashed("/wasm_exec.js")
	if err := s.addShell(); err != nil {
		return err
	}
	kept, err := json.Marshal(s.kept())
	if err != nil {
		return err
	}
	worker := strings.NewReplacer("{{.ResourcesToCache}}", string(kept), "{{.Headers}}", s.static.headers()).Replace(serviceWorker)
	return ask(worker, "/app-worker.js")
}

// addShell adds the shell, by the addresses that its files go by, and the one for shares.
func (s *Site) addShell() error {
	shell := address.ReplaceAllStringFunc(string(trappedinart.Index), func(found string) string {
		name, path, _ := strings.Cut(strings.TrimSuffix(found, `"`), `="`)
		return name + `="` + s.names.Resolve(path) + `"`
	})
	if s.static != nil {
		var err error
		if shell, err = s.withStart(shell); err != nil {
			return err
		}
	}
	if err := s.add("/", "text/html; charset=utf-8", []byte(shell)); err != nil {
		return err
	}
	if s.static != nil {
		return nil
	}
	shared := strings.Replace(shell, "<head>", "<head>\n  <base href=\"../\">", 1)
	return s.add(sharePage, "text/html; charset=utf-8", []byte(shared))
}

// address is one in the shell.
var address = regexp.MustCompile(`\b(?:src|href)="/[^"]*"`)

// rare is the program that reads pictures which browsers do not: fetched for them, and not
// kept.
const rare = "/web/pictures.wasm"

// kept returns the files that a browser needs when there is no server, each by the one
// name that it is loaded by: a browser keeps none of a list that has one twice.
func (s *Site) kept() []string {
	var list []string
	for path := range s.assets {
		_, hashed := s.names[path]
		// The page's worker takes wasm_exec.js by its plain name.
		if path != "/robots.txt" && path != rare && (!hashed || path == "/wasm_exec.js") {
			list = append(list, "."+path)
		}
	}
	slices.Sort(list)
	return list
}

// ServeHTTP serves the files by their exact paths, and nothing else.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	if isShare(name) {
		name = sharePage
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

// sharePage is the shell for all shares, which is one folder below the page: the page itself sees
// to it what it shows.
const sharePage = "/s/0"

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
