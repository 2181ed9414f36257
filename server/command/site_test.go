package command

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"trappedinart/internal/fixture"
	"trappedinart/server/site"
	"trappedinart/weights"
)

func TestSiteCommand(t *testing.T) {
	dir := t.TempDir()
	if r := command(t, t.Context(), "site"); r.code != exitWrongUse || !strings.Contains(r.err, "--out") {
		t.Errorf("without a folder: %+v", r)
	}
	out := filepath.Join(dir, "page")
	for name, args := range map[string][]string{
		"no weights called \"vgg19\"": {"--network", "vgg19"},
		"cannot be read":              {"--network", filepath.Join(dir, "none.safetensors")},
		"two networks called":         {"--network", "small"},
	} {
		if r := command(t, t.Context(), append([]string{"site", "--out", out, "--data", dir}, args...)...); r.code == exitDone || !strings.Contains(r.err, name) {
			t.Errorf("%q: %+v, want %q", args, r, name)
		}
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("something was written before all was known: %v", err)
	}
	pages, err := site.New()
	if err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "mine.safetensors")
	write(t, mine, weights.Small())
	r := command(t, t.Context(), "site", "--out", out, "--data", dir, "--network", mine)
	if !pages.Ready() {
		if r.code != exitFailed || !strings.Contains(r.err, "without the page") {
			t.Errorf("without a page: %+v", r)
		}
		fixture.NeedPage(t, false)
	}
	if r.code != exitDone || !strings.HasPrefix(r.out, "Wrote ") {
		t.Fatalf("%+v", r)
	}
	for _, name := range []string{"small", "mine"} {
		found, err := filepath.Glob(filepath.Join(out, "weights", name+"-*.safetensors"))
		if err != nil || len(found) != 1 {
			t.Errorf("of %s there are %q, %v", name, found, err)
		}
	}
	file := filepath.Join(dir, "file")
	write(t, file, nil)
	if r := command(t, t.Context(), "site", "--out", file); r.code != exitFailed || !strings.Contains(r.err, "cannot be written") {
		t.Errorf("into a file: %+v", r)
	}
	// The service worker sends the server's headers where no server of ours is.
	worker, err := os.ReadFile(filepath.Join(out, "app-worker.js"))
	if err != nil {
		t.Fatal(err)
	}
	var headers map[string]string
	list := regexp.MustCompile(`const headers = (.*);`).FindSubmatch(worker)
	if list == nil || json.Unmarshal(list[1], &headers) != nil || len(headers) < 5 {
		t.Fatalf("the service worker sends %q", list)
	}
	answer, err := http.Get(startServe(t).url)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	for name, want := range headers {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("the server sends %s: %q, the service worker %q", name, got, want)
		}
	}
	page, err := os.ReadFile(filepath.Join(out, "index.html"))
	if policy := strings.TrimSuffix(headers["Content-Security-Policy"], "; frame-ancestors 'none'"); err != nil || !strings.Contains(string(page), `content="`+policy+`"`) {
		t.Errorf("the page has another policy than %q; %v", policy, err)
	}
}
