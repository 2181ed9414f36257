package runner

import (
	"io"
	"net/http"
	"syscall/js"

	"trappedinart/wasm/browser"
)

// HTTPClient asks the browser.
var HTTPClient Client = fetcher{}

type fetcher struct{}

func (fetcher) Do(req *http.Request) (*http.Response, error) {
	headers := map[string]any{}
	for name := range req.Header {
		headers[name] = req.Header.Get(name)
	}
	options := map[string]any{"method": req.Method, "headers": headers, "credentials": "omit", "cache": "no-cache"}
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
		options["body"] = browser.Array(data)
	}
	answer, body, err := browser.Ask(req.Context(), req.URL.String(), options)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	add := js.FuncOf(func(_ js.Value, args []js.Value) any {
		header.Add(args[1].String(), args[0].String())
		return nil
	})
	defer add.Release()
	answer.Get("headers").Call("forEach", add)
	return &http.Response{StatusCode: answer.Get("status").Int(), Header: header, Body: body, Request: req}, nil
}
