//go:build (unix && !aix && !solaris) || windows

package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"trappedinart/internal/filelock"
)

// One has the file until it closes it; what is in it others read meanwhile.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	first, err := filelock.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.WriteString("words"); err != nil {
		t.Fatal(err)
	}
	if second, err := filelock.Lock(path); !errors.Is(err, filelock.ErrHeld) {
		t.Errorf("another has it too: %v, %v", second, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "words" {
		t.Errorf("it is read as %q, %v", data, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	third, err := filelock.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	third.Close()
	if _, err := filelock.Lock(filepath.Join(path, "below a file")); err == nil || errors.Is(err, filelock.ErrHeld) {
		t.Errorf("a file that cannot be: %v", err)
	}
}
