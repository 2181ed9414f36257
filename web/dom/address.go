package dom

import (
	"net/url"
	"strings"
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// SplitShare takes a path of a share apart: where the page is, and the share's id.
func SplitShare(path string) (base, id string, ok bool) {
	i := strings.LastIndex(path, "/s/")
	if i < 0 {
		return path, "", false
	}
	id = path[i+len("/s/"):]
	if id == "" || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return path, "", false
	}
	return path[:i+1], id, true
}

// Resolve returns the address of a path beside the page, which may stand under any path. Rendering
// asks for a dozen.
func Resolve(path string) string {
	return first().ResolveReference(&url.URL{Path: path}).String()
}

// first is the page's address when it was first asked for; what is beside the page does not change.
var first = sync.OnceValue(BaseURL)

// HostName is where the page came from.
func HostName() string { return BaseURL().Host }

// SetAddress changes what the address bar has.
func SetAddress(address string) {
	app.Window().Get("history").Call("replaceState", nil, "", address)
}
