package command

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A result is not written over what the command reads, whatever links lead there, unless
// that is asked for.
func TestOutIsAnInput(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	link := func(make func(old, new string) error, old, name string) string {
		t.Helper()
		if err := make(old, at(name)); err != nil {
			t.Fatal(err)
		}
		return at(name)
	}
	photo, err := os.ReadFile(at("photo.png"))
	if err != nil {
		t.Fatal(err)
	}
	stylize := func(more ...string) result {
		return command(t, t.Context(), append([]string{"stylize", "--content", at("photo.png"), "--style", at("one.png"), "--size", "32", "--iterations", "1"}, more...)...)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"photograph":     {[]string{"--out", at("photo.png")}, "photo.png"},
		"by another way": {[]string{"--out", filepath.Join(dir, "..", filepath.Base(dir), "photo.png")}, "photo.png"},
		"symbolic link":  {[]string{"--out", link(os.Symlink, at("photo.png"), "soft.png")}, "photo.png"},
		"hard link":      {[]string{"--out", link(os.Link, at("photo.png"), "hard.png")}, "photo.png"},
		"style":          {[]string{"--out", at("one.png")}, "one.png"},
		"mask":           {[]string{"--mask", at("two.png"), "--out", at("two.png")}, "two.png"},
		"kept":           {[]string{"--keep", at("two.png"), "--out", at("two.png")}, "two.png"},
		"palette":        {[]string{"--palette", at("two.png"), "--out", at("two.png")}, "two.png"},
		"start":          {[]string{"--start-picture", at("two.png"), "--out", at("two.png")}, "two.png"},
		"the checkpoint": {[]string{"--checkpoint", at("same.png"), "--out", at("same.png")}, "same.png"},
		"checkpoint":     {[]string{"--checkpoint", at("one.png"), "--out", at("out.png")}, "one.png"},
	} {
		r := stylize(c.args...)
		if r.code != exitWrongUse || !strings.Contains(r.err, c.want) {
			t.Errorf("%s: %+v, want %d and %q", name, r, exitWrongUse, c.want)
		}
	}
	if now, err := os.ReadFile(at("photo.png")); err != nil || !bytes.Equal(now, photo) {
		t.Fatalf("the photograph was changed, %v", err)
	}
	if r := stylize("--out", at("soft.png"), "--force"); r.code != exitDone {
		t.Errorf("with --force: %+v", r)
	}
	if now, err := os.ReadFile(at("photo.png")); err != nil || bytes.Equal(now, photo) {
		t.Errorf("with --force the photograph is as it was, %v", err)
	}
}

// The file behind a link is written, and the link stays, whether the file exists or not.
func TestOutFollowsLinks(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(at("elsewhere"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("elsewhere", "out.png"), at("link.png")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r := command(t, t.Context(), "stylize", "--content", at("photo.png"), "--style", at("one.png"), "--size", "32", "--iterations", "1", "--out", at("link.png"))
		info, err := os.Lstat(at("link.png"))
		if r.code != exitDone || err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%+v, the link is %v, %v", r, info, err)
		}
		if files, err := os.ReadDir(at("elsewhere")); err != nil || len(files) != 1 || files[0].Name() != "out.png" {
			t.Errorf("the folder has %v, %v", files, err)
		}
	}
}

// An unwritable folder is reported before the work, and so is a full disk. What fills up
// meanwhile costs neither the file that was there nor the painting.
func TestOutCannotBeWritten(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	t.Setenv("TMPDIR", at("temporary"))
	if err := os.Mkdir(at("temporary"), 0o700); err != nil {
		t.Fatal(err)
	}
	defer func(was func(string, string) (*os.File, error)) { newFile = was }(newFile)
	good := newFile
	failing := func(err error) func(string, string) (*os.File, error) {
		return func(dir, pattern string) (*os.File, error) {
			return nil, &fs.PathError{Op: "open", Path: filepath.Join(dir, pattern), Err: err}
		}
	}
	full := func(dir, pattern string) (*os.File, error) { // which cannot be written to: it is open to be read
		f, err := good(dir, pattern)
		if err != nil {
			return nil, err
		}
		f.Close()
		return os.Open(f.Name())
	}
	for name, c := range map[string]struct {
		before, after func(string, string) (*os.File, error)
		want          string
		painted       bool
	}{
		"read-only":        {failing(syscall.EROFS), nil, "read-only", false},
		"no right":         {failing(syscall.EACCES), nil, "permission denied", false},
		"full":             {full, nil, "cannot be written", false},
		"full afterwards":  {good, full, "saved as " + at("temporary"), true},
		"gone meanwhile":   {good, failing(syscall.ENOENT), "saved as " + at("temporary"), true},
		"nothing is wrong": {good, good, "", true},
	} {
		write(t, at("out.png"), []byte("what was there"))
		calls := 0
		newFile = func(dir, pattern string) (*os.File, error) {
			if calls++; calls == 1 {
				return c.before(dir, pattern)
			}
			return c.after(dir, pattern)
		}
		r := command(t, t.Context(), "stylize", "--content", at("photo.png"), "--style", at("one.png"), "--size", "32", "--iterations", "1", "--out", at("out.png"))
		if (r.code == exitDone) != (c.want == "") || !strings.Contains(r.err, c.want) || strings.Contains(r.err, "scale 1 of 1") != c.painted {
			t.Errorf("%s: %+v, want %q", name, r, c.want)
		}
		was, err := os.ReadFile(at("out.png"))
		if err != nil || (string(was) == "what was there") != (c.want != "") {
			t.Errorf("%s: the file that was there is %.20q, %v", name, was, err)
		}
		kept, err := filepath.Glob(at("temporary/*.png"))
		if err != nil || len(kept) != strings.Count(c.want, "saved as") {
			t.Errorf("%s: %v was kept, %v", name, kept, err)
		}
		for _, path := range kept {
			if data, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(data, []byte("\x89PNG")) || !strings.Contains(r.err, path) {
				t.Errorf("%s: what was kept is %.20q, %v", name, data, err)
			}
			os.Remove(path)
		}
		if left, err := filepath.Glob(at(".trapped-*")); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", name, left, err)
		}
	}
}
