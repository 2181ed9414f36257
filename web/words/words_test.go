package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/web/words"
)

// heard are the packages beside the page whose sentences it can show: errors, notes and estimates of
// engine, worker and server. Sentences of the command line alone are not among them.
var heard = []string{
	"engine", "engine/backend/cpu", "engine/backend/webgpu", "engine/pixel", "engine/pixel/label", "engine/transfer", "engine/vgg", "weights", "weights/fetch",
	"wasm", "server/api", "server/handler", "server/jobs", "server/shares",
}

// unheard are sentences in these packages that no page shows, and the form of what is said in two.
var unheard = regexp.MustCompile(`^(This program is a web page|The token that came with|%s %s$)`)

// said has what can be said: required are the keys that a language must have, literals all else in
// the same files, of which sentences may be made up.
type said struct {
	required, literals map[string]token.Position
}

func collect(t *testing.T) said {
	t.Helper()
	s := said{map[string]token.Position{}, map[string]token.Position{}}
	for _, setting := range engine.Settings() {
		s.required[setting.Label], s.required[setting.Help] = token.Position{}, token.Position{}
	}
	s.walk(t, "web", func(string) bool { return true })
	for _, dir := range heard {
		s.walk(t, dir, func(found string) bool { return dir == "wasm" || found == dir })
	}
	return s
}

func (s said) walk(t *testing.T, dir string, in func(dir string) bool) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, path)
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || !in(filepath.Dir(rel)) ||
			rel == filepath.Join("web", "words", "german.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CallExpr:
				s.call(t, files, n, strings.HasPrefix(rel, "web"))
			case *ast.KeyValueExpr:
				key, _ := n.Key.(*ast.Ident)
				if text, ok := literal(n.Value); ok && key != nil && key.Name == "Message" {
					s.required[text] = files.Position(n.Pos())
				}
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					s.literals[text] = files.Position(n.Pos())
					s.literals[strings.TrimSpace(text)] = files.Position(n.Pos()) // what follows another sentence
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// call requires what words.T and words.Key are given, and the sentences of errors.
func (s said) call(t *testing.T, files *token.FileSet, call *ast.CallExpr, page bool) {
	t.Helper()
	name, at := "", files.Position(call.Pos())
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
		if x, ok := fun.X.(*ast.Ident); ok {
			name = x.Name + "." + name
		}
	}
	arg := 0
	switch name {
	case "words.T", "words.Key", "T":
		if !page {
			return
		}
	case "engine.Errorf", "Errorf":
		arg = 1
	default:
		return
	}
	text, ok := literal(call.Args[arg])
	if ok {
		s.required[text] = at
	} else if arg == 0 && name != "T" {
		t.Errorf("%v: %s takes the English text itself", at, name)
	}
}

// literal is a string that is written down, also in pieces.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		a, ok := literal(e.X)
		b, also := literal(e.Y)
		return a + b, ok && also
	}
	return "", false
}

// sentence is what a literal looks like that may be shown as it is.
var sentence = regexp.MustCompile(`^(%[a-z.0-9]+ |[A-Z]).* .*\.$`)

// TestEveryWordIsTranslated holds that each language has all that can be said and nothing else, and
// that translations take the same arguments.
func TestEveryWordIsTranslated(t *testing.T) {
	s := collect(t)
	for text, at := range s.literals {
		if sentence.MatchString(text) && !strings.Contains(at.Filename, "/server/") { // which describes its API as well
			s.required[text] = at
		}
	}
	maps.DeleteFunc(s.required, func(text string, _ token.Position) bool { return unheard.MatchString(text) })
	for _, l := range words.Languages[1:] {
		sentences := words.Sentences(l)
		for text, at := range s.required {
			if _, ok := sentences[text]; !ok {
				t.Errorf("%v: %s has nothing for %q", at, l.Name, text)
			}
		}
		for text, translated := range sentences {
			if _, ok := s.literals[text]; !ok && s.required[text] == (token.Position{}) && !isSetting(text) {
				t.Errorf("%s has %q, which nothing says", l.Name, text)
			}
			if a, b := words.Verbs(text), words.Verbs(translated); !slices.Equal(a, b) {
				t.Errorf("%s takes %q for %q, which takes %q", l.Name, b, text, a)
			}
		}
	}
}

func isSetting(text string) bool {
	return slices.ContainsFunc(engine.Settings(), func(s engine.Setting) bool { return s.Label == text || s.Help == text })
}

// speak speaks a language until the test ends.
func speak(t *testing.T, code string) {
	t.Helper()
	words.Speak(code)
	t.Cleanup(func() { words.Speak() })
}

func TestTheBrowsersLanguageIsSpoken(t *testing.T) {
	for _, c := range []struct {
		wanted []string
		want   string
	}{
		{nil, "en"}, {[]string{"fr", "de-AT", "en"}, "de"}, {[]string{"en-GB", "de"}, "en"}, {[]string{"fr"}, "en"}, {[]string{"DE"}, "de"},
	} {
		words.Speak(c.wanted...)
		if got := words.Spoken().Code; got != c.want {
			t.Errorf("a browser that wants %q hears %s, want %s", c.wanted, got, c.want)
		}
	}
	words.Speak()
}

func TestGermanNumbersAndDates(t *testing.T) {
	speak(t, "de")
	when := time.Date(2026, time.March, 2, 15, 4, 0, 0, time.UTC)
	for _, c := range [][2]string{
		{words.Bytes(2_500_000), "2,5 MB"}, {words.Bytes(1500), "2 KB"}, {words.Duration(150 * time.Minute), "2,5 h"},
		{words.Date(when), "2. März, 15:04"}, {words.T("Start"), "Start"}, {words.T("a word that nobody knows %d", 3), "a word that nobody knows 3"},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

// TestFinishedSentencesAreTranslated goes by what engine and server say.
func TestFinishedSentencesAreTranslated(t *testing.T) {
	strength, _ := engine.SettingByName("strength")
	recipe := engine.Recipe{}
	refused := strength.Set(&recipe, "much")
	speak(t, "de")
	for _, c := range [][2]string{
		{"", ""},
		{"Choose a photograph.", "Wähle ein Foto."},
		{refused.Error(), `Stärke kann nicht "much" sein, sondern nur eine Zahl von 0 bis 100 %.`},
		{`"a (b).jpg" has 400 MiB; the limit is 64 MiB. Save it smaller.`, `"a (b).jpg" hat 400 MiB; erlaubt sind 64 MiB. Speichere das Bild kleiner.`},
		{"This needs 7.1 GiB of memory; the limit is 3 GiB.", "Das braucht 7,1 GiB Speicher; die Grenze ist 3 GiB."},
		{"The picture is painted in 4 blocks, without seams. This needs 1.2 GiB of memory instead of 3 GiB, and more time. L-BFGS remembers 4 steps instead of 10 there, so each step gains less.",
			"Das Bild wird in 4 Blöcken gemalt, ohne Nähte. So braucht es 1,2 GiB Speicher statt 3 GiB, und mehr Zeit. L-BFGS merkt sich dort 4 statt 10 Schritte, sodass jeder Schritt weniger bringt."},
		{"The checkpoint cannot be resumed: it was not made by this program. Start a new painting.", "Von dem Zwischenstand geht es nicht weiter: dieses Programm hat ihn nicht gemacht. Beginne ein neues Gemälde."},
		{"Nobody has said this before.", "Nobody has said this before."},
	} {
		if got := words.Translate(c[0]); got != c[1] {
			t.Errorf("%q is translated as\n%q, want\n%q", c[0], got, c[1])
		}
	}
	words.Speak("en")
	if got := words.Translate("Choose a photograph."); got != "Choose a photograph." {
		t.Errorf("English says %q", got)
	}
}
