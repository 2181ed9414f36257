package handler

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/server/shares"
	"trappedinart/share"
)

const day = 24 * time.Hour

type (
	shareInput struct {
		rawInput
		Days int `query:"days" minimum:"1" maximum:"90" default:"30" doc:"For how many days it is kept"`
	}
	shareOutput struct {
		Location string `header:"Location" doc:"The envelope"`
		Body     api.Shared
	}
)

// A ShareInput is what every call about a share brings.
type ShareInput struct {
	ID            string `path:"id" maxLength:"64" doc:"The share's id"`
	Authorization string `header:"Authorization" hidden:"true"`
}

// registerShares adds the operations on shares, and the page that opens them.
func (s *server) registerShares(a huma.API, mux *http.ServeMux) {
	envelope := &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary", Description: "What package share makes: AES-256-GCM, whose key the server never has"}
	put := huma.Operation{
		OperationID: "share", Method: http.MethodPost, Path: "/api/v1/shares", DefaultStatus: http.StatusCreated, Tags: []string{"shares"},
		Summary:     "Keep an encrypted picture, for whoever has the link and its key",
		Description: "The server keeps ciphertext and cannot open it. The link is the page's, with the key after #, which browsers do not send.",
	}
	register(s, a, put, s.share)
	a.OpenAPI().Paths[put.Path].Post.RequestBody = &huma.RequestBody{
		Required: true, Content: map[string]*huma.MediaType{octets: {Schema: envelope}},
	}
	get := huma.Operation{
		OperationID: "get-share", Method: http.MethodGet, Path: "/api/v1/shares/{id}", Tags: []string{"shares"},
		Summary: "The envelope of a share, as it was handed over",
	}
	register(s, a, get, s.shared)
	stream(a, get.Path, octets, envelope)
	register(s, a, huma.Operation{
		OperationID: "remove-share", Method: http.MethodDelete, Path: get.Path, Tags: []string{"shares"}, Security: []map[string][]string{{bearer: {}}},
		Summary: "Remove a share; browsers that have opened it may keep what they have",
	}, s.unshare)
	mux.HandleFunc("GET /s/{id}", func(w http.ResponseWriter, r *http.Request) {
		page := *r
		if shares.ValidID(r.PathValue("id")) { // whether there is such a share the page finds out
			u := *r.URL
			u.Path, u.RawPath = "/", ""
			page.URL = &u
		}
		s.Site.ServeHTTP(w, &page)
	})
}

const octets = "application/octet-stream"

// share takes an envelope.
func (s *server) share(ctx context.Context, in *shareInput) (*shareOutput, error) {
	r, w := humago.Unwrap(in.context)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != octets {
		return nil, problemWith(http.StatusUnsupportedMediaType, engine.InvalidRequest, "Send the envelope as "+octets+".")
	}
	body, err := openBody(w, r, s.ShareBytes, s.UploadIdle, s.UploadTime)
	if err != nil {
		return nil, shareError(err)
	}
	memory := &taking{intake: s.intake, most: int(s.ShareBytes)}
	defer memory.done()
	envelope, err := memory.read(body)
	if err != nil {
		return nil, shareError(err)
	}
	body.done()
	if err := share.Check(envelope); err != nil {
		return nil, err
	}
	c, err := s.Shares.Put(ctx, envelope, time.Duration(in.Days)*day)
	if err != nil {
		return nil, err
	}
	links := api.SharedLinks{Self: "/api/v1/shares/" + c.ID, Page: "/s/" + c.ID}
	return &shareOutput{links.Self, api.Shared{ID: c.ID, DeleteToken: c.Token, Expires: c.Expires, Links: links}}, nil
}

// shareError says what is wrong with an envelope that could not be read.
func shareError(err error) error {
	var tooLarge *http.MaxBytesError
	var told *engine.Error
	switch {
	case errors.As(err, &told):
		return err
	case errors.As(err, &tooLarge):
		return engine.Errorf(engine.TooLarge, "The pictures take more than %d MiB together; share them smaller, or without the photograph.", tooLarge.Limit>>20)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return uploadError(err)
	}
	return engine.Errorf(engine.InvalidRequest, "The envelope ended early; send it again.")
}

// shared sends an envelope. It never changes, so browsers keep it; others on the way do
// not, as a share can be removed.
func (s *server) shared(ctx context.Context, in *ShareInput) (*huma.StreamResponse, error) {
	found, err := s.Shares.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		h, tag := w.Header(), `"`+found.ID+`"`
		h.Set("Cache-Control", fmt.Sprintf("private, max-age=%d, immutable", max(0, int(time.Until(found.Expires).Seconds()))))
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", octets)
		h.Set("Content-Length", strconv.FormatInt(found.Size, 10))
		w.WriteHeader(http.StatusOK)
		if r.Method == http.MethodHead {
			return
		}
		if err := s.Shares.Copy(ctx, w, found); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a share was not sent whole", "err", err)
		}
	}}, nil
}

func (s *server) unshare(ctx context.Context, in *ShareInput) (*struct{}, error) {
	token, err := bearerToken(in.Authorization, "the share's delete token")
	if err != nil {
		return nil, err
	}
	return nil, s.Shares.Delete(ctx, in.ID, token)
}
