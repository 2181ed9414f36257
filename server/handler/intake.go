package handler

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// An intake is the memory of all uploads under way together. It is taken as bytes arrive,
// so a slow upload holds little.
type intake struct {
	mu   sync.Mutex
	left int64
}

// take takes n bytes if there are so many.
func (in *intake) take(n int) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if int64(n) > in.left {
		return false
	}
	in.left -= int64(n)
	return true
}

func (in *intake) give(n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.left += int64(n)
}

// A taking is the part of an intake that one request has.
type taking struct {
	*intake
	most int // bytes that a part can have
	held int
}

// read reads a part whole.
func (t *taking) read(part io.Reader) ([]byte, error) {
	const first = 16 << 10
	var data []byte
	for {
		if len(data) == cap(data) {
			size := max(min(2*cap(data), t.most+1), first, len(data)+1) // one more is where the end is found
			if !t.take(size) {
				return nil, engine.Errorf(engine.Busy, "Too many pictures are being uploaded at once. Please try again in a minute.")
			}
			t.held += size
			grown := make([]byte, len(data), size)
			copy(grown, data)
			t.give(cap(data))
			t.held -= cap(data)
			data = grown
		}
		n, err := part.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// done gives back what the request has.
func (t *taking) done() { t.give(t.held) }

// An upload is the body of a request that is read part by part.
type upload struct {
	body  io.Reader
	out   *http.ResponseController
	idle  time.Duration // for which nothing may come
	until time.Time     // when all must have come
	head  int           // bytes that the head of a part may still have, while one is read
	parts *multipart.Reader
}

// maxHead bounds the head of one part.
const maxHead = 16 << 10

var errHead = errors.New("the head of a part is too long")

// openUpload makes the request's body ready, of which it reads at most limit bytes.
func openUpload(w http.ResponseWriter, r *http.Request, limit int64, idle, whole time.Duration) (*upload, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, problemWith(http.StatusUnsupportedMediaType, engine.InvalidRequest, "Send the job as multipart/form-data with the parts recipe, content and style.")
	}
	if r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	u := &upload{body: http.MaxBytesReader(w, r.Body, limit), out: http.NewResponseController(w), idle: idle, until: time.Now().Add(whole)}
	u.parts = multipart.NewReader(u, params["boundary"])
	return u, nil
}

// next returns the next part, or io.EOF.
func (u *upload) next() (*multipart.Part, error) {
	u.head = maxHead
	part, err := u.parts.NextPart()
	u.head = -1
	return part, err
}

// done lets the rest of the request take its time. An upload that failed is not let: what
// is left of it is not waited for.
func (u *upload) done() { _ = u.out.SetReadDeadline(time.Time{}) }

// Read reads the body, as long as it comes.
func (u *upload) Read(p []byte) (int, error) {
	if u.head == 0 {
		return 0, errHead
	}
	if u.head > 0 {
		p = p[:min(len(p), u.head)]
	}
	deadline := time.Now().Add(u.idle)
	if deadline.After(u.until) {
		deadline = u.until
	}
	if err := u.out.SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := u.body.Read(p)
	if u.head > 0 {
		u.head -= n
	}
	return n, err
}

// uploadError returns the error for an upload that ended with err.
func uploadError(err error) error {
	var tooLarge *http.MaxBytesError
	var told *engine.Error
	var answered *api.Problem
	switch {
	case errors.As(err, &told), errors.As(err, &answered):
		return err
	case errors.As(err, &tooLarge):
		return engine.Errorf(engine.TooLarge, "The upload is larger than %d MiB. Send smaller pictures.", tooLarge.Limit>>20)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problemWith(http.StatusRequestTimeout, engine.InvalidRequest, "The upload was too slow or stopped. Send it again, over a faster connection or with smaller pictures.")
	case errors.Is(err, errHead):
		return problemWith(http.StatusRequestHeaderFieldsTooLarge, engine.InvalidRequest, "A part of the upload has a header that is too long.")
	}
	return engine.Errorf(engine.InvalidRequest, "The upload ended early or is not multipart/form-data. Send it again.")
}
