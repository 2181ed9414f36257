//go:build browser

package main_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
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
