package jobs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"trappedinart/server/api"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/store"
	"trappedinart/web/envelope"
)

// The data directories of earlier versions (testdata/before/make.go) are read: results and
// shares are what they were, what waits is painted, and what was begun goes on, or begins
// anew where its checkpoint is of another kind.
func TestVersionsBefore(t *testing.T) {
	archives, err := filepath.Glob("testdata/before/*.tar.gz")
	if err != nil || len(archives) < 2 {
		t.Fatalf("the archives are %q, %v", archives, err)
	}
	for _, archive := range archives {
		t.Run(filepath.Base(archive), func(t *testing.T) {
			dir := t.TempDir()
			unpack(t, archive, dir)
			var kept struct {
				Jobs  map[string]struct{ ID, Token string }
				Share struct{ ID, Token string }
				Key   string
			}
			if err := json.Unmarshal(fileOf(t, dir, "tickets.json"), &kept); err != nil {
				t.Fatal(err)
			}
			const hundredYears = 100 * 365 * 24 * time.Hour
			b := open(t, store.Options{Dir: dir, Listen: "127.0.0.1:0"}, jobs.Options{Keep: hundredYears})
			result := fileOf(t, dir, "result.png")
			done := ticket{kept.Jobs["done"].ID, kept.Jobs["done"].Token}
			if got := b.result(done); !bytes.Equal(got, result) {
				t.Error("a result is not what it was")
			}
			b.work(jobs.Worker{Runner: painter()})
			for _, name := range []string{"begun", "waiting"} {
				of := ticket{kept.Jobs[name].ID, kept.Jobs[name].Token}
				if s := b.until(of, jobs.Status.Final); s.State != api.Done {
					t.Errorf("the job that was %s is %s: %v", name, s.State, s.Err)
					continue
				}
				if got := b.result(of); !bytes.HasPrefix(got, []byte("\x89PNG")) {
					t.Errorf("the result of the job that was %s begins with %q", name, got[:min(len(got), 8)])
				}
			}
			b.shared(kept.Share.ID, kept.Key, result)
			// Jobs that it has kept can be deleted like new ones.
			for name, of := range kept.Jobs {
				if err := b.Cancel(t.Context(), of.ID, of.Token); err != nil {
					t.Errorf("the job that was %s: %v", name, err)
				}
			}
			gone(t, filepath.Join(dir, "nats"), map[string][]byte{"result": result[len(result)/2:][:50]})
		})
	}
}

// shared asserts what a share holds.
func (b *bench) shared(id, fragment string, picture []byte) {
	b.Helper()
	all, err := shares.Open(b.Context(), b.js, shares.Options{})
	if err != nil {
		b.Fatal(err)
	}
	share, err := all.Get(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	var sealed bytes.Buffer
	if err := all.Write(b.Context(), &sealed, share); err != nil {
		b.Fatal(err)
	}
	key, err := envelope.ParseKey(fragment)
	if err != nil {
		b.Fatal(err)
	}
	e, err := envelope.Open(sealed.Bytes(), key)
	if err != nil || e.Title != "from before" || !bytes.Equal(e.Picture, picture) {
		b.Errorf("a share is opened as %.100v, %v", e, err)
	}
}

func fileOf(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.FileInfo().IsDir() {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
