package webgpu

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed wgsl/*.wgsl
var files embed.FS

// A shader is the text of a pipeline, made of a file of wgsl by few directives, each on a
// line of its own:
//
//	//use FILE         the lines of another file, for which more may be asked behind its name
//	//if NAME          lines up to //end only where NAME is asked for,
//	//if !NAME         or only where it is not
//	//for J N          lines up to //end N times, $J counting from 0: registers have names,
//	                   which no compiler can take for memory
//
// An asked name may be NAME=VALUE, and $NAME is the value then.
type shader struct {
	name   string // file and asked names
	text   string
	lines  []place // where each line of text is from
	writes []bool  // of each binding after that of parameters
}

// A place is a line of a file.
type place struct {
	file string
	line int
}

// newShader returns the text of a file with the asked names.
func newShader(file string, asked ...string) (*shader, error) {
	s := &shader{name: strings.Join(append([]string{file}, asked...), "+")}
	var out strings.Builder
	if err := s.expand(&out, file, asked); err != nil {
		return nil, err
	}
	s.text = out.String()
	for i, rest := range strings.Split(s.text, "@binding(")[1:] {
		number, rest, _ := strings.Cut(rest, ") var<")
		kind, _, _ := strings.Cut(rest, ">")
		if number != strconv.Itoa(i) {
			return nil, fmt.Errorf("%s.wgsl: binding %s is declared where %d should be", file, number, i)
		}
		if i > 0 {
			s.writes = append(s.writes, kind == "storage, read_write")
		}
	}
	return s, nil
}

func (s *shader) expand(out *strings.Builder, file string, asked []string) error {
	data, err := files.ReadFile("wgsl/" + file + ".wgsl")
	if err != nil {
		return fmt.Errorf("there is no file of shaders %q", file)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	var values []string
	for _, a := range asked {
		if name, value, ok := strings.Cut(a, "="); ok {
			values = append(values, "$"+name, value)
		}
	}
	rest, err := s.block(out, file, asked, lines, 0, values)
	if err == nil && rest != len(lines) {
		err = fmt.Errorf("%s.wgsl:%d: //end without a beginning", file, rest+1)
	}
	return err
}

// block writes lines from at up to its //end, or the end of the file, and returns where it
// ended. Without out it only looks for that.
func (s *shader) block(out *strings.Builder, file string, asked, lines []string, at int, counters []string) (int, error) {
	for ; at < len(lines); at++ {
		words := strings.Fields(lines[at])
		if len(words) == 0 || !slices.Contains([]string{"//use", "//if", "//for", "//end"}, words[0]) {
			if out != nil {
				out.WriteString(strings.NewReplacer(counters...).Replace(lines[at]))
				out.WriteByte('\n')
				s.lines = append(s.lines, place{file, at + 1})
			}
			continue
		}
		var err error
		begin := at
		switch words[0] {
		case "//end":
			return at, nil
		case "//use":
			if out != nil {
				err = s.expand(out, words[1], append(slices.Clone(asked), words[2:]...))
			}
		case "//if":
			name, not := strings.CutPrefix(words[1], "!")
			to := out
			if slices.Contains(asked, name) == not {
				to = nil
			}
			at, err = s.block(to, file, asked, lines, at+1, counters)
		case "//for":
			n, _ := strconv.Atoi(strings.NewReplacer(counters...).Replace(words[2]))
			if n < 1 {
				return at, fmt.Errorf("%s.wgsl:%d: a loop of no turns", file, begin+1)
			}
			for i := range n {
				if at, err = s.block(out, file, asked, lines, begin+1, append(slices.Clone(counters), "$"+words[1], strconv.Itoa(i))); err != nil {
					break
				}
			}
		}
		if err != nil {
			return at, err
		}
		if at == len(lines) {
			return at, fmt.Errorf("%s.wgsl:%d: %s has no //end", file, begin+1, words[0])
		}
	}
	return at, nil
}

// explain says of an error that a compiler found in the text where it is in the files.
func (s *shader) explain(err error) error {
	return fmt.Errorf("%s: %w", s.at(err.Error()), err)
}

// at returns file and line of the first position in a compiler's message, which is
// line:column, or "line N".
func (s *shader) at(message string) string {
	for i := range message {
		rest, word := strings.CutPrefix(message[i:], "line ")
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		if line, err := strconv.Atoi(digits); err == nil && line >= 1 && line <= len(s.lines) && (word || isColumn(rest[len(digits):])) {
			p := s.lines[line-1]
			return fmt.Sprintf("%s.wgsl:%d (%s)", p.file, p.line, s.name)
		}
	}
	return s.name + ".wgsl"
}

// isColumn says whether text begins as a column does behind a line.
func isColumn(text string) bool {
	return len(text) > 1 && text[0] == ':' && '0' <= text[1] && text[1] <= '9'
}
