package site

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"trappedinart/server/api"
)

// ErrNotReady says that make has not packed the page into this program.
var ErrNotReady = errors.New("site: this program was built without the page")

// A Network is one that a page without a server offers.
type Network struct {
	api.Weights // without URL and Bytes
	File        string
	Data        []byte
}

// Sizes are what all files have in bytes, by what a host sends of them.
type Sizes struct{ Files, Plain, Gzip, Brotli int }

//go:embed start.js
var start string

// Headers are what a server says with every answer. Where there is none the service worker
// says it.
var Headers = map[string]string{
	"Content-Security-Policy":      policy + "; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Embedder-Policy": "require-corp",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "geolocation=(), microphone=(), payment=(), usb=()",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
}

// policy is what the page says itself, as it is first loaded without a service worker.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
	"img-src 'self' blob: data:; style-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'"

// static is what there is more of in a page without a server.
type static struct {
	list string // of networks, in JSON
}

// environment is what the page's program is told.
func (x *static) environment() map[string]string {
	if x == nil {
		return nil
	}
	return map[string]string{api.StaticNetworks: x.list}
}

// headers are those of the service worker, in JavaScript.
func (x *static) headers() string {
	if x == nil {
		return "null"
	}
	text, err := json.Marshal(Headers)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// withStart puts the policy into the shell, and start.js before go-app's script.
func (s *Site) withStart(shell string) (string, error) {
	if err := s.add("/start.js", "text/javascript; charset=utf-8", []byte(start)); err != nil {
		return "", err
	}
	s.addHashed("/start.js")
	app := s.names.Resolve("/app.js")
	for _, change := range [][2]string{
		{`<meta charset="utf-8">`, `<meta charset="utf-8">` + "\n  " + `<meta http-equiv="Content-Security-Policy" content="` + policy + `">`},
		{`<script src="` + app + `"`, `<script src="` + s.names.Resolve("/start.js") + `" data-app="` + app + `"`},
	} {
		if strings.Count(shell, change[0]) != 1 {
			return "", fmt.Errorf("site: index.html has not one %s", change[0])
		}
		shell = strings.Replace(shell, change[0], change[1], 1)
	}
	return shell, nil
}

// Write writes the page with these networks, the default first, for hosts that only hand
// out files: under any path, without headers of their own. Beside each file that gets
// smaller by it are its gzip and its brotli, for hosts that look for them. Files of an
// earlier page, which have hashes in their names, are deleted; nothing else is.
func Write(dir string, networks []Network) (Sizes, error) {
	var list []api.Weights
	for _, n := range networks {
		w := n.Weights
		w.URL, w.Bytes = "weights/"+n.File, len(n.Data)
		list = append(list, w)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return Sizes{}, err
	}
	s, err := build(&static{string(text)})
	if err != nil {
		return Sizes{}, err
	}
	if !s.ready {
		return Sizes{}, ErrNotReady
	}
	all := map[string]asset{"/app-worker.js": s.assets["/app-worker.js"]}
	for _, path := range append(s.kept(), rare) {
		path = strings.TrimPrefix(path, ".")
		all[path] = s.assets[path]
	}
	all["/index.html"] = all["/"]
	delete(all, "/")
	for _, n := range networks {
		all["/weights/"+n.File] = asset{plain: n.Data}
	}
	if err := removeOlder(dir, all); err != nil {
		return Sizes{}, err
	}
	return write(dir, all)
}

func write(dir string, all map[string]asset) (Sizes, error) {
	var sizes Sizes
	for path, a := range all {
		if a.plain == nil {
			var err error
			if a.plain, err = inflate(a.gzip); err != nil {
				return sizes, fmt.Errorf("site: %s: %w", path, err)
			}
		}
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return sizes, err
		}
		for suffix, data := range map[string][]byte{"": a.plain, ".gz": a.gzip, ".br": a.brotli} {
			if data == nil {
				continue
			}
			if err := os.WriteFile(name+suffix, data, 0o644); err != nil {
				return sizes, err
			}
		}
		plain := len(a.plain)
		sizes.Files++
		sizes.Plain += plain
		sizes.Gzip += shorter(a.gzip, plain)
		sizes.Brotli += shorter(a.brotli, plain)
	}
	return sizes, nil
}

func shorter(data []byte, plain int) int {
	if data == nil {
		return plain
	}
	return len(data)
}

// older are names that only a page has: with a hash, of a file or of its compressed copies.
var older = regexp.MustCompile(`^[a-zA-Z0-9_-]+[.-][0-9a-f]{16}\.(js|css|svg|png|wasm|safetensors)(\.gz|\.br)?$`)

// removeOlder deletes such files that the page does not have any more.
func removeOlder(dir string, all map[string]asset) error {
	for _, folder := range []string{"/", "/web/", "/weights/"} {
		files, err := os.ReadDir(filepath.Join(dir, folder))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, f := range files {
			plain := strings.TrimSuffix(strings.TrimSuffix(f.Name(), ".gz"), ".br")
			if _, now := all[folder+plain]; now || !f.Type().IsRegular() || !older.MatchString(f.Name()) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, folder, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
