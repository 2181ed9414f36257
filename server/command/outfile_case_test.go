//go:build windows || darwin

package command

import (
	"os"
	"path/filepath"
	"testing"
)

// Where names mean one file in any case, the result is not written over what is read, and a
// checkpoint not over the result, by another case.
func TestOutInAnotherCase(t *testing.T) {
	dir := t.TempDir()
	photo, other := filepath.Join(dir, "Photo.png"), filepath.Join(dir, "PHOTO.PNG")
	if err := os.WriteFile(photo, []byte("picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if sameFile(other, []string{photo}) != photo {
		t.Error("another case is another file")
	}
	if !samePath(filepath.Join(dir, "run.chk"), filepath.Join(dir, "RUN.chk")) {
		t.Error("two names in other cases, of a file that is not there yet, are two files")
	}
}

// A file that is there is replaced as a whole, and nothing is left beside it.
func TestWriteWholeReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.png")
	for _, want := range []string{"the first", "another"} {
		if err := writeWhole(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("it is %q, %v", got, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("the folder has %v, %v", left, err)
	}
	if err := writable(dir, 10); err == nil {
		t.Error("a folder is a file that can be written")
	}
}
