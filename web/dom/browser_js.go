package dom

import (
	"net/url"
	"syscall/js"

	"trappedinart/wasm/browser"
)

// Decode is the browser's own decoder.
var Decode = browser.Decode

// KeptFiles are the files that this browser keeps for the worker.
var KeptFiles = browser.KeptFiles

// BaseURL is the page's address, also where it shows a share.
func BaseURL() *url.URL {
	u, err := url.Parse(js.Global().Get("document").Get("baseURI").String())
	if err != nil {
		return &url.URL{}
	}
	u.Path, _, _ = SplitShare(u.Path)
	u.Fragment = ""
	return u
}
