//go:build !js

package webgpu

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gogpu/naga"
)

// WidestTile is what the widest tile asks for.
var WidestTile = tiles[0].asked

// Files returns the names of all files of shaders.
func Files() []string {
	list, _ := files.ReadDir("wgsl")
	var names []string
	for _, f := range list {
		names = append(names, strings.TrimSuffix(f.Name(), ".wgsl"))
	}
	return names
}

// A Text is a shader in one form.
type Text struct{ *shader }

// Shader returns a shader in a form.
func Shader(t *testing.T, file, asked string) Text {
	t.Helper()
	s, err := newShader(file, strings.Fields(asked)...)
	if err != nil {
		t.Fatal(err)
	}
	return Text{s}
}

// EveryShader returns all shaders in all forms.
func EveryShader(t *testing.T) []Text {
	forms := map[string][]string{
		"clear": {""}, "combine": {"", "X", "X Y", "OLD", "OLD X"}, "combinesums": {"", "X", "X Y", "OLD", "OLD X"},
		"dots": {"", "B"}, "dotsums": {"", "B"}, "adam": {""}, "addpart": {""},
		"pool": {"", "MAXIMUM"}, "poolback": {"", "MAXIMUM"}, "reduce": {""}, "reduceback": {""},
		"squares": {""}, "squaresgrad": {""}, "excess": {""}, "excessgrad": {""}, "variation": {"", "ABSOLUTE"}, "variationgrad": {"", "ABSOLUTE"},
		"moments": {"", "MASK"}, "collect": {""}, "spread": {"", "FROM"}, "momentsgrad": {"", "MASK"},
		"sandwich": {""}, "signs": {""}, "narrow": {"", "MASKED", "BIAS"}, "gram": {"", "MASK"}, "gramsum": {""},
		"winogradin": {"", "MASKED"}, "winogradout": {"", "BIAS"},
	}
	for _, tile := range tiles {
		for _, asked := range []string{"", "MASKED ", "BIAS ", "BIAS SIGNS "} {
			forms["convolve"] = append(forms["convolve"], asked+tile.asked)
		}
		forms["gramgrad"] = append(forms["gramgrad"], tile.asked, "MASK "+tile.asked)
		forms["product"] = append(forms["product"], tile.asked)
	}
	var list []Text
	for file, asked := range forms {
		for _, a := range asked {
			list = append(list, Shader(t, file, a))
		}
	}
	return list
}

func (s Text) Name() string  { return s.name }
func (s Text) Bindings() int { return len(s.writes) }

// Used strikes out the files that the shader is made of.
func (s Text) Used(files map[string]bool) {
	for _, p := range s.lines {
		files[p.file] = false
	}
}

// Compile compiles it as the native library does.
func (s Text) Compile() error {
	if _, err := naga.Compile(s.text); err != nil {
		return s.explain(err)
	}
	return nil
}

// Binary returns it as the native library hands it to Vulkan: SPIR-V.
func (s Text) Binary(t *testing.T) []byte {
	t.Helper()
	code, err := naga.Compile(s.text)
	if err != nil {
		t.Fatal(s.explain(err))
	}
	return code
}

// Break makes a mistake, and returns where.
func (s Text) Break(was, is string) string {
	before, _, _ := strings.Cut(s.text, was)
	s.text = strings.Replace(s.text, was, is, 1)
	s.shader.text = s.text
	p := s.lines[strings.Count(before, "\n")]
	return fmt.Sprintf("%s.wgsl:%d", p.file, p.line)
}

// Shared returns how many bytes of shared memory it takes.
func (s Text) Shared() int {
	sum := 0
	for _, line := range strings.Split(s.text, "\n") {
		if rest, ok := strings.CutPrefix(line, "var<workgroup> "); ok {
			_, kind, _ := strings.Cut(rest, ": array<")
			size := 4
			if strings.HasPrefix(kind, "vec4") {
				size = 16
			}
			_, length, _ := strings.Cut(kind, ", ")
			length, _, _ = strings.Cut(length, ">")
			n, err := strconv.Atoi(length)
			if err != nil {
				n = 1 << 20
			}
			sum += size * n
		}
	}
	return sum
}

// Invocations returns how many a workgroup has.
func (s Text) Invocations() int {
	_, rest, _ := strings.Cut(s.text, "@workgroup_size(")
	rest, _, _ = strings.Cut(rest, ")")
	product := 1
	for _, side := range strings.Split(rest, ",") {
		n, _ := strconv.Atoi(strings.TrimSpace(side))
		product *= n
	}
	return product
}

// Uninitialised returns where a var of a function has no value, or "".
func (s Text) Uninitialised() string {
	for i, line := range strings.Split(s.text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "var ") && !strings.Contains(line, "=") {
			return fmt.Sprintf("%s.wgsl:%d", s.lines[i].file, s.lines[i].line)
		}
	}
	return ""
}

// Names returns those of its functions and of what they declare.
func (s Text) Names() []string {
	var names []string
	for _, m := range declared.FindAllStringSubmatch(s.text, -1) {
		names = append(names, m[1])
	}
	return names
}

var declared = regexp.MustCompile(`\b(?:fn|let|var|const|override)\s+(\w+)`)
