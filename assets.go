// Package trappedinart is the root of Trapped in Art. It holds the shell of the page,
// which stands beside it because it is written by hand; everything else is below.
package trappedinart

import _ "embed"

// Index is index.html, the page's shell.
//
//go:embed index.html
var Index []byte
