//go:build browser && browsers

package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trappedinart/internal/await"
)

// webkit is a window of WebKit's own small browser, driven by the W3C's WebDriver: WebKit speaks no
// other protocol. Under it nothing is kept once the window is closed, as in a private window.
// https://www.w3.org/TR/webdriver2/
type webkit struct{ session string } // its address

// openWebKit opens one on a screen that nobody sees.
func openWebKit(t *testing.T) window {
	t.Helper()
	browsers, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
	if len(browsers) == 0 {
		t.Fatal("there is no MiniBrowser of WebKit (make browsers-tools installs it)")
	}
	port := freePort(t)
	home := t.TempDir()
	start(t, exec.Command("WebKitWebDriver", fmt.Sprintf("--port=%d", port)), screen(t), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home, "LANG=en_US.UTF-8",
		"LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1")
	driver := fmt.Sprintf("http://127.0.0.1:%d", port)
	var made struct{ SessionID string }
	asked := map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"webkitgtk:browserOptions": map[string]any{"binary": browsers[0], "args": []string{"--automation", "--geometry=1280x900"}},
		"timeouts":                 map[string]any{"script": 60_000, "pageLoad": 120_000},
	}}}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	err := ctx.Err()
	for range await.Turns(ctx, 50*time.Millisecond) { // the driver listens a moment after its start
		if err = ask(driver+"/session", asked, &made); err == nil || !errors.As(err, new(*net.OpError)) {
			break
		}
	}
	if err != nil || made.SessionID == "" {
		t.Fatalf("no session: %v", err)
	}
	w := webkit{driver + "/session/" + made.SessionID}
	t.Cleanup(func() {
		if err := request(http.MethodDelete, w.session, nil, nil); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w webkit) visit(address string) error {
	return ask(w.session+"/url", map[string]any{"url": address}, nil)
}

func (w webkit) reload() error { return ask(w.session+"/refresh", struct{}{}, nil) }

func (w webkit) eval(expression string) (text []byte, err error) {
	var value json.RawMessage
	err = ask(w.session+"/execute/sync", map[string]any{"script": "return (" + expression + ")", "args": []any{}}, &value)
	return value, err
}

func (w webkit) upload(selector string, files []string) error {
	var found map[string]string
	if err := ask(w.session+"/element", map[string]any{"using": "css selector", "value": selector}, &found); err != nil {
		return err
	}
	for _, element := range found { // there is one
		return ask(w.session+"/element/"+element+"/value", map[string]any{"text": strings.Join(files, "\n")}, nil)
	}
	return fmt.Errorf("there is no %s", selector)
}

func (w webkit) drag(along []place) error {
	return ask(w.session+"/actions", dragging(along), nil)
}

// dragging is what WebDriver and WebDriver BiDi take for a mouse that goes along places with its
// button held.
func dragging(along []place) map[string]any {
	var steps []map[string]any
	for i, p := range along {
		steps = append(steps, map[string]any{"type": "pointerMove", "x": int(p.x), "y": int(p.y), "duration": 0})
		if i == 0 {
			steps = append(steps, map[string]any{"type": "pointerDown", "button": 0})
		}
	}
	steps = append(steps, map[string]any{"type": "pointerUp", "button": 0})
	return map[string]any{"actions": []any{map[string]any{"type": "pointer", "id": "mouse", "parameters": map[string]any{"pointerType": "mouse"}, "actions": steps}}}
}

func ask(address string, body, answer any) error {
	return request(http.MethodPost, address, body, answer)
}

// request asks a driver. Its answers are {"value": ...}, also of errors.
func request(method, address string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, address, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Timeout: 3 * time.Minute}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var got struct{ Value json.RawMessage }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, got.Value)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(got.Value, answer)
}

// screen starts a screen that nobody sees, and returns what programs are told of it.
func screen(t *testing.T) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write}
	start(t, cmd)
	write.Close()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb has no screen: %v", err)
	}
	return "DISPLAY=:" + strings.TrimSpace(number)
}

// start starts a program with more in its environment, and ends it with the test.
func start(t *testing.T, cmd *exec.Cmd, env ...string) {
	t.Helper()
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (make browsers-tools installs what is missing)", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		_ = cmd.Wait()
	})
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
