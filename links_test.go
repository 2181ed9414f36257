package trappedinart_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	mdLink    = regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	mdHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	unslugged = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// TestLinks: a link of a document leads to a file that is there, and to one of its headings.
func TestLinks(t *testing.T) {
	held := 0
	for _, path := range files(t, ".md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mdLink.FindAllStringSubmatch(string(text), -1) {
			file, heading := m[1], m[2]
			if strings.Contains(file, "://") || file == "" && heading == "" {
				continue
			}
			held++
			to := path
			if file != "" {
				to = filepath.Join(filepath.Dir(path), file)
			}
			target, err := os.ReadFile(to)
			if stat, dir := os.Stat(to); dir == nil && stat.IsDir() {
				continue
			}
			if err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			} else if heading != "" && !hasHeading(string(target), heading) {
				t.Errorf("%s links to %s#%s, and there is no such heading", path, file, heading)
			}
		}
	}
	if held < 50 {
		t.Errorf("only %d links are looked at", held)
	}
}

// files are the project's own that end in that way, not those of what it builds and fetches.
func files(t *testing.T, end string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() && (d.Name() == "bin" || d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, end) {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func hasHeading(text, slug string) bool {
	for _, m := range mdHeading.FindAllStringSubmatch(text, -1) {
		if strings.ReplaceAll(unslugged.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-") == slug {
			return true
		}
	}
	return false
}
