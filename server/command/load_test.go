//go:build linux

package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/internal/await"
	"trappedinart/internal/fixture"
	"trappedinart/server/api"
)

// ready waits until a server answers.
func (c *customer) ready(t *testing.T) {
	t.Helper()
	await.That(t, "the server to be ready", func() bool {
		res, err := c.do(t.Context(), http.MethodGet, "/readyz", "", nil)
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// peak is the most memory that a process has held, in bytes.
func peak(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kB, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kB << 10
}

// People watch a painting, in make soak two hundred, while ten times as many load what the
// page needs.
func TestManyPeople(t *testing.T) {
	const most = 300 << 20
	watchers, loaders := 40, 400
	if fixture.Soak() {
		watchers, loaders = 200, 2000
	}
	if testing.Short() {
		fixture.Elsewhere(t, "make unit: the race detector takes several times the memory")
	}
	addr := freeAddress(t)
	server := startProgram(t, "serve", "--addr", addr, "--data", t.TempDir(), "--threads", "1")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	var lost atomic.Int64
	c := &customer{base: "http://" + addr, lost: &lost}
	c.client.Transport = &http.Transport{MaxIdleConnsPerHost: loaders}
	defer c.client.CloseIdleConnections()
	c.ready(t)

	req := chaosRequest(t, 0)
	req.Recipe.Size, req.Recipe.Iterations = 128, 10000 // longer than this test
	job, err := c.submit(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	var previews atomic.Int64
	seen := make(chan struct{}, watchers)
	for range watchers {
		all.Go(func() {
			res, err := c.do(watching, http.MethodGet, job.Links.Events, job.Token, nil)
			if err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("watching: %v, %v", res, err)
				return
			}
			defer res.Body.Close()
			lines := bufio.NewScanner(res.Body)
			lines.Buffer(nil, 4<<20)
			mine := 0
			for lines.Scan() {
				if strings.Contains(lines.Text(), `"preview":"`) {
					if mine++; mine == 2 { // one as it comes, one as it is painted
						seen <- struct{}{}
					}
					previews.Add(1)
				}
			}
			if watching.Err() == nil {
				t.Errorf("a stream ends: %v", lines.Err())
			}
		})
	}

	paths := []string{"/", "/app.js", "/wasm_exec.js", "/app-worker.js", "/api/v1/weights", "/healthz"}
	res, err := c.do(ctx, http.MethodGet, "/api/v1/weights", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var networks []api.Weights
	if err := json.NewDecoder(res.Body).Decode(&networks); err != nil || len(networks) == 0 {
		t.Fatalf("the weights are %v, %v", networks, err)
	}
	res.Body.Close()
	paths = append(paths, networks[0].URL)
	var loading sync.WaitGroup
	for n := range loaders {
		loading.Go(func() {
			res, err := c.do(ctx, http.MethodGet, paths[n%len(paths)], "", nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("%s is answered by %d, %v", paths[n%len(paths)], res.StatusCode, err)
			}
		})
	}
	loading.Wait()
	for range watchers {
		select {
		case <-seen:
		case <-ctx.Done():
			t.Fatalf("there are only %d previews", previews.Load())
		}
	}
	stop()
	all.Wait()
	if took := peak(t, server.Pid()); took > most {
		t.Errorf("the server took %d MiB", took>>20)
	} else {
		t.Logf("the server took %d MiB", took>>20)
	}
}

// Refused and cancelled jobs leave nothing on the disk.
func TestNothingIsLeft(t *testing.T) {
	addr, data := freeAddress(t), t.TempDir()
	startProgram(t, "serve", "--addr", addr, "--data", data, "--workers", "0", "--limit-upload", "1")
	var lost atomic.Int64
	c := &customer{base: "http://" + addr, lost: &lost}
	c.ready(t)
	mark := []byte("remember me by these words alone")
	req := chaosRequest(t, 0)
	req.Content.Data = append(req.Content.Data, mark...) // behind the picture
	post := func(req engine.Request, cut int) int {
		t.Helper()
		body, kind := form(req)
		res, err := c.do(t.Context(), http.MethodPost, "/api/v1/jobs", "", body[:len(body)-cut], "Content-Type", kind)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	left := func() (where []string) {
		t.Helper()
		err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // it may go while we look
			}
			file, err := os.ReadFile(path)
			if err == nil && bytes.Contains(file, mark) {
				where = append(where, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return where
	}
	noStyle, huge, unknown := req, req, req
	noStyle.Styles = []engine.File{{Data: []byte("no picture")}}
	huge.Styles = []engine.File{{Data: bytes.Repeat(mark, 1<<16)}}
	unknown.Recipe.Weights = "unknown"
	for name, got := range map[string][2]int{
		"no picture": {post(noStyle, 0), 422}, "huge": {post(huge, 0), 413}, "unknown weights": {post(unknown, 0), 400}, "cut": {post(req, 40), 400},
	} {
		if got[0] != got[1] {
			t.Errorf("%s is answered by %d", name, got[0])
		}
	}
	if where := left(); where != nil {
		t.Errorf("what was refused is in %q", where)
	}
	job, err := c.submit(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if where := left(); where == nil {
		t.Error("what was taken is not on the disk")
	}
	res, err := c.do(t.Context(), http.MethodDelete, job.Links.Self, job.Token, nil)
	if err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v", res, err)
	}
	res.Body.Close()
	if where := left(); where != nil {
		t.Errorf("what was cancelled is in %q", where)
	}
}

// Heads that do not end, or are too long, are not waited for.
func TestHeads(t *testing.T) {
	t.Parallel() // it waits
	addr := freeAddress(t)
	startProgram(t, "serve", "--addr", addr, "--data", t.TempDir(), "--workers", "0")
	c := &customer{base: "http://" + addr}
	c.ready(t)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	go func() {
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n")
		for i := range 10000 {
			if _, err := fmt.Fprintf(conn, "X-%d: %s\r\n", i, strings.Repeat("y", 100)); err != nil {
				return
			}
		}
	}()
	if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a flood of heads is answered by %v, %v", res, err)
	}
	slow, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	_ = slow.SetDeadline(time.Now().Add(30 * time.Second))
	go func() {
		head := "GET / HTTP/1.1\r\nX: " + strings.Repeat("y", 1000)
		for i := range await.Turns(t.Context(), 100*time.Millisecond) {
			if _, err := slow.Write([]byte{head[i]}); err != nil || i+1 == len(head) {
				return
			}
		}
	}()
	if _, err := io.ReadAll(slow); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("a slow head is waited for: %v", err)
	}
}

// A server that is asked to end keeps what its worker has done, and its successor goes on.
func TestServerEnds(t *testing.T) {
	addr, data := freeAddress(t), t.TempDir()
	server := startProgram(t, "serve", "--addr", addr, "--data", data, "--threads", "1", "--worker-silence", "10m")
	var lost atomic.Int64
	c := &customer{base: "http://" + addr, lost: &lost}
	c.ready(t)
	req := chaosRequest(t, 0)
	req.Recipe.Iterations = 200
	job, err := c.submit(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	await.That(t, "the fifth iteration", func() bool {
		res, err := c.do(t.Context(), http.MethodGet, job.Links.Self, job.Token, nil)
		if err != nil {
			t.Fatal(err)
		}
		var j api.Job
		err = json.NewDecoder(res.Body).Decode(&j)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		return j.Progress != nil && j.Progress.Iteration >= 5
	})
	server.Signal(t, syscall.SIGTERM)
	if err := server.Ended(t); err != nil {
		t.Errorf("it ends with %v", err)
	}
	if log := server.Log(); !strings.Contains(log, "job is given back") {
		t.Error("the job is not given back")
	}
	server.Again(t)
	if end, err := c.follow(t.Context(), job); err != nil || end != api.EventDone {
		t.Errorf("it comes to %q, %v", end, err)
	}
	if log := server.Log(); !strings.Contains(log, "from_checkpoint=true") {
		t.Error("it begins again")
	}
}
