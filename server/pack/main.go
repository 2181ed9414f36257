// Command pack compresses the files of the page for the server to embed:
//
//	go run ./server/pack -out server/site/files bin/site web/static
//
// Every file of the given folders becomes /web/NAME: as brotli and as gzip where that
// makes it smaller, as it is where not, and a line in manifest.json. A file that has
// not changed since is left alone.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"trappedinart/server/coding"
	"trappedinart/server/site"
)

// quality of brotli. The 16 MB of WebAssembly are 3.37 MB at 9, 3.03 at 10 and 2.94 at 11,
// which take 3, 20 and 31 s where both are compressed at once.
var quality = flag.Int("quality", 10, "of brotli, 0 to 11")

func main() {
	out := flag.String("out", "", "the folder to write to")
	flag.Parse()
	if err := pack(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(out string, folders []string) error {
	if out == "" || len(folders) == 0 {
		return fmt.Errorf("name -out and the folders to pack")
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	before := map[string]site.Entry{}
	if data, err := os.ReadFile(filepath.Join(out, site.Manifest)); err == nil {
		var entries []site.Entry
		if json.Unmarshal(data, &entries) == nil {
			for _, e := range entries {
				before[e.Path] = e
			}
		}
	}
	var entries []site.Entry
	var mu sync.Mutex
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(folder, name)
			if err != nil {
				return err
			}
			all.Go(func() error {
				e, err := packFile(out, name, path.Join("/web", filepath.ToSlash(rel)), before)
				mu.Lock()
				defer mu.Unlock()
				entries = append(entries, e)
				return err
			})
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := all.Wait(); err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b site.Entry) int { return strings.Compare(a.Path, b.Path) })
	if err := removeOthers(out, entries); err != nil {
		return err
	}
	data, err := json.MarshalIndent(entries, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, site.Manifest), data, 0o644)
}

func packFile(out, name, url string, before map[string]site.Entry) (site.Entry, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return site.Entry{}, err
	}
	sum := sha256.Sum256(data)
	flat := strings.ReplaceAll(strings.TrimPrefix(url, "/"), "/", "__")
	e := site.Entry{Path: url, Size: len(data), SHA256: hex.EncodeToString(sum[:]), Type: contentType(url)}
	small, err := coding.Gzip(data)
	if err != nil {
		return e, err
	}
	if len(small) > len(data)*9/10 { // a picture
		e.File = flat
		return e, os.WriteFile(filepath.Join(out, flat), data, 0o644)
	}
	e.Gzip, e.Brotli = flat+".gz", flat+".br"
	if old, ok := before[url]; ok && old == e && exist(out, e.Gzip, e.Brotli) {
		return e, nil
	}
	smaller, err := coding.Brotli(data, *quality)
	if err != nil {
		return e, err
	}
	if err := os.WriteFile(filepath.Join(out, e.Gzip), small, 0o644); err != nil {
		return e, err
	}
	return e, os.WriteFile(filepath.Join(out, e.Brotli), smaller, 0o644)
}

func contentType(url string) string {
	switch path.Ext(url) {
	case ".wasm":
		return "application/wasm"
	case ".js":
		return "text/javascript; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(url)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func exist(dir string, names ...string) bool {
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// removeOthers deletes what earlier runs left.
func removeOthers(out string, entries []site.Entry) error {
	keep := map[string]bool{site.Manifest: true, "README": true}
	for _, e := range entries {
		keep[e.File], keep[e.Gzip], keep[e.Brotli] = true, true, true
	}
	files, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !keep[f.Name()] {
			if err := os.Remove(filepath.Join(out, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
