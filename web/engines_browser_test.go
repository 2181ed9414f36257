//go:build browser && browsers

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"trappedinart/internal/webdriver"
)

// A browserEngine is one that pages are shown by.
type browserEngine interface {
	Go(address string) error
	Eval(expression string, value any) error
	Choose(selector string, files ...string) error
	Close()
}

// browserEngines are all that the page is held to.
var browserEngines = []struct {
	name string
	open func(t *testing.T) (browserEngine, error)
}{
	{"webkit", openWebKit},
	{"firefox", openFirefox},
}

// display starts a screen that nobody sees, and returns its name.
func display(t *testing.T) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (make browser-tools installs xvfb)", err)
	}
	write.Close()
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var n int
	if _, err := fmt.Fscan(read, &n); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("DISPLAY=:%d", n)
}

// openWebKit has WebKit's own small browser.
func openWebKit(t *testing.T) (browserEngine, error) {
	found, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no MiniBrowser (make browser-tools installs webkit2gtk-driver)")
	}
	return webdriver.Open("WebKitWebDriver", "--port", map[string]any{
		"webkitgtk:browserOptions": map[string]any{"binary": found[0], "args": []string{"--automation"}},
		"timeouts":                 map[string]any{"script": 240_000, "pageLoad": 120_000},
	}, display(t), "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1", "XDG_DATA_HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir(), "LANG=en_US.UTF-8")
}

func openFirefox(t *testing.T) (browserEngine, error) {
	return webdriver.OpenFirefox(t.TempDir())
}

// An engineTab is a page in one of the engines.
type engineTab struct {
	*testing.T
	browserEngine
}

// eval is what an expression is there.
func eval[T any](v *engineTab, expression string) (out T) {
	v.Helper()
	if err := v.Eval(expression, &out); err != nil {
		v.Fatal(err)
	}
	return out
}

// until waits in the page for an expression to come true.
func (v *engineTab) until(expression string, patience time.Duration) {
	v.Helper()
	true_ := eval[bool](v, fmt.Sprintf(`(async () => { const end = Date.now() + %d; for (;;) { try { if (%s) return true; } catch {} if (Date.now() > end) return false; await new Promise(r => setTimeout(r, 100)); } })()`, patience.Milliseconds(), expression))
	if !true_ {
		v.Fatalf("%s has not come true in %v; the page says %q", expression, patience, eval[string](v, `document.body.innerText`))
	}
}

func (v *engineTab) press(name string) {
	v.Helper()
	v.until(button(name)+` && !`+button(name)+`.disabled`, time.Minute)
	eval[bool](v, button(name)+`.click(), true`)
}

// TestEveryEngine uses the page for the first time, as a person does, in each engine of browsers.
func TestEveryEngine(t *testing.T) {
	for _, e := range browserEngines {
		t.Run(e.name, func(t *testing.T) {
			s := open(t)
			b, err := e.open(t)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(b.Close)
			v := &engineTab{t, b}
			firstUse(v, s)
			t.Run("without shared memory", func(t *testing.T) { withoutSharing(&engineTab{t, b}, s) })
		})
	}
}

const (
	visited = `document.querySelector('#start') && !document.querySelector('#start').disabled`
)

// firstUse paints, pauses and resumes, and finds the painting again after a reload.
func firstUse(v *engineTab, s *site) {
	v.Helper()
	if err := v.Go(s.URL + "/?size=256&iterations=40&network=small"); err != nil {
		v.Fatal(err)
	}
	v.until(visited, 2*time.Minute)
	if !eval[bool](v, `crossOriginIsolated`) {
		v.Error("the page is not isolated")
	}
	v.press("Start")
	v.until(state+` === 'running'`, time.Minute)
	v.press("Pause")
	v.until(state+` === 'paused'`, time.Minute)
	if problem := eval[string](v, problem); problem != "" {
		v.Errorf("the page says %q", problem)
	}
	v.press("Resume")
	v.until(state+` === 'done' || `+state+` === 'failed'`, 3*time.Minute)
	if got := eval[string](v, state); got != "done" {
		v.Fatalf("the painting ends as %s: %s", got, eval[string](v, problem))
	}
	v.until(`document.querySelectorAll('.results .result').length === 1`, time.Minute)
	if err := v.Go(s.URL + "/?size=256&iterations=40&network=small"); err != nil {
		v.Fatal(err)
	}
	v.until(`document.querySelectorAll('.results .result').length === 1`, 2*time.Minute)
}

// withoutSharing paints where no memory can be shared, whatever the page was promised.
func withoutSharing(v *engineTab, s *site) {
	v.Helper()
	s.mu.Lock()
	s.before = `{ const M = WebAssembly.Memory; WebAssembly.Memory = function (of) { if (of.shared) throw new TypeError("no"); return new M(of); }; }`
	s.mu.Unlock()
	if err := v.Go(s.URL + "/?size=64&iterations=4&network=small"); err != nil {
		v.Fatal(err)
	}
	v.until(visited, 2*time.Minute)
	v.press("Start")
	v.until(state+` === 'done' || `+state+` === 'failed'`, 2*time.Minute)
	if got := eval[string](v, state); got != "done" {
		v.Errorf("without shared memory the painting ends as %s: %s", got, eval[string](v, problem))
	}
}
