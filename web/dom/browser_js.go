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

// BaseURL is the page's address, also where it shows a share: what is beside the page is beside it.
func BaseURL() *url.URL {
	u, err := url.Parse(js.Global().Get("location").Get("href").String())
	if err != nil {
		return &url.URL{}
	}
	u.Path, _, _ = SplitShare(u.Path)
	u.Fragment = ""
	return u
}

// Processors is how many this device has, as far as the browser says.
func Processors() int {
	if n := js.Global().Get("navigator").Get("hardwareConcurrency"); n.Type() == js.TypeNumber {
		return max(1, n.Int())
	}
	return 1
}

// Shares says whether workers of this page may share memory, and so paint together.
func Shares() bool { return js.Global().Get("crossOriginIsolated").Truthy() }

// Slow says whether this device is one that does without what is expensive: of fewer than
// four processors, or of 2 GB of memory at most, where the browser says so.
func Slow() bool {
	n := js.Global().Get("navigator")
	cores, memory := n.Get("hardwareConcurrency"), n.Get("deviceMemory")
	return cores.Type() == js.TypeNumber && cores.Int() < 4 || memory.Type() == js.TypeNumber && memory.Float() <= 2
}
