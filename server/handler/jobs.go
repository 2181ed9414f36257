package handler

import (
	"context"
	"encoding/json"
	"errors"
	"image"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/server/api"
	"trappedinart/server/jobs"
)

func links(id string) api.Links {
	self := "/api/v1/jobs/" + id
	return api.Links{Self: self, Events: self + "/events", Result: self + "/result", Recipe: self + "/recipe"}
}

// A JobInput is what every call about a job brings. It is exported as huma looks only
// into embedded structs that are.
type JobInput struct {
	ID            string `path:"id" maxLength:"64" doc:"The job's id"`
	Authorization string `header:"Authorization" hidden:"true"`
}

func (in *JobInput) token() (string, error) { return bearerToken(in.Authorization) }

// bearerToken returns the token of a header (RFC 6750).
func bearerToken(authorization string) (string, error) {
	scheme, token, ok := strings.Cut(authorization, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", engine.Errorf(engine.Unauthorized, "Send the token as Authorization: Bearer TOKEN.")
	}
	return token, nil
}

type (
	submitInput  struct{ rawInput }
	submitOutput struct {
		Location string `header:"Location" doc:"The job"`
		Body     api.Created
	}
	jobOutput   struct{ Body api.Job }
	eventsInput struct {
		JobInput
		Last string `header:"Last-Event-ID" doc:"The id of the event that was seen last: those after it are sent"`
	}
)

// rawInput gives an operation the request itself, whose body huma leaves alone.
type rawInput struct{ context huma.Context }

// Resolve keeps the context.
func (in *rawInput) Resolve(ctx huma.Context) []error {
	in.context = ctx
	return nil
}

// registerJobs adds the operations on jobs.
func (s *server) registerJobs(a huma.API) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"jobs"}, Security: []map[string][]string{{bearer: {}}}}
	}
	submit := op("submit-job", http.MethodPost, "/api/v1/jobs", "Hand over a painting to be made")
	submit.Security, submit.DefaultStatus = nil, http.StatusAccepted
	submit.Description = "Once this is answered by 202 the job is on disk, and is painted whatever happens to the server and its workers."
	register(s, a, submit, s.submit)
	a.OpenAPI().Paths[submit.Path].Post.RequestBody = jobForm // not before, or huma reads it
	register(s, a, op("get-job", http.MethodGet, "/api/v1/jobs/{id}", "How a job stands"), s.job)
	cancel := op("cancel-job", http.MethodDelete, "/api/v1/jobs/{id}", "Stop a job within one iteration, and remove it and its pictures")
	register(s, a, cancel, s.cancel)
	steer := op("steer-job", http.MethodPut, "/api/v1/jobs/{id}/recipe", "Change the live settings of a job while it is painted")
	steer.MaxBodyBytes = maxSteering
	register(s, a, steer, s.steer)
	events := op("watch-job", http.MethodGet, "/api/v1/jobs/{id}/events", "Events of a job, as server-sent events")
	events.Description = "Events are queued (Queue), progress (Progress), done (Job) and failed (Problem), the last of which ends the stream. " +
		"A slow reader misses some in between, and gets the newest."
	register(s, a, events, s.events)
	stream(a, events.Path, "text/event-stream", &huma.Schema{Type: huma.TypeString})
	result := op("get-result", http.MethodGet, "/api/v1/jobs/{id}/result", "The finished painting, a PNG file")
	register(s, a, result, s.result)
	stream(a, result.Path, "image/png", &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary"})
	for _, of := range []any{api.Queue{}, api.Progress{}} { // of events, which no answer has
		schemaOf(a, of)
	}
}

// jobForm is what a job is handed over as. It is read part by part, and not by huma,
// which would keep all of it.
var jobForm = func() *huma.RequestBody {
	form := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"recipe", string(engine.RoleContent), string(engine.RoleStyle)},
		Properties: map[string]*huma.Schema{
			"recipe": {Type: huma.TypeString, Description: "The recipe, a JSON object; what it leaves out takes the default"},
		},
	}
	for role, several := range engine.PictureRoles {
		if several {
			form.Properties[string(role)] = filesSchema(partDocs[role])
		} else {
			form.Properties[string(role)] = fileSchema(partDocs[role])
		}
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
		Schema: form, Encoding: map[string]*huma.Encoding{"recipe": {ContentType: "application/json"}},
	}}}
}()

// partDocs say what the pictures of a job are.
var partDocs = map[engine.Role]string{
	engine.RoleContent:   "The photograph",
	engine.RoleStyle:     "The paintings to learn from",
	engine.RoleMask:      "Where each style is painted, in the order of the styles: white there; empty for a style without",
	engine.RoleStyleMask: "Which part of each style picture is the style, in the same way",
	engine.RoleKeep:      "Where the photograph stays as it is: white there",
	engine.RolePalette:   "A picture whose colours the painting has, by the recipe's palette_colours",
	engine.RoleStart:     "The picture to start from, of a recipe with start picture",
	engine.RoleSmaller:   "A finished painting of these pictures at a smaller scale of the recipe, as it was saved here, which is gone on from",
}

func fileSchema(doc string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary", Description: doc}
}

func filesSchema(doc string) *huma.Schema {
	most := engine.MaxStyles
	return &huma.Schema{Type: huma.TypeArray, Items: fileSchema(""), MaxItems: &most, Description: doc}
}

// submit takes a job.
func (s *server) submit(ctx context.Context, in *submitInput) (*submitOutput, error) {
	// A full queue refuses a job before its pictures are sent.
	if err := s.Queue.Room(); err != nil {
		return nil, err
	}
	r, w := humago.Unwrap(in.context)
	memory := &taking{intake: s.intake, most: int(s.UploadBytes)}
	defer memory.done()
	u, err := openUpload(w, r, s.UploadBytes, s.UploadIdle, s.UploadTime)
	if err != nil {
		return nil, uploadError(err)
	}
	req, err := readRequest(u, memory)
	if err != nil {
		return nil, uploadError(err)
	}
	u.done()
	if err := s.check(ctx, &req); err != nil {
		return nil, err
	}
	// To read a picture takes much memory, and to keep it some: one at a time.
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for _, p := range pictures(&req) {
		if err := s.decodes(ctx, p.File); err != nil {
			return nil, p.Blame(err)
		}
	}
	id, token, err := s.Queue.Submit(ctx, req)
	if err != nil {
		return nil, err
	}
	return &submitOutput{at(ctx, links(id).Self), api.Created{ID: id, Token: token, Links: links(id)}}, nil
}

// decodes finds out whether a picture can be read, and in a time that others can wait.
func (s *server) decodes(ctx context.Context, f engine.File) error {
	inTime, cancel := context.WithTimeout(ctx, 2*s.UploadIdle)
	defer cancel()
	_, err := s.Decode(inTime, f)
	if inTime.Err() != nil && ctx.Err() == nil {
		return engine.Errorf(engine.TooLarge, "%q takes too long to be read. Save it again as a plain JPEG or PNG, or smaller.", f.Name)
	}
	return err
}

// readRequest reads a job's parts.
func readRequest(u *upload, memory *taking) (engine.Request, error) {
	var req engine.Request
	recipe := false
	for {
		part, err := u.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return req, err
		}
		role := engine.Role(part.FormName())
		isRecipe := role == "recipe" && !recipe
		if !isRecipe && !req.Room(role) {
			return req, engine.Errorf(engine.InvalidRequest, "The part %.40q is unknown, or there are too many of it. A job has recipe, content, up to %d of style, and mask, style_mask, keep, palette, start and smaller.", role, engine.MaxStyles)
		}
		data, err := memory.read(part)
		if err != nil {
			return req, err
		}
		if isRecipe {
			recipe = true
			req.Recipe, err = engine.ParseRecipe(data)
		} else {
			err = req.Add(engine.Part{Role: role, File: file(part, data)})
		}
		if err != nil {
			return req, err
		}
	}
	if !recipe {
		return req, engine.Errorf(engine.InvalidRecipe, "The part recipe is missing.")
	}
	return req, req.Check()
}

func file(part *multipart.Part, data []byte) engine.File {
	name := part.FileName()
	if name == "" {
		name = part.FormName()
	}
	return engine.File{Name: name, Data: data}
}

// pictures are those that a job has; it may lack masks.
func pictures(req *engine.Request) []engine.Part {
	return slices.DeleteFunc(req.Parts(), func(p engine.Part) bool { return len(p.File.Data) == 0 })
}

// check finds out whether the job can be done, from the recipe and the heads of the
// pictures.
func (s *server) check(ctx context.Context, req *engine.Request) error {
	r := &req.Recipe
	network, err := s.Weights.Named(ctx, r.Weights)
	if err != nil {
		return err
	}
	need := transfer.Need{Weights: network, Recipe: r, Checkpoints: true}
	for _, p := range req.Parts() {
		f := p.File
		if len(f.Data) == 0 && (p.Role == engine.RoleMask || p.Role == engine.RoleStyleMask) {
			continue // there is none
		}
		w, h, err := pixel.Size(f)
		if err != nil {
			return p.Blame(err)
		}
		if w*h > s.PictureMegapixels*1e6 {
			return engine.Errorf(engine.TooLarge, "%q has %.1f megapixels; this server takes up to %d. Send a smaller copy.", f.Name, float64(w*h)/1e6, s.PictureMegapixels)
		}
		switch p.Role {
		case engine.RoleContent:
			need.Content = image.Pt(w, h)
		case engine.RoleStyle:
			need.Styles = append(need.Styles, image.Pt(w, h))
		case engine.RoleMask, engine.RoleKeep:
			need.Masks++
		}
	}
	if r.Size == engine.SizeAuto {
		return engine.Errorf(engine.InvalidRecipe, "A server cannot choose the size, because it cannot know how long you would wait. Give the recipe a size in pixels.")
	}
	w, h := pixel.Fit(need.Content.X, need.Content.Y, r.Size)
	if w*h > s.Megapixels*1e6 {
		return engine.Errorf(engine.TooLarge, "The result would have %.1f megapixels; this server makes up to %d. Choose a smaller size.", float64(w*h)/1e6, s.Megapixels)
	}
	_, err = need.Fit(s.MemoryBytes)
	return err
}

func (s *server) job(ctx context.Context, in *JobInput) (*jobOutput, error) {
	token, err := in.token()
	if err != nil {
		return nil, err
	}
	status, err := s.Queue.Status(ctx, in.ID, token)
	if err != nil {
		return nil, err
	}
	j := jobOf(in.ID, status)
	if status.Latest.Data != nil {
		j.Progress = &api.Progress{}
		if err := json.Unmarshal(status.Latest.Data, j.Progress); err != nil {
			return nil, err
		}
		j.Progress.Preview = nil // of the events
	}
	return &jobOutput{j}, nil
}

func jobOf(id string, status jobs.Status) api.Job {
	j := api.Job{ID: id, State: status.State, Position: status.Position, Result: status.Result, Expires: status.Expires, Links: links(id)}
	if status.Err != nil {
		j.Error = problemOf(status.Err)
	}
	return j
}

func (s *server) cancel(ctx context.Context, in *JobInput) (*struct{}, error) {
	token, err := in.token()
	if err != nil {
		return nil, err
	}
	return nil, s.Queue.Cancel(ctx, in.ID, token)
}

// maxSteering bounds the recipe of steer, in bytes.
const maxSteering = 64 << 10

// steerInput is a whole recipe; what it leaves out takes the default.
type steerInput struct {
	JobInput
	Body json.RawMessage
}

func (s *server) steer(ctx context.Context, in *steerInput) (*struct{}, error) {
	token, err := in.token()
	if err != nil {
		return nil, err
	}
	r, err := engine.ParseRecipe(in.Body)
	if err != nil {
		return nil, err
	}
	return nil, s.Queue.Steer(ctx, in.ID, token, r)
}

// result sends the finished picture as it comes from the store.
func (s *server) result(ctx context.Context, in *JobInput) (*huma.StreamResponse, error) {
	token, err := in.token()
	if err != nil {
		return nil, err
	}
	png, size, err := s.Queue.Result(ctx, in.ID, token)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer png.Close()
		_, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		if _, err := io.Copy(patient{w, http.NewResponseController(w)}, png); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a result was not sent whole", "job", in.ID, "err", err)
		}
	}}, nil
}

// writePatience is how long one piece of an answer may take to be read.
const writePatience = 30 * time.Second

// patient writes an answer as long as the client goes on reading it.
type patient struct {
	w   io.Writer
	out *http.ResponseController
}

func (p patient) Write(data []byte) (int, error) {
	if err := p.out.SetWriteDeadline(time.Now().Add(writePatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.w.Write(data)
}
