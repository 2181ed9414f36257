//go:build unix

package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/internal/await"
	"trappedinart/internal/program"
	"trappedinart/server/api"
)

// This program is also the program that it tests, where that must be killed.
const asProgram = "TRAPPED_TEST_AS_PROGRAM"

// crashingGPU has it end as by a driver's fault where it tries the GPU.
const crashingGPU = "TRAPPED_TEST_CRASHING_GPU"

func TestMain(m *testing.M) {
	if os.Getenv(crashingGPU) != "" && os.Args[1] == tryGPU {
		os.Exit(139) // as shells have a segmentation fault
	}
	if os.Getenv(asProgram) != "" {
		os.Exit(Run(os.Args[1:]))
	}
	os.Setenv(asProgram, "1") // for whatever is started by commands that run in this process
	os.Exit(m.Run())
}

// startProgram starts trapped in a process of its own.
func startProgram(t *testing.T, args ...string) *program.Program {
	t.Helper()
	return program.Start(t, os.Args[0], []string{asProgram + "=1"}, args...)
}

// awaitOpen waits until the program has said for the nth time where it serves.
func awaitOpen(t *testing.T, p *program.Program, n int) {
	t.Helper()
	p.Line(t, n, "Trapped in Art is at")
}

// freeAddress is one that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A customer hands over jobs and watches them, whatever happens to the server.
type customer struct {
	base   string
	client http.Client
	lost   *atomic.Int64 // how often it did not hear whether a job was taken
}

func (c *customer) do(ctx context.Context, method, path, token string, body []byte, header ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.client.Do(r)
}

func form(req engine.Request) (body []byte, kind string) {
	var b bytes.Buffer
	f := multipart.NewWriter(&b)
	for name, data := range map[string][]byte{"recipe": req.Recipe.JSON(), "content": req.Content.Data, "style": req.Styles[0].Data} {
		w, _ := f.CreateFormFile(name, name)
		_, _ = w.Write(data)
	}
	_ = f.Close()
	return b.Bytes(), f.FormDataContentType()
}

// submit hands a job over until it is taken.
func (c *customer) submit(ctx context.Context, req engine.Request) (api.Created, error) {
	body, kind := form(req)
	for range await.Turns(ctx, time.Duration(50+rand.IntN(100))*time.Millisecond) {
		answer, err := c.do(ctx, http.MethodPost, "/api/v1/jobs", "", body, "Content-Type", kind)
		if err != nil {
			c.lost.Add(1)
			continue
		}
		data, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		var created api.Created
		switch {
		case err != nil:
			c.lost.Add(1)
		case answer.StatusCode == http.StatusAccepted:
			return created, json.Unmarshal(data, &created)
		case answer.StatusCode == http.StatusServiceUnavailable:
			c.lost.Add(1)
		case answer.StatusCode != http.StatusTooManyRequests:
			return created, fmt.Errorf("a job is answered by %d %s", answer.StatusCode, data)
		}
	}
	return api.Created{}, ctx.Err()
}

// follow listens to a job's events until the last, and returns its name.
func (c *customer) follow(ctx context.Context, job api.Created) (string, error) {
	last := ""
	for range await.Turns(ctx, 100*time.Millisecond) {
		answer, err := c.do(ctx, http.MethodGet, job.Links.Events, job.Token, nil, "Last-Event-ID", last)
		if err != nil {
			continue
		}
		if answer.StatusCode != http.StatusOK {
			answer.Body.Close()
			if answer.StatusCode == http.StatusServiceUnavailable {
				continue
			}
			return "", fmt.Errorf("the events of a job are answered by %d", answer.StatusCode)
		}
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		name := ""
		for lines.Scan() {
			switch field, value, _ := strings.Cut(lines.Text(), ": "); {
			case field == "id":
				last = value
			case field == "event":
				name = value
			case field == "" && (name == api.EventDone || name == api.EventFailed):
				answer.Body.Close()
				return name, nil
			}
		}
		answer.Body.Close()
	}
	return "", ctx.Err()
}

func (c *customer) result(ctx context.Context, job api.Created) ([]byte, error) {
	for range await.Turns(ctx, 100*time.Millisecond) {
		answer, err := c.do(ctx, http.MethodGet, job.Links.Result, job.Token, nil)
		if err != nil {
			continue
		}
		data, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode == http.StatusServiceUnavailable {
			continue
		}
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("the result of a job is answered by %d %s", answer.StatusCode, data)
		}
		return data, nil
	}
	return nil, ctx.Err()
}
