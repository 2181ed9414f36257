package runner

import "net/http"

// A Client sends requests: an *http.Client, or in the browser its fetch, which spares the
// page the whole of net/http's transport with TLS: 6.6 of 14.8 MB.
type Client interface {
	Do(req *http.Request) (*http.Response, error)
}
