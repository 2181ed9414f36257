package trappedinart_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The systems that scripts/release.sh builds for are those that make systems vets, tests of how they
// handle files included: nobody here can run those.
func TestReleaseTargets(t *testing.T) {
	list := func(file, pattern string) []string {
		t.Helper()
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindSubmatch(data)
		if found == nil {
			t.Fatalf("%s names no systems", file)
		}
		return slices.Sorted(slices.Values(strings.Fields(string(found[1]))))
	}
	released := list("scripts/release.sh", `RELEASE_TARGETS:-([^}]+)}`)
	vetted := list("Makefile", `(?m)^\t@for system in ([^;]+);`)
	if want := slices.Sorted(slices.Values(append(vetted, "linux/amd64"))); !slices.Equal(released, want) {
		t.Errorf("releases are made for %q, and vetted are %q and linux/amd64", released, vetted)
	}
}
