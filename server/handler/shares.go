package handler

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
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
	"trappedinart/web/envelope"
)

// The days of shareInput.
const shareDays, maxShareDays = 30, 90

type (
	shareInput struct {
		rawInput
		Days int `query:"days" minimum:"1" maximum:"90" default:"30" doc:"How long it is kept"`
	}
	shareOutput struct {
		Location string `header:"Location" doc:"The share"`
		Body     api.Shared
	}
	sharedInput struct {
		rawInput
		ID string `path:"id" maxLength:"64" doc:"The share's id"`
	}
	unshareInput struct {
		ID            string `path:"id" maxLength:"64" doc:"The share's id"`
		Authorization string `header:"Authorization" hidden:"true"`
	}
)

// registerShares adds the operations on shares.
func (s *server) registerShares(a huma.API) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"shares"}}
	}
	share := op("share", http.MethodPost, "/api/v1/shares", "Keep a sealed picture for who has its link")
	share.DefaultStatus = http.StatusCreated
	share.Description = "The client encrypts a share before, as package envelope does it: the server has no key."
	register(s, a, share, s.share)
	binary := &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary"}
	a.OpenAPI().Paths[share.Path].Post.RequestBody = &huma.RequestBody{ // not before, or huma reads it
		Required: true, Description: "A sealed envelope", Content: map[string]*huma.MediaType{sealedType: {Schema: binary}},
	}
	get := op("get-share", http.MethodGet, "/api/v1/shares/{id}", "The sealed picture")
	register(s, a, get, s.shared)
	stream(a, get.Path, sealedType, binary)
	remove := op("delete-share", http.MethodDelete, "/api/v1/shares/{id}", "Delete a share before it expires, with its delete token")
	remove.Security = []map[string][]string{{bearer: {}}}
	register(s, a, remove, s.unshare)
}

const sealedType = "application/octet-stream"

// share keeps what comes, a piece at a time.
func (s *server) share(ctx context.Context, in *shareInput) (*shareOutput, error) {
	r, w := humago.Unwrap(in.context)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != sealedType {
		return nil, problemWith(http.StatusUnsupportedMediaType, engine.InvalidRequest, "Send the sealed picture as "+sealedType+".")
	}
	if r.ContentLength > s.ShareBytes {
		return nil, s.shareError(&http.MaxBytesError{Limit: s.ShareBytes})
	}
	if !s.intake.take(shares.PieceBytes) {
		return nil, engine.Errorf(engine.Busy, "Too many pictures are being uploaded at once. Please try again in a minute.")
	}
	defer s.intake.give(shares.PieceBytes)
	u := &upload{
		body: http.MaxBytesReader(w, r.Body, s.ShareBytes), out: http.NewResponseController(w),
		idle: s.UploadIdle, until: time.Now().Add(s.UploadTime), head: -1,
	}
	body := bufio.NewReader(u)
	if head, err := body.Peek(envelope.Overhead); err != nil && !errors.Is(err, io.EOF) {
		return nil, s.shareError(err)
	} else if !envelope.IsSealed(head) {
		return nil, engine.Errorf(engine.InvalidRequest, "A share must be encrypted, and this is not. The server takes no picture that it could look at.")
	}
	share, token, err := s.Shares.Put(ctx, body, r.ContentLength, time.Duration(in.Days)*24*time.Hour)
	if errors.Is(err, shares.ErrRead) {
		return nil, s.shareError(err)
	}
	if err != nil {
		return nil, err
	}
	u.done()
	links := api.ShareLinks{Self: "/api/v1/shares/" + share.ID, Page: "/s/" + share.ID}
	return &shareOutput{at(ctx, links.Self), api.Shared{ID: share.ID, DeleteToken: token, Expires: share.Expires, Links: links}}, nil
}

// shareError returns the error for an upload that ended with err.
func (s *server) shareError(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return engine.Errorf(engine.TooLarge, "A share has at most %d MiB on this server. Share a smaller picture, or leave the photograph out.", s.ShareBytes>>20)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return uploadError(err)
	}
	return engine.Errorf(engine.InvalidRequest, "The upload ended early. Send it again.")
}

// shared sends a share as it comes from the store. Only the browser keeps it, and not
// beyond its time: what its owner deletes must not go on in somebody's proxy.
func (s *server) shared(ctx context.Context, in *sharedInput) (*huma.StreamResponse, error) {
	share, err := s.Shares.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		h, tag := w.Header(), `"`+share.ID+`"`
		h.Set("Cache-Control", fmt.Sprintf("private, max-age=%d, immutable", int(time.Until(share.Expires).Seconds())))
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", sealedType)
		h.Set("Content-Length", strconv.FormatInt(share.Size, 10))
		if r.Method == http.MethodHead {
			return
		}
		if err := s.Shares.Write(ctx, patient{w, http.NewResponseController(w)}, share); err != nil {
			if ctx.Err() == nil {
				s.Log.WarnContext(ctx, "a share was not sent whole", "err", err)
			}
			panic(http.ErrAbortHandler) // the client must not take it for whole
		}
	}}, nil
}

func (s *server) unshare(ctx context.Context, in *unshareInput) (*struct{}, error) {
	token, err := bearerToken(in.Authorization)
	if err != nil {
		return nil, err
	}
	return nil, s.Shares.Delete(ctx, in.ID, token)
}
