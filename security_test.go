package trappedinart_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedTest is a test as docs/security.md names it: `folder.Test`, the folder being "" for this one.
var namedTest = regexp.MustCompile("`([a-z/]*)\\.((?:Test|Fuzz)\\w+)`")

// Each promise of docs/security.md names tests, and they are there.
func TestSecurityPromises(t *testing.T) {
	document, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	promises, known := 0, map[string]map[string]bool{}
	for line := range strings.Lines(string(document)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| ---") || strings.HasPrefix(line, "| promise") {
			continue
		}
		promises++
		tests := namedTest.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 2 || len(tests) == 0 {
			t.Errorf("no test is named beside %q", cells[0])
		}
		if named := strings.Count(cells[len(cells)-1], "`") / 2; named != len(tests) {
			t.Errorf("beside %q stands what is no test: %s", cells[0], cells[len(cells)-1])
		}
		for _, test := range tests {
			folder, name := test[1], test[2]
			if known[folder] == nil {
				known[folder] = testsIn(t, folder)
			}
			if !known[folder][name] {
				t.Errorf("beside %q stands %s in %q, which is not there", cells[0], name, folder)
			}
		}
	}
	if promises < 30 {
		t.Errorf("there are %d promises: the document was not read", promises)
	}
}

// testsIn returns the tests and fuzzers of a folder, whatever they are built for.
func testsIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				found[f.Name.Name] = true
			}
		}
	}
	return found
}
