//go:build !js

package runner

import "net/http"

// HTTPClient is the standard library's.
var HTTPClient Client = http.DefaultClient
