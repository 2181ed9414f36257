package site_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"trappedinart/internal/fixture"
	"trappedinart/server/api"
	"trappedinart/server/site"
)

// written writes the page and returns how to read its files.
func written(t *testing.T, dir string, networks ...site.Network) (read func(name string) string, sizes site.Sizes) {
	t.Helper()
	s, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	sizes, err = site.Write(dir, networks)
	if !s.Ready() {
		if err == nil {
			t.Error("a page that is not there is written")
		}
		fixture.NeedPage(t, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
		}
		return string(data)
	}, sizes
}

func network(name, data string) site.Network {
	return site.Network{Weights: api.Weights{Name: name, Taps: []string{"relu1_1"}}, File: name + "-0123456789abcdef.safetensors", Data: []byte(data)}
}

// Every file that the page needs is there, by an address relative to it.
func TestStatic(t *testing.T) {
	dir := t.TempDir()
	read, sizes := written(t, dir, network("small", "one"), network("other", "another"))
	needed := []string{"app-worker.js", "wasm_exec.js", "web/worker.js", "web/worker.wasm", "web/kernels.js", "web/kernels.wasm", "web/kernels-relaxed.wasm", "web/pictures.js", "web/pictures.wasm",
		"web/examples/valley.jpg", "web/examples/valley-small.jpg", "weights/small-0123456789abcdef.safetensors", "weights/other-0123456789abcdef.safetensors"}

	shell := read("index.html")
	addresses := regexp.MustCompile(`\b(?:src|href|data-app)="([^"]*)"`).FindAllStringSubmatch(shell, -1)
	if len(addresses) < 8 {
		t.Errorf("index.html has the addresses %q", addresses)
	}
	for _, a := range addresses {
		needed = append(needed, a[1])
	}
	if policy, script := strings.Index(shell, "Content-Security-Policy"), strings.Index(shell, "<script"); policy < 0 || policy > script || strings.Contains(shell, "'unsafe-inline'") {
		t.Error("index.html begins without a strict policy")
	}

	var manifest struct {
		Scope string                 `json:"scope"`
		Start string                 `json:"start_url"`
		Icons []struct{ Src string } `json:"icons"`
	}
	text := read("manifest.webmanifest")
	if err := json.Unmarshal([]byte(text), &manifest); err != nil || manifest.Scope != "./" || manifest.Start != "./" || len(manifest.Icons) < 3 {
		t.Errorf("the manifest is %s, %v", text, err)
	}
	for _, i := range manifest.Icons {
		needed = append(needed, i.Src)
	}

	app := read(regexp.MustCompile(`data-app="([^"]*)"`).FindStringSubmatch(shell)[1])
	wasm := regexp.MustCompile(`fetchWithProgress\("([^"]*)"`).FindStringSubmatch(app)
	worker := regexp.MustCompile(`register\(\s*"([^"]*)"`).FindStringSubmatch(app)
	environment := regexp.MustCompile(`const goappEnv = (.*);`).FindStringSubmatch(app)
	if wasm == nil || worker == nil || environment == nil {
		t.Fatalf("go-app's script has another form: %.2000s", app)
	}
	needed = append(needed, wasm[1], worker[1])
	var env map[string]string
	var networks []api.Weights
	if err := json.Unmarshal([]byte(environment[1]), &env); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(env[api.StaticNetworks]), &networks); err != nil || len(networks) != 2 || networks[0].Name != "small" ||
		networks[1].URL != "weights/other-0123456789abcdef.safetensors" || networks[1].Bytes != len("another") {
		t.Errorf("the page knows of the networks %+v, %v", networks, err)
	}

	var kept []string
	list := regexp.MustCompile(`const resources = (\[.*\]);`).FindStringSubmatch(read("app-worker.js"))
	if list == nil || json.Unmarshal([]byte(list[1]), &kept) != nil || len(kept) < 30 {
		t.Fatalf("the service worker keeps %q", list)
	}
	for _, address := range append(needed, kept...) {
		if strings.HasPrefix(address, "/") || strings.Contains(address, "..") {
			t.Errorf("the address %s is not relative to the page", address)
		}
		if address != "./" {
			read(address)
		}
	}
	for name, text := range map[string]string{"index.html": shell, "the manifest": text, "go-app's script": app} {
		if found := regexp.MustCompile(`["'](/(?:web|app|wasm|api|manifest|weights)[^"']*)`).FindString(text); found != "" {
			t.Errorf("%s has the absolute path %s", name, found)
		}
	}
	if sizes.Files < len(kept) || sizes.Brotli >= sizes.Gzip || sizes.Gzip >= sizes.Plain/2 {
		t.Errorf("what was written has the sizes %+v", sizes)
	}
}

// Compressed copies hold what the files do.
func TestStaticCopies(t *testing.T) {
	dir := t.TempDir()
	read, sizes := written(t, dir, network("small", "one"))
	var plain, copies int
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var content io.Reader
		switch filepath.Ext(path) {
		case ".gz":
			if content, err = gzip.NewReader(bytes.NewReader(data)); err != nil {
				return err
			}
		case ".br":
			content = brotli.NewReader(bytes.NewReader(data))
		default:
			plain += len(data)
			return nil
		}
		copies++
		got, err := io.ReadAll(content)
		name, _ := filepath.Rel(dir, strings.TrimSuffix(path, filepath.Ext(path)))
		if want := read(name); string(got) != want {
			t.Errorf("%s holds something else than %s", path, name)
		}
		return err
	})
	if err != nil || copies < 20 || plain != sizes.Plain {
		t.Errorf("%d copies, %d bytes of files, want %d; %v", copies, plain, sizes.Plain, err)
	}
}

// A new page takes the place of the one before it, and nothing else goes.
func TestStaticAgain(t *testing.T) {
	dir := t.TempDir()
	read, _ := written(t, dir, network("small", "one"))
	before := regexp.MustCompile(`data-app="([^"]*)"`).FindStringSubmatch(read("index.html"))[1]
	for _, name := range []string{"CNAME", "web/mine.js", "weights/mine.safetensors", "feedfeedfeedfeed.html"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, _ = written(t, dir, network("other", "two"))
	for _, name := range []string{before, before + ".gz", before + ".br", "weights/small-0123456789abcdef.safetensors"} {
		if _, err := os.Stat(filepath.Join(dir, name)); !os.IsNotExist(err) {
			t.Errorf("%s of the page before is there: %v", name, err)
		}
	}
	for _, name := range []string{"CNAME", "web/mine.js", "weights/mine.safetensors", "feedfeedfeedfeed.html"} {
		if read(name) != "mine" {
			t.Errorf("%s is lost", name)
		}
	}
	read("weights/other-0123456789abcdef.safetensors")
}
