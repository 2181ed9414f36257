package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// An estimate is printed and nothing is painted; with less memory there are more blocks.
func TestEstimate(t *testing.T) {
	dir := folder(t)
	estimate := func(more ...string) string {
		args := []string{"stylize", "--content", filepath.Join(dir, "photo.png"), "--style", filepath.Join(dir, "one.png"), "--size", "640", "--history", "3", "--data", dir, "--estimate"}
		r := command(t, t.Context(), append(args, more...)...)
		if r.code != exitDone {
			t.Fatalf("%+v", r)
		}
		return r.out
	}
	if got := estimate(); !strings.Contains(got, "MiB of memory") || !strings.Contains(got, "as a whole") {
		t.Errorf("it says %q", got)
	}
	if got := estimate("--memory", "0.2"); !strings.Contains(got, "blocks") {
		t.Errorf("with less memory it says %q", got)
	}
}
