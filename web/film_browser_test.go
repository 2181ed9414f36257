//go:build browser

package main_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"trappedinart/internal/await"
)

// A painting is saved as a film, which plays: from the photograph to the painting, in even numbers of
// pixels. It can be cancelled, and there is none of a painting from the history.
func TestFilm(t *testing.T) {
	b := newTab(t, open(t), "/?size=256&iterations=20", 1280, 800)
	b.ready(1)
	b.until(`document.querySelector('.film button').disabled`, 5*time.Second)
	b.paint()
	b.press("Save as film")
	b.until(`document.querySelector('#film-progress').value > 0.1`, 20*time.Second)
	b.slide("#dial-strength", "60") // meanwhile the page is used
	b.press("Cancel film")
	b.press("Save as film")
	b.until(`document.querySelector('#film-progress').value > 0.9`, 30*time.Second)
	path := filepath.Join(b.downloads, "fruit-painted.webm")
	var film []byte
	await.That(t, "the film to be downloaded", func() bool { // the browser renames it when it is whole
		film, _ = os.ReadFile(path)
		return len(film) > 0
	})
	if len(film) < 10_000 || len(film) > 10<<20 {
		t.Errorf("the film has %d bytes", len(film))
	}
	if entries, _ := os.ReadDir(b.downloads); len(entries) != 1 {
		t.Errorf("%d files were downloaded", len(entries))
	}
	b.until(`document.querySelector('.film button').innerText === 'Save as film' && document.querySelector('#dial-strength').value === '60'`, 5*time.Second)
	value[bool](b, `document.querySelector('.result').click(), true`)
	b.until(`document.querySelector('.film button').disabled`, 10*time.Second)
	b.clean()

	// Elsewhere, as the page plays no films.
	b.do(chromedp.Navigate("about:blank"))
	b.run(fmt.Sprintf(`const v = window.film = document.createElement('video'); v.muted = true; document.body.append(v);
		const data = await (await fetch('data:video/webm;base64,%s')).blob();
		const happened = (name) => new Promise((yes, no) => { v.addEventListener(name, yes, {once: true}); v.addEventListener('error', () => no(v.error.message), {once: true}); });
		v.src = URL.createObjectURL(data); await happened('loadeddata');
		const seen = () => { const c = document.createElement('canvas'); c.width = v.videoWidth; c.height = v.videoHeight; const p = c.getContext('2d'); p.drawImage(v, 0, 0); return p.getImageData(0, 0, c.width, c.height).data; };
		const first = seen(), ended = happened('ended'); window.duration = v.duration; v.playbackRate = 4; await v.play(); await ended;
		const last = seen(); let sum = 0; for (let i = 0; i < last.length; i++) sum += Math.abs(last[i] - first[i]); window.unlike = sum / last.length;`, base64.StdEncoding.EncodeToString(film)))
	if d := value[float64](b, `window.duration || 0`); d < 6 || d > 11 {
		t.Errorf("the film lasts %v s", d)
	}
	if w, h := value[int](b, `film.videoWidth`), value[int](b, `film.videoHeight`); w != 256 || h < 100 || h%2 != 0 {
		t.Errorf("the film has %d x %d pixels", w, h)
	}
	if d := value[float64](b, `window.unlike`); d < 10 {
		t.Errorf("first and last frame differ by %.1f grey levels", d)
	}
}

// A browser that records nothing is one where the page says so.
func TestWithoutFilm(t *testing.T) {
	const path = "/?size=64&iterations=2"
	s := open(t)
	b := newTab(t, s, path, 1280, 800)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `delete window.MediaRecorder`})
		return err
	}), chromedp.Navigate(s.URL+path))
	b.ready(1)
	b.paint()
	b.until(`document.querySelector('.film').innerText === 'This browser cannot save a film.'`, 5*time.Second)
	b.clean()
}
