package main

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
	"trappedinart/web/words"
)

// serverRunner makes paintings on a server, by its API.
type serverRunner struct {
	base   *url.URL // of the page
	client client
	decode func(ctx context.Context, f engine.File) (*image.NRGBA, error)
	// created, if it is set, is told of the job that was made; attach, if it has an ID, is a
	// job that is there already and is watched again.
	created func(api.Created)
	attach  api.Created
}

var _ engine.Runner = (*serverRunner)(nil)

// Limits of what is believed from a server.
const (
	maxEvent  = 16 << 20 // one event, with its preview
	maxResult = 256 << 20
	maxTries  = 5 // of connecting again in a row
)

// serverRun is one job that is under way.
type serverRun struct {
	*serverRunner
	job     api.Created
	report  func(engine.Progress)
	last    string // id of the last event
	preview *image.NRGBA
	final   bool
	failure error

	mu     sync.Mutex
	recipe engine.Recipe // as far as the server took what the control asked for
}

func (r *serverRunner) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	began := time.Now()
	report(engine.Progress{Stage: engine.Preparing})
	run := &serverRun{serverRunner: r, report: report, recipe: req.Recipe}
	if run.job = r.attach; run.job.ID == "" {
		if err := run.submit(ctx, req); err != nil {
			return nil, err
		}
		if r.created != nil {
			r.created(run.job)
		}
	}
	// Whatever happens next, nothing of ours stays there.
	defer run.remove()
	told, stopTelling := context.WithCancel(ctx)
	defer stopTelling()
	go run.steer(told, req.Control)
	if err := run.follow(ctx); err != nil {
		if ctx.Err() != nil && run.preview != nil {
			return run.made(run.preview, began), engine.AsError(ctx.Err())
		}
		return nil, err
	}
	img, err := run.result(ctx)
	if err != nil {
		return nil, err
	}
	return run.made(img, began), nil
}

func (run *serverRun) made(img *image.NRGBA, began time.Time) *engine.Result {
	run.mu.Lock()
	defer run.mu.Unlock()
	return &engine.Result{Picture: img, Recipe: run.recipe, Elapsed: time.Since(began)}
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
	for _, part := range []struct {
		field string
		files []engine.File
	}{
		{"content", []engine.File{req.Content}}, {"style", req.Styles},
		{"mask", req.Masks}, {"style_mask", req.StyleMasks},
		{"keep", given(req.Keep)}, {"start", given(req.Start)},
	} {
		for _, f := range part.files {
			if err == nil {
				err = add(part.field, f.Name, f.Data)
			}
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
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxJSON)).Decode(&run.job); err != nil || run.job.ID == "" {
		return offline(ctx, fmt.Errorf("no job in the answer: %w", err))
	}
	return nil
}

// steer hands on what the control is asked for, until ctx ends. A job elsewhere is not
// paused: others wait for its worker.
func (run *serverRun) steer(ctx context.Context, control *engine.Control) {
	if control == nil {
		return
	}
	for {
		_, recipe, err := control.Await(ctx)
		if err != nil {
			return
		}
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

// given returns a list of the file, if there is one.
func given(f engine.File) []engine.File {
	if len(f.Data) == 0 {
		return nil
	}
	return []engine.File{f}
}

// do asks for something of the job.
func (run *serverRun) do(ctx context.Context, method, path string, body io.Reader, header http.Header) (*http.Response, error) {
	return ask(ctx, run.client, run.base.ResolveReference(&url.URL{Path: path}), method, run.job.Token, body, header)
}

// ask sends a request with a token, if one is given, and returns an answer of 200 to 299.
func ask(ctx context.Context, c client, address *url.URL, method, token string, body io.Reader, header http.Header) (*http.Response, error) {
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
		return nil, offline(ctx, err)
	}
	if answer.StatusCode/100 != 2 {
		defer answer.Body.Close()
		return nil, problem(answer.StatusCode, io.LimitReader(answer.Body, maxJSON))
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
			return offline(ctx, err)
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
		run.final = true
	case api.EventFailed:
		var p api.Problem
		if json.Unmarshal(data, &p) != nil || p.Detail == "" {
			p = api.Problem{Code: engine.Internal, Detail: words.Failed}
		}
		run.final, run.failure = true, &engine.Error{Code: p.Code, Message: p.Detail}
	}
}

func (run *serverRun) progress(ctx context.Context, p api.Progress) engine.Progress {
	out := engine.Progress{
		Stage: p.Stage, Scale: p.Scale, Scales: p.Scales, Width: p.Width, Height: p.Height,
		Iteration: p.Iteration, Iterations: p.Iterations, Fraction: p.Fraction,
		Remaining: time.Duration(p.Remaining * float64(time.Second)),
		Loss:      p.Loss, Content: p.Content, Style: p.Style, Variation: p.Variation, Note: p.Note,
	}
	if len(p.Preview) > 0 {
		if img, err := run.decode(ctx, engine.File{Name: "preview", Data: p.Preview}); err == nil {
			out.Preview, run.preview = img, img
		}
	}
	return out
}

func (run *serverRun) result(ctx context.Context) (*image.NRGBA, error) {
	answer, err := run.do(ctx, http.MethodGet, run.job.Links.Result, nil, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxResult))
	if err != nil {
		return nil, offline(ctx, err)
	}
	return run.decode(ctx, engine.File{Name: "result.png", Data: data})
}

// remove deletes the job, and with it the pictures, whether or not ours was stopped.
func (run *serverRun) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if answer, err := run.do(ctx, http.MethodDelete, run.job.Links.Self, nil, nil); err == nil {
		answer.Body.Close()
	}
}
