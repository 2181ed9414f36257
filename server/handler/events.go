package handler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/server/jobs"
)

// heartbeat is how long a connection may be silent.
const heartbeat = 15 * time.Second

// events sends the job's changes as server-sent events, from what Last-Event-ID names
// on. A slow reader misses changes in between, and gets the newest.
func (s *server) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	token, err := in.token()
	if err != nil {
		return nil, err
	}
	var after jobs.Mark
	if in.Last != "" {
		if after, err = parseMark(in.Last); err != nil {
			return nil, err
		}
	}
	watch, err := s.Queue.Watch(ctx, in.ID, token)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		ctx, stop := s.untilClosing(ctx)
		defer stop()
		_, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		out := http.NewResponseController(w)
		_ = out.SetReadDeadline(time.Time{}) // the server's is for requests, and would end the stream
		to := patient{w, out}
		for {
			status, err := next(ctx, watch)
			switch {
			case errors.Is(err, errQuiet):
				_, err = io.WriteString(to, ": still here\n\n")
			case err == nil:
				// A client that comes back while the job waits is told its place again.
				if status.Mark.After(after) || status.Final() || status.State == api.Queued {
					err = writeEvents(to, in.ID, status, after)
					after = status.Mark
				}
			}
			if err == nil {
				err = out.Flush()
			}
			if err != nil || status.Final() {
				return
			}
		}
	}}, nil
}

var errQuiet = errors.New("nothing has changed")

// next waits for a change, but not so long that a connection seems dead.
func next(ctx context.Context, watch *jobs.Watch) (jobs.Status, error) {
	wait, cancel := context.WithTimeout(ctx, heartbeat)
	defer cancel()
	status, err := watch.Next(wait)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return status, errQuiet
	}
	return status, err
}

// writeEvents writes the news for a client that has seen the events up to a mark.
func writeEvents(w io.Writer, id string, status jobs.Status, after jobs.Mark) error {
	switch status.State {
	case api.Queued:
		return writeJSON(w, status.Mark, api.EventQueued, api.Queue{Position: status.Position})
	case api.Done:
		return writeJSON(w, status.Mark, api.EventDone, jobOf(id, status))
	case api.Failed:
		return writeJSON(w, status.Mark, api.EventFailed, problemOf(status.Err))
	case api.Cancelled:
		return writeJSON(w, status.Mark, api.EventFailed, problemOf(engine.Errorf(engine.Cancelled, "The job was cancelled.")))
	}
	if status.Latest.Data == nil {
		return writeJSON(w, status.Mark, api.EventProgress, api.Progress{Progress: engine.Progress{Stage: engine.Preparing}})
	}
	// A client that lacks a preview is sent it, also one that is not of the newest
	// report.
	if p := status.Preview; p.Data != nil && p.Mark.After(after) && status.Latest.Mark.After(p.Mark) {
		if err := writeEvent(w, p.Mark, api.EventProgress, p.Data); err != nil {
			return err
		}
	}
	return writeEvent(w, status.Latest.Mark, api.EventProgress, status.Latest.Data)
}

func writeJSON(w io.Writer, mark jobs.Mark, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeEvent(w, mark, name, data)
}

func writeEvent(w io.Writer, mark jobs.Mark, name string, data []byte) error {
	if _, err := fmt.Fprintf(w, "id: %d-%d\nevent: %s\ndata: ", mark.Revision, mark.Count, name); err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n\n")
	return err
}

// parseMark reads an event's id.
func parseMark(id string) (jobs.Mark, error) {
	revision, count, ok := strings.Cut(id, "-")
	r, err := strconv.ParseUint(revision, 10, 64)
	c, err2 := strconv.ParseUint(count, 10, 64)
	if !ok || err != nil || err2 != nil {
		return jobs.Mark{}, engine.Errorf(engine.InvalidRequest, "Last-Event-ID cannot be %.40q: it takes the id of an event.", id)
	}
	return jobs.Mark{Revision: r, Count: c}, nil
}
