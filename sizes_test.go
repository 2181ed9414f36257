package trappedinart_test

import (
	"bufio"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// The largest sizes of the parts of the program.
const (
	mostFields       = 20   // of a struct
	mostLines        = 60   // of a function
	mostPackageLines = 1800 // of a package of the page
)

// Kernels keep their state in one place, and generators are lists: both are left out. So is the
// recipe, which has a field for every setting.
var (
	uncounted = []string{"engine/backend/cpu", "web/examples"}
	settings  = "type engine.Recipe"
)

// sizesFile lists the parts that are larger than they may be, with the sizes that they have.
const sizesFile = "testdata/sizes.txt"

var update = flag.Bool("update", false, "write "+sizesFile+" anew, where something has shrunk")

// TestSizes checks that no part is larger than it may be, and that the listed ones only shrink.
func TestSizes(t *testing.T) {
	large := tooLarge(t)
	listed := readSizes(t)
	grown := false
	for name, size := range large {
		if was, ok := listed[name]; !ok || size > was {
			grown = true
			t.Errorf("%s has %d, which is too much (at most %d fields, %d lines of a function, %d lines of a package of the page): divide it",
				name, size, mostFields, mostLines, mostPackageLines)
		}
	}
	shrunk := !maps.Equal(large, listed) && !grown
	if shrunk && *update {
		writeSizes(t, large)
	} else if shrunk {
		t.Errorf("%s lists what has shrunk; write it anew: go test -run TestSizes . -args -update", sizesFile)
	}
}

// tooLarge measures the tree.
func tooLarge(t *testing.T) map[string]int {
	t.Helper()
	found, pages := map[string]int{}, map[string]int{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "bin" || e.Name() == "node_modules" || slices.Contains(uncounted, name)):
			return fs.SkipDir
		case e.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		measure(set, file, path.Dir(name), found)
		if dir := path.Dir(name); dir == "web" || strings.HasPrefix(dir, "web/") {
			pages[dir] += set.Position(file.FileEnd).Line
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, lines := range pages {
		if lines > mostPackageLines {
			found["package "+dir] = lines
		}
	}
	delete(found, settings)
	if len(pages) < 10 {
		t.Errorf("the page has %d packages: it was not looked at", len(pages))
	}
	return found
}

// measure adds the too large parts of one file.
func measure(set *token.FileSet, file *ast.File, dir string, found map[string]int) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				name = receiver(d.Recv.List[0].Type) + "." + name
			}
			if lines := set.Position(d.End()).Line - set.Position(d.Pos()).Line + 1; lines > mostLines {
				found["func "+dir+"."+name] = lines
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				ts, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if s, ok := ts.Type.(*ast.StructType); ok {
					if n := s.Fields.NumFields(); n > mostFields {
						found["type "+dir+"."+ts.Name.Name] = n
					}
				}
			}
		}
	}
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return fmt.Sprintf("%T", e)
}

func readSizes(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open(sizesFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kind, name string
		var size int
		if _, err := fmt.Sscan(lines.Text(), &kind, &name, &size); err != nil {
			t.Fatalf("%s: %q is not a kind, a name and a number", sizesFile, lines.Text())
		}
		list[kind+" "+name] = size
	}
	return list
}

func writeSizes(t *testing.T, list map[string]int) {
	t.Helper()
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(list)) {
		fmt.Fprintf(&out, "%s %d\n", name, list[name])
	}
	if err := os.WriteFile(sizesFile, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
