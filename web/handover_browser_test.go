//go:build browser

package main_test

import (
	"fmt"
	"image"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/internal/await"
)

func TestHandOver(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=2", 1280, 800)
	b.ready(1)
	b.press("Make it print size")
	b.until(`document.querySelector('dialog[open]').innerText.includes('2 pictures')`, 10*time.Second)
	if sent := s.sent(); len(sent) > 0 {
		t.Errorf("sent before it was agreed to: %v", sent)
	}
	b.press("Send and paint")
	b.until(state+` === 'done'`, 2*time.Minute)
	if w := value[int](b, `document.querySelector('#picture').width`); w != 1024 {
		t.Errorf("the picture is %d wide", w)
	}
	b.until(`document.querySelector('#privacy').innerText.startsWith('Sent 2 pictures')`, 5*time.Second)
	if sent := s.sent(); len(sent) != 2 || sent[0] != "POST /api/v1/jobs" || !strings.HasPrefix(sent[1], "DELETE /api/v1/jobs/") {
		t.Errorf("sent %v, want the job and its removal", sent)
	}
	b.clean()
}

func TestHandOverStopped(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=300", 1280, 800)
	b.ready(1)
	b.press("Make it print size")
	b.press("Send and paint")
	b.until(state+` === 'running'`, time.Minute)
	b.press("Stop")
	b.until(`['idle', 'done'].includes(`+state+`)`, 15*time.Second)
	b.until(button("Start"), time.Second)
	if sent := s.sent(); len(sent) != 2 || !strings.HasPrefix(sent[1], "DELETE ") {
		t.Errorf("sent %v, want the job and its removal", sent)
	}
	b.clean()
}

// A server's painting can be steered like a painting of this device, and names its device. It
// cannot be paused, as others wait for its worker.
func TestHandOverSteered(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=12", 1280, 800)
	b.ready(1)
	b.press("Make it print size")
	b.press("Send and paint")
	b.until(state+` === 'running'`, time.Minute)
	if value[bool](b, `Boolean(`+button("Pause")+`)`) {
		t.Error("a server's painting can be paused")
	}
	b.slide("#dial-strength", "83")
	steered := func() bool {
		return slices.ContainsFunc(s.sent(), func(r string) bool {
			return strings.HasPrefix(r, "PUT /api/v1/jobs/") && strings.HasSuffix(r, "/recipe")
		})
	}
	await.Right(t, "a recipe to be sent", func() string {
		if steered() {
			return ""
		}
		return fmt.Sprintf("sent are %v", s.sent())
	})
	b.until(state+` === 'done'`, 2*time.Minute)
	if r := b.saved("fruit-painted.png"); r.Strength != 83 || r.Size != 1024 {
		t.Errorf("painted with strength %v at %d px", r.Strength, r.Size)
	}
	b.clean()
}

// A server's painting is watched again after a reload, and nothing is sent twice.
func TestHandOverSurvivesReload(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=60", 1280, 800)
	b.ready(1)
	b.press("Make it print size")
	b.press("Send and paint")
	b.until(state+` === 'running'`, time.Minute)
	value[bool](b, `window.stale = true`)
	b.do(chromedp.Reload())
	b.until(`!window.stale && document.querySelector('#status') && `+state+` === 'running'`, 30*time.Second)
	if text := value[string](b, `document.querySelector('#privacy').innerText`); !strings.HasPrefix(text, "Sent 2 pictures (") {
		t.Errorf("after the reload the page says %q", text)
	}
	b.press("Stop")
	b.until(`['idle', 'done'].includes(`+state+`)`, 15*time.Second)
	if sent := s.sent(); len(sent) != 2 || sent[0] != "POST /api/v1/jobs" || !strings.HasPrefix(sent[1], "DELETE ") {
		t.Errorf("sent %v, want one job and its removal", sent)
	}
	b.reload()
}

// Masks painted by hand go along: the server paints each style where it belongs, and the kept
// area is, to the bit, the photograph at that size.
func TestHandOverMasks(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=128&iterations=3", 1280, 800)
	b.ready(1)
	path, _ := noise(t, 640, 480)
	b.choose("Photograph file", path)
	b.until(photographName+` === 'noise.png'`, 10*time.Second)
	b.paintMasks()

	b.press("Make it print size")
	b.until(`document.querySelector('dialog[open]').innerText.includes('4 pictures') && document.querySelector('dialog[open]').innerText.includes('mask-1.png') && document.querySelector('dialog[open]').innerText.includes('keep.png')`, 10*time.Second)
	b.press("Send and paint")
	b.until(state+` === 'done'`, 2*time.Minute)
	b.until(privacy+`.startsWith('Sent 4 pictures')`, 5*time.Second)
	b.press("Download")
	result := b.downloaded("noise-painted.png")
	if result.Bounds() != image.Rect(0, 0, 1024, 768) {
		t.Fatalf("the result is %v", result.Bounds())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := pixel.Decode(t.Context(), engine.File{Name: "noise.png", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	photograph := pixel.Image(pixel.Planes(img, 1024, 768), 1024, 768)
	b.masked(result, photograph, 10000)
	b.until(results+` === 1`, 10*time.Second)

	// Another one is thought better of: nothing of it stays there.
	b.write("expert-iterations", "1000")
	b.press("Make it print size")
	b.press("Send and paint")
	b.until(`document.querySelector('#status').dataset.iteration > 0`, time.Minute)
	b.press("Stop")
	b.until(`['idle', 'done'].includes(`+state+`) && `+button("Start"), 15*time.Second)
	if sent := s.sent(); len(sent) != 4 || sent[2] != "POST /api/v1/jobs" || !strings.HasPrefix(sent[3], "DELETE /api/v1/jobs/") {
		t.Errorf("sent %v, want two jobs and their removal", sent)
	}
	b.until(`document.querySelector('.earlier summary').innerText === '1 more'`, 5*time.Second)
	value[bool](b, `document.querySelector('.earlier').open = true`)
	b.axe("what was sent before")
	b.clean()
}

// Where there is no server that paints, nothing is offered to be sent.
func TestNoServer(t *testing.T) {
	s := open(t)
	s.broken = []string{"/api/v1/healthz"}
	b := newTab(t, s, "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.paint()
	if value[bool](b, button("Make it print size")+` !== undefined`) {
		t.Error("a hand-over is offered without a server")
	}
	b.clean()
}
