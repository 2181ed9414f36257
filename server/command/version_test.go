package command

import (
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"trappedinart/internal/fixture"
)

// The version that the program prints is the newest that CHANGELOG.md has.
func TestVersion(t *testing.T) {
	changes := string(fixture.Read(t, filepath.Join(fixture.Root(t), "CHANGELOG.md")))
	heading := regexp.MustCompile(`(?m)^## (\d+\.\d+\.\d+)$`).FindStringSubmatch(changes)
	if heading == nil || heading[1] != Version {
		t.Errorf("the newest version in CHANGELOG.md is %q, and the program is %s", heading, Version)
	}
	r := command(t, t.Context(), "version")
	if r.code != exitDone || !strings.HasPrefix(r.out, "trapped "+Version) || !strings.Contains(r.out, ", go1.") {
		t.Errorf("%+v", r)
	}
	for want, settings := range map[string][]debug.BuildSetting{
		"":                                nil,
		" (commit 0123456789ab)":          {{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "false"}},
		" (commit 0123456789ab, changed)": {{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}},
	} {
		if got := commit(&debug.BuildInfo{Settings: settings}); got != want {
			t.Errorf("of %v it says %q, want %q", settings, got, want)
		}
	}
}
