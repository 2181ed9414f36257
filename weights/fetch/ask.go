//go:build !js

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"trappedinart/engine"
)

// How long a server may take to be reached and to begin its answer.
const (
	dialTimeout   = 5 * time.Second
	answerTimeout = 30 * time.Second
)

// ask sends the request for the file, from the byte after those there are if they are
// of the version that the server has.
func (d *Download) ask(ctx context.Context, have int64, version string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.from(), nil)
	if err != nil {
		return nil, engine.Errorf(engine.InvalidRequest, "%.200q is no address.", d.from())
	}
	request.Header.Set("Accept-Encoding", "identity") // bytes are counted
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		request.Header.Set("If-Range", version)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	transport.TLSHandshakeTimeout = dialTimeout
	transport.ResponseHeaderTimeout = answerTimeout
	transport.DisableKeepAlives = true
	answer, err := (&http.Client{Transport: transport}).Do(request)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, engine.Errorf(engine.Unavailable, "%s cannot be reached (%w); %s", d.from(), cause(err), d.instead())
	}
	return answer, nil
}

// instead says what to do without the server.
func (d *Download) instead() string {
	return fmt.Sprintf("download %s on a machine with internet, and run trapped networks import FILE on it; meanwhile the small network works.", d.URL)
}

// cause is an error of the network without the address, which is said already.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// begins returns the first byte of a partial answer, or -1.
func begins(answer *http.Response) int64 {
	var first int64
	if _, err := fmt.Sscanf(answer.Header.Get("Content-Range"), "bytes %d-", &first); err != nil {
		return -1
	}
	return first
}
