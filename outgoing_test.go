package trappedinart_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// callers are the files that may reach other machines or start programs, with where the
// address comes from: never from a request.
var callers = map[string]string{
	"weights/fetch/ask.go":        "what is published, or the flag --fetch-url",
	"server/store/store.go":       "the flag --nats",
	"server/command/health.go":    "the flag --addr",
	"server/command/trygpu.go":    "this program itself",
	"internal/program/program.go": "tests alone",
	"web/runner/client_other.go":  "the page's, as natively in tests: the server that it came from",
	"web/runner/catalogue.go":     "the same",
	"web/runner/server.go":        "the same",
}

// reaching are the names by which Go reaches other machines, or starts programs; nil is all
// names of a package.
var reaching = map[string][]string{
	"net": {"Dial", "DialIP", "DialTCP", "DialTimeout", "DialUDP", "DialUnix", "Dialer", "Resolver", "DefaultResolver",
		"LookupAddr", "LookupCNAME", "LookupHost", "LookupIP", "LookupMX", "LookupNS", "LookupPort", "LookupSRV", "LookupTXT", "ResolveIPAddr", "ResolveTCPAddr", "ResolveUDPAddr"},
	"net/http":          {"Client", "DefaultClient", "DefaultTransport", "Get", "Head", "NewRequest", "NewRequestWithContext", "Post", "PostForm", "Transport", "RoundTripper"},
	"net/http/httputil": nil, "net/rpc": nil, "net/smtp": nil, "os/exec": nil, "plugin": nil,
	"crypto/tls":                 {"Dial", "DialWithDialer", "Dialer", "Client"},
	"syscall":                    {"Connect", "Exec", "ForkExec", "StartProcess"},
	"golang.org/x/sys/unix":      {"Connect", "Exec"},
	"os":                         {"StartProcess"},
	"github.com/nats-io/nats.go": {"Connect"},
}

// TestWhoDials holds that nothing else reaches other machines: whoever adds a place says here
// where its address comes from.
func TestWhoDials(t *testing.T) {
	used := map[string]bool{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "bin" || e.Name() == "node_modules"):
			return fs.SkipDir
		case e.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		for _, what := range reaches(t, name) {
			if _, ok := callers[name]; !ok {
				t.Errorf("%s uses %s: what it reaches must not be named by a stranger; say in callers where the address comes from", name, what)
			}
			used[name] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range callers {
		if !used[name] {
			t.Errorf("%s reaches nothing, and need not be listed", name)
		}
	}
}

// reaches returns the names that a file uses by which it could.
func reaches(t *testing.T, name string) (found []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	local := map[string]string{}
	for _, imported := range file.Imports {
		from, _ := strconv.Unquote(imported.Path.Value)
		names, listed := reaching[from]
		switch {
		case !listed:
			continue
		case names == nil || imported.Name != nil && imported.Name.Name == ".":
			found = append(found, from)
		case imported.Name != nil:
			local[imported.Name.Name] = from
		default:
			local[strings.TrimSuffix(path.Base(from), ".go")] = from
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := sel.X.(*ast.Ident); ok && slices.Contains(reaching[local[of.Name]], sel.Sel.Name) {
				found = append(found, local[of.Name]+"."+sel.Sel.Name)
			}
		}
		return true
	})
	return found
}
