// Package api holds the types of the HTTP API under /api/v1, as the server writes
// them and the page reads them. It imports package engine and the standard library
// only.
package api

import (
	"encoding/json"
	"net/http"
	"time"

	"trappedinart/engine"
)

// States of a job, in their order; the last three are final.
const (
	Queued    = "queued"
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

// Created answers POST /jobs (202). Every later call about the job carries the
// token as "Authorization: Bearer TOKEN".
type Created struct {
	ID    string `json:"id" doc:"Unguessable name of the job"`
	Token string `json:"token" doc:"Secret that every later call about the job needs"`
	Links Links  `json:"links"`
}

// Links are the addresses of a job's parts, as paths.
type Links struct {
	Self   string `json:"self"`
	Events string `json:"events"`
	Result string `json:"result"`
	Recipe string `json:"recipe"`
}

// A Job answers GET /jobs/{id}.
type Job struct {
	ID       string    `json:"id"`
	State    string    `json:"state" enum:"queued,running,done,failed,cancelled"`
	Position int       `json:"position,omitempty" doc:"Place in the queue, from 1, while queued"`
	Progress *Progress `json:"progress,omitempty"`
	Result   *Result   `json:"result,omitempty" doc:"The result, when it is done"`
	Error    *Problem  `json:"error,omitempty" doc:"Why the job failed"`
	Expires  time.Time `json:"expires" doc:"When pictures and result are deleted"`
	Links    Links     `json:"links"`
}

// Progress is a report on the wire, the data of a "progress" event. Every report repeats what
// a run says once, its estimate and notes, so that nobody misses it.
type Progress struct {
	engine.Progress
	Preview []byte `json:"preview,omitempty" doc:"A PNG or JPEG file, in base64"`
}

// A Result describes a finished painting, beside the picture.
type Result struct {
	engine.Result
	Recipe json.RawMessage `json:"recipe" doc:"As it was painted, nothing left to defaults"`
}

// ResultOf returns a result as it is sent.
func ResultOf(r *engine.Result) *Result {
	return &Result{Result: *r, Recipe: r.Recipe.JSON()}
}

// Read returns the result as the engine has it, without its picture.
func (r *Result) Read() (*engine.Result, error) {
	out := r.Result
	var err error
	out.Recipe, err = engine.ParseRecipe(r.Recipe)
	return &out, err
}

// A Queue is the data of a "queued" event.
type Queue struct {
	Position int `json:"position"`
}

// A Problem is an error as RFC 9457 has it, with the engine's code. It is the body
// of every answer of 400 and above and the data of a "failed" event.
type Problem struct {
	Type   string      `json:"type"`
	Title  string      `json:"title" doc:"The meaning of the status"`
	Status int         `json:"status"`
	Detail string      `json:"detail" doc:"A sentence for people, which says what to do"`
	Code   engine.Code `json:"code" doc:"The kind of problem, for programs"`

	Header http.Header `json:"-"` // of the answer
}

// Error, GetStatus, GetHeaders and ContentType let a handler return a Problem as its
// error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the header.
func (p *Problem) GetHeaders() http.Header { return p.Header }

// ContentType returns the media type of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// StaticNetworks is the variable of the page's environment that has the list of networks,
// as GET /weights would answer, with URLs relative to the page, where there is no server.
const StaticNetworks = "STATIC_NETWORKS"

// Weights describes one network that the server has, an element of GET /weights.
type Weights struct {
	Name  string `json:"name" doc:"Its name in a recipe"`
	URL   string `json:"url" doc:"Where its int8 file is, under a name that holds its hash"`
	Bytes int    `json:"bytes" doc:"Size of that file"`
	// Compressed is the length of the file on the way to clients that accept brotli, 0 if it
	// is no shorter or not known yet.
	Compressed int      `json:"compressed_bytes,omitempty" doc:"Its size in brotli, if that is less"`
	Taps       []string `json:"taps" doc:"Layers that can be looked at"`
}

// A Fetch answers GET and POST /weights/fetch: how far the server is with fetching a
// network that it can get, of that name, and whether the client may have it begin.
type Fetch struct {
	Name  string `json:"name" doc:"The network, as a recipe calls it"`
	State string `json:"state" enum:"idle,fetching,checking,quantising,done,failed"`
	Bytes int64  `json:"bytes" doc:"How much of it has come"`
	Total int64  `json:"total_bytes,omitempty" doc:"How much there is, if that is known"`
	// Allowed is true for people on the server's own machine.
	Allowed bool     `json:"allowed" doc:"Whether who asks may have it fetched"`
	Error   *Problem `json:"error,omitempty" doc:"Why it failed, for who may have it fetched"`
}

// States of a Fetch beside Done and Failed.
const (
	FetchIdle       = "idle"
	FetchFetching   = "fetching"
	FetchChecking   = "checking"
	FetchQuantising = "quantising"
)

// Transfer is how many bytes a browser loads to have the file.
func (w Weights) Transfer() int {
	if w.Compressed > 0 {
		return w.Compressed
	}
	return w.Bytes
}

// Health answers GET /healthz: that there is a server, and what it does.
type Health struct {
	Status      string      `json:"status" enum:"ok"`
	KeepSeconds int         `json:"keep_seconds" doc:"How long pictures and results are kept at most"`
	Megapixels  int         `json:"megapixels" doc:"The largest result"`
	Shares      ShareLimits `json:"shares" doc:"Limits of shares"`
}

// Names of the server-sent events of GET /jobs/{id}/events. "done" carries the Job.
const (
	EventQueued   = "queued"
	EventProgress = "progress"
	EventDone     = "done"
	EventFailed   = "failed"
)
