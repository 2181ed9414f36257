package handler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/server/api"
	"trappedinart/server/jobs"
)

// previewEvery is how often a job shows what it has.
const previewEvery = time.Second

func links(id string) api.Links {
	self := "/api/v1/jobs/" + id
	return api.Links{Self: self, Events: self + "/events", Result: self + "/result"}
}

// submit takes a job: multipart with recipe, content and one or more style parts; and, if
// there are masks, mask and style_mask in the order of the styles, an empty one for each
// style without, keep, and start.
func (s *server) submit(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, s.UploadBytes)
	req, err := readRequest(r)
	if err == nil {
		err = s.check(r.Context(), req)
	}
	if err != nil {
		s.problem(w, r, err)
		return
	}
	id, token, err := s.Queue.Submit(r.Context(), req)
	if err != nil {
		s.problem(w, r, err)
		return
	}
	w.Header().Set("Location", links(id).Self)
	answer(w, http.StatusAccepted, api.Created{ID: id, Token: token, Links: links(id)})
}

// readRequest reads a job's parts, whose sum MaxBytesReader bounds.
func readRequest(r *http.Request) (engine.Request, error) {
	req := engine.Request{PreviewEvery: previewEvery}
	parts, err := r.MultipartReader()
	if err != nil {
		return req, engine.Errorf(engine.InvalidRecipe, "Send the job as multipart/form-data with the parts recipe, content and style.")
	}
	recipe := false
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return req, uploadError(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return req, uploadError(err)
		}
		switch name := part.FormName(); {
		case name == "recipe" && !recipe:
			recipe = true
			if req.Recipe, err = engine.ParseRecipe(data); err != nil {
				return req, err
			}
		case name == "content" && req.Content.Data == nil:
			req.Content = file(part, data)
		case name == "style" && len(req.Styles) < engine.MaxStyles:
			req.Styles = append(req.Styles, file(part, data))
		case name == "mask" && len(req.Masks) < engine.MaxStyles:
			req.Masks = append(req.Masks, file(part, data))
		case name == "style_mask" && len(req.StyleMasks) < engine.MaxStyles:
			req.StyleMasks = append(req.StyleMasks, file(part, data))
		case name == "keep" && req.Keep.Data == nil:
			req.Keep = file(part, data)
		case name == "start" && req.Start.Data == nil:
			req.Start = file(part, data)
		default:
			return req, engine.Errorf(engine.InvalidRecipe, "The part %.40q is unknown, or there are too many of it; a job has recipe, content, up to %d of style, and mask, style_mask, keep and start.", name, engine.MaxStyles)
		}
	}
	switch {
	case !recipe:
		return req, engine.Errorf(engine.InvalidRecipe, "The part recipe is missing.")
	case len(req.Content.Data) == 0:
		return req, engine.Errorf(engine.MissingPicture, "The part content is missing or empty.")
	case len(req.Styles) == 0:
		return req, engine.Errorf(engine.MissingPicture, "The part style is missing.")
	}
	return req, nil
}

func file(part *multipart.Part, data []byte) engine.File {
	name := part.FileName()
	if name == "" {
		name = part.FormName()
	}
	return engine.File{Name: name, Data: data}
}

func uploadError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return engine.Errorf(engine.TooLarge, "The upload is larger than %d MiB; send smaller pictures.", tooLarge.Limit>>20)
	}
	return engine.Errorf(engine.InvalidPicture, "The upload ended early or is not multipart/form-data; send it again.")
}

// check finds out before the job is taken whether it can be done.
func (s *server) check(ctx context.Context, req engine.Request) error {
	r := req.Recipe
	if _, err := r.StyleShares(len(req.Styles)); err != nil {
		return err
	}
	network, err := s.Weights.Named(ctx, r.Weights)
	if err != nil {
		return err
	}
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
	case <-ctx.Done():
		return ctx.Err()
	}
	content, err := s.Decode(ctx, req.Content)
	if err != nil {
		return err
	}
	b := content.Bounds()
	w, h := pixel.Fit(b.Dx(), b.Dy(), r.Size)
	if w*h > s.Megapixels*1e6 {
		return engine.Errorf(engine.TooLarge, "The result would have %.1f megapixels, and this server makes %d at most; choose a smaller size.", float64(w*h)/1e6, s.Megapixels)
	}
	if len(req.Masks) > len(req.Styles) || len(req.StyleMasks) > len(req.Styles) {
		return engine.Errorf(engine.InvalidRecipe, "There are more masks than styles.")
	}
	need := transfer.Need{Weights: network, Recipe: &r, Content: b.Size()}
	for _, f := range slices.Concat(req.Masks, []engine.File{req.Keep}) {
		if len(f.Data) > 0 {
			need.Masks++
		}
	}
	for i, f := range slices.Concat(req.Styles, req.Masks, req.StyleMasks, []engine.File{req.Keep, req.Start}) {
		if i >= len(req.Styles) && len(f.Data) == 0 {
			continue // there is none
		}
		img, err := s.Decode(ctx, f)
		if err != nil {
			return err
		}
		if i < len(req.Styles) {
			need.Styles = append(need.Styles, img.Bounds().Size())
		}
	}
	_, err = need.Fit(s.MemoryBytes)
	return err
}

// token returns the request's bearer token (RFC 6750).
func token(r *http.Request) (string, error) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", engine.Errorf(engine.Unauthorized, "Send the job's token as Authorization: Bearer TOKEN.")
	}
	return token, nil
}

// status answers for a job, or with why not.
func (s *server) status(w http.ResponseWriter, r *http.Request, after uint64) (jobs.Status, string, bool) {
	t, err := token(r)
	if err == nil {
		var status jobs.Status
		if status, err = s.Queue.Wait(r.Context(), r.PathValue("id"), t, after); err == nil {
			return status, t, true
		}
	}
	s.problem(w, r, err)
	return jobs.Status{}, "", false
}

func (s *server) job(w http.ResponseWriter, r *http.Request) {
	if status, _, ok := s.status(w, r, 0); ok {
		answer(w, http.StatusOK, jobOf(r.PathValue("id"), status))
	}
}

func jobOf(id string, status jobs.Status) api.Job {
	j := api.Job{ID: id, State: status.State, Position: status.Position, Progress: status.Progress, Expires: status.Expires, Links: links(id)}
	if status.Err != nil {
		p := problemOf(status.Err)
		j.Error = &p
	}
	return j
}

// events sends the job's changes as server-sent events, from what Last-Event-ID names
// on. Who reads slowly misses changes in between, and gets the latest.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	after := uint64(0)
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		n, err := strconv.ParseUint(last, 10, 64)
		if err != nil {
			s.problem(w, r, engine.Errorf(engine.InvalidRecipe, "Last-Event-ID cannot be %.40q: it takes the id of an event.", last))
			return
		}
		after = n
	}
	status, t, ok := s.status(w, r, 0)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	id := r.PathValue("id")
	for {
		if status.Number > after || status.Final() {
			if err := out.SetWriteDeadline(time.Now().Add(30 * time.Second)); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return
			}
			if _, err := io.WriteString(w, event(id, status, after)); err != nil {
				return
			}
			if err := out.Flush(); err != nil || status.Final() {
				return
			}
			after = status.Number
		}
		next, err := s.next(r.Context(), id, t, after)
		switch {
		case errors.Is(err, errQuiet):
			if _, err := io.WriteString(w, ": still here\n\n"); err != nil || out.Flush() != nil {
				return
			}
		case err != nil:
			// The job was removed while we looked: that is how a cancelled one ends.
			if r.Context().Err() == nil {
				gone := jobs.Status{Number: after + 1, State: api.Cancelled}
				_, _ = io.WriteString(w, event(id, gone, after))
			}
			return
		default:
			status = next
		}
	}
}

var errQuiet = errors.New("nothing has changed")

// next waits for a change, but not so long that a connection seems dead.
func (s *server) next(ctx context.Context, id, token string, after uint64) (jobs.Status, error) {
	wait, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	status, err := s.Queue.Wait(wait, id, token, after)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return status, errQuiet
	}
	return status, err
}

// event is a status on the wire. A preview is sent once to who has it already.
func event(id string, status jobs.Status, after uint64) string {
	name, data := api.EventProgress, any(nil)
	switch status.State {
	case api.Queued:
		name, data = api.EventQueued, api.Queue{Position: status.Position}
	case api.Done:
		job := jobOf(id, status)
		job.Progress = nil
		name, data = api.EventDone, job
	case api.Failed:
		name, data = api.EventFailed, problemOf(status.Err)
	case api.Cancelled:
		name, data = api.EventFailed, problemOf(engine.Errorf(engine.Cancelled, "The job was cancelled."))
	default:
		p := api.Progress{Stage: engine.Preparing}
		if status.Progress != nil {
			p = *status.Progress
		}
		if status.PreviewNumber <= after {
			p.Preview = nil
		}
		data = p
	}
	body, err := json.Marshal(data)
	if err != nil { // a number that JSON has no word for, such as NaN
		body = []byte("{}")
	}
	return fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", status.Number, name, body)
}

func (s *server) result(w http.ResponseWriter, r *http.Request) {
	t, err := token(r)
	if err == nil {
		var png []byte
		if png, err = s.Queue.Result(r.Context(), r.PathValue("id"), t); err == nil {
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Content-Length", strconv.Itoa(len(png)))
			_, _ = w.Write(png)
			return
		}
	}
	s.problem(w, r, err)
}

func (s *server) cancel(w http.ResponseWriter, r *http.Request) {
	t, err := token(r)
	if err == nil {
		err = s.Queue.Cancel(r.Context(), r.PathValue("id"), t)
	}
	if err != nil {
		s.problem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
