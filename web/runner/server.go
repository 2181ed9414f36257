package runner

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// A Server makes paintings on a server, by its API.
type Server struct {
	Base   *url.URL // of the page
	Client Client
	Decode func(ctx context.Context, f engine.File) (*image.NRGBA, error)
	// Created, if it is set, is told of the job that was made; Attach, if it has an ID, is a
	// job that is there already and is watched again.
	Created func(api.Created)
	Attach  api.Created
}

var _ engine.Runner = (*Server)(nil)

// Limits of what is believed from a server.
const (
	maxEvent  = 16 << 20 // one event, with its preview
	maxResult = 256 << 20
	maxTries  = 5 // of connecting again in a row
)

// serverRun is one job that is under way.
type serverRun struct {
	*Server
	job     api.Created
	report  func(engine.Progress)
	last    string          // id of the last event
	said    engine.Progress // the estimate and the notes that were reported
	final   bool
	done    *engine.Result // without its picture
	failure error

	mu sync.Mutex // of the recipe, as far as the server took what the control asked for
	reached
}

func (r *Server) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	began := time.Now()
	if req.Checkpoint != nil {
		return nil, engine.Errorf(engine.InvalidRequest, "The server starts every painting from the beginning. Continue this one here.")
	}
	report(engine.Progress{Stage: engine.Preparing})
	run := &serverRun{Server: r, report: report, reached: reached{began: began, recipe: req.Recipe}}
	if run.job = r.Attach; run.job.ID == "" {
		if err := run.submit(ctx, req); err != nil {
			return nil, err
		}
		if r.Created != nil {
			r.Created(run.job)
		}
	}
	// The job leaves the server, however the run ends.
	defer run.remove()
	told, stopTelling := context.WithCancel(ctx)
	defer stopTelling()
	go run.steer(told, req.Control)
	if err := run.follow(ctx); err != nil {
		if ctx.Err() != nil {
			run.mu.Lock()
			defer run.mu.Unlock()
			return run.soFar(), engine.AsError(ctx.Err())
		}
		return nil, err
	}
	var err error
	if run.done.Picture, err = run.picture(ctx); err != nil {
		return nil, err
	}
	return run.done, nil
}

func (run *serverRun) submit(ctx context.Context, req engine.Request) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	add := func(field, name string, data []byte) error {
		w, err := form.CreateFormFile(field, name)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	err := add("recipe", "recipe.json", req.Recipe.JSON())
	for _, p := range req.Parts() {
		if err == nil {
			err = add(string(p.Role), p.File.Name, p.File.Data)
		}
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return err
	}
	answer, err := run.do(ctx, http.MethodPost, "/api/v1/jobs", &body, http.Header{"Content-Type": {form.FormDataContentType()}})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(io.LimitReader(answer.Body, MaxJSON)).Decode(&run.job); err != nil || run.job.ID == "" {
		return Offline(ctx, fmt.Errorf("no job in the answer: %w", err))
	}
	return nil
}

// steer hands on what the control is asked for, until ctx ends. A job elsewhere is not
// paused, as others wait for its worker, and saves itself.
func (run *serverRun) steer(ctx context.Context, control *engine.Control) {
	if control == nil {
		return
	}
	for {
		asked, err := control.Await(ctx)
		if err != nil {
			return
		}
		recipe := asked.Recipe
		if recipe == nil {
			continue
		}
		header := http.Header{"Content-Type": {"application/json"}}
		if answer, err := run.do(ctx, http.MethodPut, run.job.Links.Recipe, bytes.NewReader(recipe.JSON()), header); err == nil {
			answer.Body.Close()
			run.mu.Lock()
			run.recipe = run.recipe.Steered(recipe)
			run.mu.Unlock()
		}
	}
}

// do asks for something of the job.
func (run *serverRun) do(ctx context.Context, method, path string, body io.Reader, header http.Header) (*http.Response, error) {
	return Ask(ctx, run.Client, Beside(run.Base, path), method, run.job.Token, body, header)
}

// Beside returns the address of a path of the server. The server is where the page is, which need
// not be the root of its host: a proxy may have put both under another path.
func Beside(base *url.URL, path string) *url.URL {
	return base.ResolveReference(&url.URL{Path: "./" + strings.TrimPrefix(path, "/")})
}

// Ask sends a request with a token, if one is given, and returns an answer of 200 to 299.
func Ask(ctx context.Context, c Client, address *url.URL, method, token string, body io.Reader, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address.String(), body)
	if err != nil {
		return nil, err
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.Do(req)
	if err != nil {
		return nil, Offline(ctx, err)
	}
	if answer.StatusCode/100 != 2 {
		defer answer.Body.Close()
		return nil, problem(answer.StatusCode, io.LimitReader(answer.Body, MaxJSON))
	}
	return answer, nil
}

// follow listens to the job's events until the last, connecting again where the
// connection breaks.
func (run *serverRun) follow(ctx context.Context) error {
	tries := 0
	for {
		before := run.last
		err := run.listen(ctx)
		switch {
		case run.final:
			return run.failure
		case ctx.Err() != nil:
			return ctx.Err()
		case run.last != before:
			tries = 0
		}
		var told *engine.Error
		if errors.As(err, &told) && told.Code != engine.Unavailable {
			return told
		}
		if tries++; tries > maxTries {
			return Offline(ctx, err)
		}
		select {
		case <-time.After(time.Duration(tries) * time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// listen reads events until the connection ends.
func (run *serverRun) listen(ctx context.Context) error {
	header := http.Header{"Accept": {"text/event-stream"}}
	if run.last != "" {
		header.Set("Last-Event-ID", run.last)
	}
	answer, err := run.do(ctx, http.MethodGet, run.job.Links.Events, nil, header)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	// In a browser a context ends a request, but not the reading of its answer.
	defer context.AfterFunc(ctx, func() { answer.Body.Close() })()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	var id, name, data string
	for lines.Scan() {
		line := lines.Text()
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != "" {
				run.last = id
				run.hear(ctx, name, []byte(data))
			}
			if run.final {
				return nil
			}
			name, data = "", ""
		case field == "id":
			id = value
		case field == "event":
			name = value
		case field == "data":
			data += value
		}
	}
	return lines.Err()
}

// hear takes one event.
func (run *serverRun) hear(ctx context.Context, name string, data []byte) {
	switch name {
	case api.EventQueued:
		var q api.Queue
		if json.Unmarshal(data, &q) == nil {
			run.report(engine.Progress{Stage: engine.Queued, Position: q.Position})
		}
	case api.EventProgress:
		var p api.Progress
		if json.Unmarshal(data, &p) == nil {
			run.report(run.progress(ctx, p))
		}
	case api.EventDone:
		var j api.Job
		err := json.Unmarshal(data, &j)
		if err == nil && j.Result == nil {
			err = errors.New("a job that is done has no result")
		}
		if err == nil {
			run.done, err = j.Result.Read()
		}
		run.final = true
		if err != nil {
			run.failure = Offline(ctx, err)
		}
	case api.EventFailed:
		var p api.Problem
		if json.Unmarshal(data, &p) != nil || p.Detail == "" {
			p = api.Problem{Code: engine.Internal, Detail: notDone}
		}
		run.final, run.failure = true, &engine.Error{Code: p.Code, Message: p.Detail}
	}
}

// progress is what a report says that was not said before: each repeats estimate and notes.
func (run *serverRun) progress(ctx context.Context, p api.Progress) engine.Progress {
	out := p.Progress
	if run.said.Estimate != nil && out.Estimate != nil && *run.said.Estimate == *out.Estimate {
		out.Estimate = nil
	}
	if rest, ok := strings.CutPrefix(out.Note, run.said.Note); ok {
		out.Note = strings.TrimSpace(rest)
	}
	run.said = p.Progress
	if len(p.Preview) > 0 {
		if img, err := run.Decode(ctx, engine.File{Name: "preview", Data: p.Preview}); err == nil {
			out.Preview = img
		}
	}
	run.note(out)
	return out
}

// picture fetches the finished painting.
func (run *serverRun) picture(ctx context.Context) (*image.NRGBA, error) {
	answer, err := run.do(ctx, http.MethodGet, run.job.Links.Result, nil, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxResult))
	if err != nil {
		return nil, Offline(ctx, err)
	}
	return run.Decode(ctx, engine.File{Name: "result.png", Data: data})
}

// remove deletes the job, and with it the pictures, whether or not ours was stopped.
func (run *serverRun) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if answer, err := run.do(ctx, http.MethodDelete, run.job.Links.Self, nil, nil); err == nil {
		answer.Body.Close()
	}
}
