//go:build browser

package main_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/internal/await"
)

func TestFirstUse(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=256&iterations=15", 1280, 800)
	b.own()
	before := value[int](b, picture)
	b.press("Start")
	b.until(state+` === 'running'`, 30*time.Second)
	if value[bool](b, button("Start")+` !== undefined`) {
		t.Error("there is a Start button while a painting is made")
	}
	seen := map[int]bool{}
	for range await.Turns(t.Context(), 50*time.Millisecond) {
		if value[string](b, state) != "running" {
			break
		}
		seen[value[int](b, picture)] = true
	}
	b.until(state+` === 'done'`, time.Minute)
	delete(seen, before)
	if len(seen) < 2 {
		t.Errorf("%d different previews, want 2 at least", len(seen))
	}
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	recipe.Iterations = 15
	if n, want := value[string](b, `document.querySelector('#status').dataset.iteration`), fmt.Sprint(recipe.IterationsAt(2)); n != want {
		t.Errorf("the status says iteration %s, want %s", n, want)
	}
	b.press("Download")
	img := b.downloaded("golden_gate-painted.png")
	if got := img.Bounds().Size(); max(got.X, got.Y) != 256 {
		t.Errorf("the downloaded picture is %v", got)
	}
	if value[int](b, picture) == before {
		t.Error("the result is the photograph")
	}
	if sent := s.sent(); len(sent) > 0 {
		t.Errorf("requests with a body: %v", sent)
	}
	if text := value[string](b, `document.querySelector('#privacy').innerText`); text != "Nothing has left this device." {
		t.Errorf("the page says %q", text)
	}
	b.clean()
}

// downloaded waits for a file and decodes it.
func (b *tab) downloaded(name string) image.Image {
	b.Helper()
	var img image.Image
	b.file(name, func(file []byte) (err error) {
		img, err = png.Decode(bytes.NewReader(file))
		return err
	})
	return img
}

// The first click works without any choice: an example is in place, and a painting of it is
// shown beside it under the slider. All that comes before Start can be pressed,
// the program, its network and the pictures, is 4.3 MB at most.
func TestExamples(t *testing.T) {
	const most = 4_300_000
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=3", 1280, 800)
	b.ready(1)
	s.mu.Lock()
	if t.Logf("%d bytes came", s.bytes); s.bytes > most || s.bytes < most/2 {
		t.Errorf("%d bytes came, want %d at most", s.bytes, most)
	}
	s.mu.Unlock()
	const slider = `document.querySelector('#compare')`
	opens := `!` + slider + `.disabled && ` + slider + `.value === '50' && document.querySelector('#status').innerText.includes('painted from the photograph')`
	b.until(opens, 20*time.Second)
	painted := value[int64](b, picture)
	// Another style has no such painting; back with the first it is there again.
	value[bool](b, `document.querySelector('[aria-label="Waves"]').click(), true`)
	b.until(slider+`.disabled && `+slider+`.value === '0'`, 20*time.Second)
	b.until(fmt.Sprintf(`%s !== %d`, picture, painted), 10*time.Second)
	value[bool](b, `document.querySelector('[aria-label="A night in oil"]').click(), true`)
	b.until(opens, 20*time.Second)
	b.press("Start")
	b.until(state+` === 'done'`, time.Minute)
	b.clean()
}

// A browser that takes none of the modules of kernels paints all the same.
func TestWithoutKernels(t *testing.T) {
	s := open(t)
	s.broken = []string{"/web/kernels-relaxed.wasm", "/web/kernels.wasm"}
	b := newTab(t, s, "/?size=96&iterations=5", 1280, 800)
	b.ready(1)
	b.press("Start")
	b.until(state+` === 'done'`, time.Minute)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.nonsense) != 2 {
		t.Errorf("%v were asked for, want both modules of kernels", s.nonsense)
	}
	b.clean()
}

func TestStop(t *testing.T) {
	b := newTab(t, open(t), "/?size=512&iterations=500", 1280, 800)
	b.ready(1)
	// At once, while the worker still gets ready, and again: twice in a row.
	for range 2 {
		b.press("Start")
		b.press("Stop")
		b.until(`['idle', 'done'].includes(`+state+`)`, 10*time.Second)
	}
	// In the middle: the picture so far is kept.
	b.press("Start")
	b.until(`document.querySelector('#status').dataset.iteration > 5`, 30*time.Second)
	b.press("Stop")
	b.until(state+` === 'done'`, 10*time.Second)
	b.press("Download")
	b.clean()
}

func TestBrokenPictures(t *testing.T) {
	b := newTab(t, open(t), "/?size=128&iterations=3", 1280, 800)
	b.ready(1)
	dir := t.TempDir()
	text, half := filepath.Join(dir, "letter.txt"), filepath.Join(dir, "half.png")
	if err := os.WriteFile(text, []byte("Dear friend"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(half, []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ input, file, says string }{{"Photograph file", text, "is not a picture"}, {"Style picture file", half, "is damaged or incomplete"}} {
		b.choose(c.input, c.file)
		b.until(problem+`.includes('"`+filepath.Base(c.file)+`" `+c.says+`')`, 10*time.Second)
	}
	// Nothing is lost: it still paints.
	b.press("Start")
	b.until(state+` === 'done'`, time.Minute)
	b.clean()
}
