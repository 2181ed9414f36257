package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/internal/await"
	"trappedinart/server/api"
	"trappedinart/server/jobs"
	"trappedinart/server/store"
)

// A marker is a Runner that leaves marks: three checkpoints, and a picture of noise, or a
// sentence about a file.
type marker struct {
	mark  string
	fails bool
	gate  chan struct{} // is waited for before each checkpoint
}

func (m marker) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	for i := range 3 {
		select {
		case <-m.gate:
			report(engine.Progress{Stage: engine.Painting, Iteration: i + 1, Checkpoint: fmt.Appendf(nil, "%s, checkpoint %d", m.mark, i)})
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if m.fails {
		return nil, engine.Errorf(engine.InvalidPicture, "%s cannot be painted.", m.mark)
	}
	img := image.NewNRGBA(image.Rect(0, 0, 100, 80))
	noise := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(noise.Uint32())
	}
	return &engine.Result{Picture: img}, nil
}

// holding returns which of these marks are in the files below a directory.
func holding(t *testing.T, dir string, marks map[string][]byte) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it may go while we look
		}
		if file, err := os.ReadFile(path); err == nil {
			for name, mark := range marks {
				found[name] = found[name] || bytes.Contains(file, mark)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// gone waits until none of the marks is in a file any more.
func gone(t *testing.T, dir string, marks map[string][]byte) {
	t.Helper()
	await.Right(t, "the marks to be overwritten", func() string {
		found := holding(t, dir, marks)
		for _, there := range found {
			if there {
				return fmt.Sprintf("on the disk are %v", found)
			}
		}
		return ""
	})
}

// Deletion is deletion: neither the upload, nor a checkpoint, nor the result, nor a name of a
// file is in any file of the data directory after a job was removed or has had its time.
func TestErased(t *testing.T) {
	const keep = 3 * time.Second
	for name, c := range map[string]struct {
		opt    jobs.Options
		fails  bool
		remove bool
	}{
		"removed":             {remove: true},
		"removed, had failed": {remove: true, fails: true},
		"expired":             {opt: jobs.Options{Keep: keep}},
		"expired, had failed": {opt: jobs.Options{Keep: keep}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, mark := t.TempDir(), "the picture of our house in "+t.Name()
			b := open(t, store.Options{Dir: dir, Listen: "127.0.0.1:0"}, c.opt)
			g := make(chan struct{})
			b.work(jobs.Worker{Runner: marker{mark, c.fails, g}})
			req := request(1)
			req.Content.Name = "upload of " + mark
			marks := map[string][]byte{"name": []byte(mark), "upload": req.Content.Data[30:90]}
			of := b.submit(req)
			if found := holding(t, dir, marks); !found["name"] || !found["upload"] {
				t.Errorf("on the disk to begin with: %v", found)
			}
			for range 3 {
				g <- struct{}{}
			}
			s := b.until(of, jobs.Status.Final)
			if want := map[bool]string{true: api.Failed, false: api.Done}[c.fails]; s.State != want {
				t.Fatalf("it is %+v, %v", s, s.Err)
			}
			if !c.fails {
				result := b.result(of)
				marks["beginning of the result"], marks["middle of the result"] = result[50:100], result[len(result)/2:][:50]
			}
			if found := holding(t, dir, marks); !found["middle of the result"] && !(c.fails && found["name"]) {
				t.Errorf("on the disk at the end: %v", found)
			}
			if c.remove {
				if err := b.Cancel(t.Context(), of.id, of.token); err != nil {
					t.Fatal(err)
				}
			}
			gone(t, dir, marks)
		})
	}
}

// Half a picture, from a process that was killed meanwhile, goes in its time, too.
func TestErasedOrphans(t *testing.T) {
	dir, mark := t.TempDir(), []byte("half a picture, of which there is no head")
	b := open(t, store.Options{Dir: dir, Listen: "127.0.0.1:0"}, jobs.Options{Keep: time.Second})
	if _, err := b.js.Publish(t.Context(), "$O.trapped_uploads.C.ORPHAN", mark); err != nil {
		t.Fatal(err)
	}
	marks := map[string][]byte{"half": mark}
	if !holding(t, dir, marks)["half"] {
		t.Error("it is not on the disk to begin with")
	}
	gone(t, dir, marks)
}
