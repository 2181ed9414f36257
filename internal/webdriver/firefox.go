package webdriver

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Firefox is driven by WebDriver BiDi, which Firefox speaks by itself: no program stands between.
// https://www.w3.org/TR/webdriver-bidi/
type Firefox struct {
	socket  *socket
	context string // the tab
	last    int    // the id of the last command
	end     func()
}

// preferences keep Firefox from asking and from asking home.
const preferences = `user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.auto", false);
user_pref("remote.prefs.recommended", true);
user_pref("intl.accept_languages", "en-US");
`

// OpenFirefox opens one with a profile in that folder.
func OpenFirefox(profile string) (*Firefox, error) {
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o644); err != nil {
		return nil, err
	}
	name := "firefox-esr"
	if _, err := exec.LookPath(name); err != nil {
		name = "firefox"
	}
	cmd := exec.Command(name, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0")
	cmd.Env = append(os.Environ(), "HOME="+profile, "MOZ_DISABLE_CONTENT_SANDBOX=1")
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	f := &Firefox{end: func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }}
	if err := f.connect(said); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// connect waits until Firefox says where it listens, and takes its first tab.
func (f *Firefox) connect(said io.Reader) error {
	const listens = "WebDriver BiDi listening on ws://"
	lines := bufio.NewScanner(said)
	host := ""
	for host == "" && lines.Scan() {
		_, host, _ = strings.Cut(lines.Text(), listens)
	}
	if host == "" {
		return errors.New("firefox ended before it listened")
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	var err error
	if f.socket, err = dial(strings.TrimSpace(host), "/session"); err != nil {
		return err
	}
	if err := f.ask("session.new", map[string]any{"capabilities": map[string]any{}}, nil); err != nil {
		return err
	}
	var tree struct{ Contexts []struct{ Context string } }
	if err := f.ask("browsingContext.getTree", map[string]any{}, &tree); err != nil {
		return err
	}
	if len(tree.Contexts) == 0 {
		return errors.New("firefox has no tab")
	}
	f.context = tree.Contexts[0].Context
	return nil
}

// Close ends it.
func (f *Firefox) Close() { f.end() }

// Go opens an address.
func (f *Firefox) Go(address string) error {
	return f.ask("browsingContext.navigate", map[string]any{"context": f.context, "url": address, "wait": "complete"}, nil)
}

// Eval gives value what a JavaScript expression is, or what it promises.
func (f *Firefox) Eval(expression string, value any) error {
	var answer struct {
		Result struct{ Value json.RawMessage }
	}
	expression = "(async () => JSON.stringify((" + expression + ") ?? null))()"
	if err := f.evaluate(expression, &answer); err != nil {
		return err
	}
	var text string
	if err := json.Unmarshal(answer.Result.Value, &text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), value)
}

func (f *Firefox) evaluate(expression string, answer any) error {
	var got struct {
		Type             string
		ExceptionDetails struct{ Text string }
	}
	var raw json.RawMessage
	if err := f.ask("script.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "target": map[string]any{"context": f.context}}, &raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	if got.Type != "success" {
		return fmt.Errorf("%s: %s", expression, got.ExceptionDetails.Text)
	}
	return json.Unmarshal(raw, answer)
}

// Choose gives files to an input.
func (f *Firefox) Choose(selector string, files ...string) error {
	var found struct {
		Result struct{ SharedID string }
	}
	if err := f.evaluate(fmt.Sprintf("document.querySelector(%q)", selector), &found); err != nil {
		return err
	}
	return f.ask("input.setFiles", map[string]any{"context": f.context, "element": map[string]any{"sharedId": found.Result.SharedID}, "files": files}, nil)
}

// ask sends a command and waits for what it gives.
func (f *Firefox) ask(method string, params, answer any) error {
	f.last++
	text, err := json.Marshal(map[string]any{"id": f.last, "method": method, "params": params})
	if err != nil {
		return err
	}
	if err := f.socket.send(text); err != nil {
		return err
	}
	for {
		text, err := f.socket.receive()
		if err != nil {
			return err
		}
		var got struct {
			ID             int
			Type           string
			Result         json.RawMessage
			Error, Message string
		}
		if err := json.Unmarshal(text, &got); err != nil {
			return err
		}
		if got.ID != f.last {
			continue // an event
		}
		if got.Type != "success" {
			return fmt.Errorf("%s: %s: %s", method, got.Error, got.Message)
		}
		if answer == nil {
			return nil
		}
		return json.Unmarshal(got.Result, answer)
	}
}
