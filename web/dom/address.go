package dom

import (
	"net/url"
	"strings"

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

// Resolve returns the address of a path beside the page, which may stand under any path.
func Resolve(path string) string {
	return BaseURL().ResolveReference(&url.URL{Path: path}).String()
}

// HostName is where the page came from.
func HostName() string { return BaseURL().Host }

// SetAddress changes what the address bar has.
func SetAddress(address string) {
	app.Window().Get("history").Call("replaceState", nil, "", address)
}
