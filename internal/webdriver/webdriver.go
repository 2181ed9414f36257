// Package webdriver drives a browser by the W3C's WebDriver, as far as the page's tests need it:
// WebKit has no other protocol. https://www.w3.org/TR/webdriver2/
package webdriver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A Session is a browser with one window.
type Session struct {
	address string // of the session
	end     []func()
}

// element is the key of an element's reference.
const element = "element-6066-11e4-a52e-4f735466cecf"

// patience is how long a driver may take for anything.
const patience = 5 * time.Minute

// Open starts the driver program, which is given its port by that flag, and has it open a browser
// of these capabilities.
func Open(driver, portFlag string, capabilities map[string]any, env ...string) (*Session, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(driver, fmt.Sprintf("%s=%d", portFlag, port))
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Session{end: []func(){func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }}}
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	if err := answers(base + "/status"); err != nil {
		s.Close()
		return nil, err
	}
	var made struct{ SessionID string }
	ask := map[string]any{"capabilities": map[string]any{"alwaysMatch": capabilities}}
	if err := call(http.MethodPost, base+"/session", ask, &made); err != nil {
		s.Close()
		return nil, err
	}
	s.address = base + "/session/" + made.SessionID
	s.end = append(s.end, func() { _ = call(http.MethodDelete, s.address, nil, nil) })
	return s, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// answers waits until a program that was just started listens.
func answers(address string) error {
	var err error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var resp *http.Response
		if resp, err = http.Get(address); err == nil {
			resp.Body.Close()
			return nil
		}
	}
	return err
}

// Close ends the browser, and then the driver.
func (s *Session) Close() {
	for i := len(s.end) - 1; i >= 0; i-- {
		s.end[i]()
	}
}

// Go opens an address.
func (s *Session) Go(address string) error {
	return call(http.MethodPost, s.address+"/url", map[string]any{"url": address}, nil)
}

// Eval gives value what a JavaScript expression is, or what it promises.
func (s *Session) Eval(expression string, value any) error {
	script := "const done = arguments[0]; (async () => (" + expression + "))().then(v => done({ok: v ?? null}), e => done({error: String(e)}))"
	var answer struct {
		OK    json.RawMessage
		Error string
	}
	err := call(http.MethodPost, s.address+"/execute/async", map[string]any{"script": script, "args": []any{}}, &answer)
	if err != nil {
		return err
	}
	if answer.Error != "" {
		return fmt.Errorf("%s: %s", expression, answer.Error)
	}
	return json.Unmarshal(answer.OK, value)
}

// Choose gives a file to an input.
func (s *Session) Choose(selector string, files ...string) error {
	var found map[string]string
	if err := call(http.MethodPost, s.address+"/element", map[string]any{"using": "css selector", "value": selector}, &found); err != nil {
		return err
	}
	return call(http.MethodPost, s.address+"/element/"+found[element]+"/value", map[string]any{"text": strings.Join(files, "\n")}, nil)
}

// call asks the driver. Its answers are {"value": ...}, also of errors.
func call(method, address string, ask, answer any) error {
	var body io.Reader
	if ask != nil {
		data, err := json.Marshal(ask)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, address, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Timeout: patience}).Do(req)
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
