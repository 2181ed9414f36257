//go:build browser && browsers

package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/websocket"
)

// firefox is a window of Firefox, driven by WebDriver BiDi, which Firefox speaks by itself: no
// program stands between. https://www.w3.org/TR/webdriver-bidi/
type firefox struct {
	socket *websocket.Conn
	tab    string
	last   *int // the number of the last command
}

// preferences keep Firefox from asking, and from asking its makers.
const preferences = `user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.auto", false);
user_pref("remote.prefs.recommended", true);
user_pref("intl.accept_languages", "en-US");
`

// openFirefox opens one with a profile of its own, without a screen.
func openFirefox(t *testing.T) window {
	t.Helper()
	profile := t.TempDir()
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	name := "firefox-esr"
	if _, err := exec.LookPath(name); err != nil {
		name = "firefox"
	}
	const origin = "http://127.0.0.1"
	cmd := exec.Command(name, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "--remote-allow-origins", origin, "--width", "1280", "--height", "900")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd, "HOME="+profile)
	address := ""
	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		_, address, _ = strings.Cut(lines.Text(), "WebDriver BiDi listening on ")
	}
	if address == "" {
		t.Fatal("Firefox ended before it listened")
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	f := firefox{last: new(int)}
	if f.socket, err = websocket.Dial(strings.TrimSpace(address)+"/session", "", origin); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.socket.Close() })
	var tree struct{ Contexts []struct{ Context string } }
	if err := f.ask("session.new", map[string]any{"capabilities": struct{}{}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.ask("browsingContext.getTree", map[string]any{}, &tree); err != nil || len(tree.Contexts) == 0 {
		t.Fatalf("Firefox has %d tabs, %v", len(tree.Contexts), err)
	}
	f.tab = tree.Contexts[0].Context
	return f
}

func (f firefox) visit(address string) error {
	return f.ask("browsingContext.navigate", map[string]any{"context": f.tab, "url": address, "wait": "complete"}, nil)
}

func (f firefox) reload() error {
	return f.ask("browsingContext.reload", map[string]any{"context": f.tab, "wait": "complete"}, nil)
}

func (f firefox) eval(expression string) ([]byte, error) {
	var text struct{ Value string }
	err := f.evaluate("JSON.stringify(("+expression+") ?? null)", &text)
	return []byte(text.Value), err
}

func (f firefox) evaluate(expression string, result any) error {
	var got struct {
		Type             string
		Result           json.RawMessage
		ExceptionDetails struct{ Text string }
	}
	err := f.ask("script.evaluate", map[string]any{"expression": expression, "awaitPromise": false, "target": map[string]any{"context": f.tab}}, &got)
	if err != nil {
		return err
	}
	if got.Type != "success" {
		return fmt.Errorf("%s: %s", expression, got.ExceptionDetails.Text)
	}
	return json.Unmarshal(got.Result, result)
}

func (f firefox) upload(selector string, files []string) error {
	var found struct{ SharedID string }
	if err := f.evaluate(fmt.Sprintf("document.querySelector(%q)", selector), &found); err != nil {
		return err
	}
	return f.ask("input.setFiles", map[string]any{"context": f.tab, "element": map[string]any{"sharedId": found.SharedID}, "files": files}, nil)
}

func (f firefox) drag(along []place) error {
	asked := dragging(along)
	asked["context"] = f.tab
	return f.ask("input.performActions", asked, nil)
}

// ask sends a command and waits for what it gives.
func (f firefox) ask(method string, params, answer any) error {
	*f.last++
	if err := websocket.JSON.Send(f.socket, map[string]any{"id": *f.last, "method": method, "params": params}); err != nil {
		return err
	}
	for {
		var got struct {
			ID             int
			Type           string
			Result         json.RawMessage
			Error, Message string
		}
		if err := websocket.JSON.Receive(f.socket, &got); err != nil {
			return err
		}
		switch {
		case got.ID != *f.last: // an event
		case got.Type != "success":
			return fmt.Errorf("%s: %s: %s", method, got.Error, got.Message)
		case answer == nil:
			return nil
		default:
			return json.Unmarshal(got.Result, answer)
		}
	}
}
