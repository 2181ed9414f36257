package main

import (
	"net/url"
	"syscall/js"

	"trappedinart/wasm/browser"
)

// decodePicture is the browser's own decoder.
var decodePicture = browser.Decode

// keptFiles are the files that this browser keeps for the worker.
var keptFiles = browser.KeptFiles

// baseURL is the page's address, also where it shows a share.
func baseURL() *url.URL {
	u, err := url.Parse(js.Global().Get("document").Get("baseURI").String())
	if err != nil {
		return &url.URL{}
	}
	u.Path, _, _ = splitShare(u.Path)
	u.Fragment = ""
	return u
}
