package browser

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall/js"

	"trappedinart/internal/promise"
)

// A Fetched is the answer to a request for a file.
type Fetched struct {
	Status int
	From   int64 // place in the file at which the body begins
	Body   io.ReadCloser
}

// Fetch asks for the file at that address from a place on. If it is kept elsewhere the
// browser's own cache is left out, so that there are no two copies of it.
func Fetch(ctx context.Context, address string, from int64, kept bool) (*Fetched, error) {
	options := map[string]any{}
	if kept {
		options["cache"] = "no-store"
	}
	if from > 0 {
		options["headers"] = map[string]any{"Range": fmt.Sprintf("bytes=%d-", from)}
	}
	answer, read, err := Ask(ctx, address, options)
	if err != nil {
		return nil, err
	}
	f := &Fetched{Status: answer.Get("status").Int(), Body: read}
	if f.Status == 206 {
		if f.From, err = rangeStart(answer.Get("headers").Call("get", "Content-Range")); err != nil {
			f.Body.Close()
			return nil, err
		}
	}
	return f, nil
}

// Ask calls the browser's fetch with these options, and returns the Response and what reads
// its body. Closing the body ends the request.
func Ask(ctx context.Context, address string, options map[string]any) (js.Value, io.ReadCloser, error) {
	abort := js.Global().Get("AbortController").New()
	options["signal"] = abort.Get("signal")
	answer, err := promise.Await(ctx, js.Global().Call("fetch", address, options))
	if err != nil {
		abort.Call("abort")
		return js.Value{}, nil, err
	}
	if !answer.Get("body").Truthy() { // as that of 204
		return answer, io.NopCloser(strings.NewReader("")), nil
	}
	return answer, &body{ctx: ctx, abort: abort, reader: answer.Get("body").Call("getReader")}, nil
}

// rangeStart reads "bytes 5-9/10".
func rangeStart(header js.Value) (int64, error) {
	text := promise.Text(header)
	rest, ok := strings.CutPrefix(text, "bytes ")
	start, _, _ := strings.Cut(rest, "-")
	n, err := strconv.ParseInt(start, 10, 64)
	if !ok || err != nil {
		return 0, fmt.Errorf("browser: a range %.80q", text)
	}
	return n, nil
}

// body reads an answer's body as it comes.
type body struct {
	ctx    context.Context
	abort  js.Value
	reader js.Value
	chunk  js.Value // a Uint8Array, of which the first bytes were read
	read   int
}

func (b *body) Read(p []byte) (int, error) {
	for !b.chunk.Truthy() || b.read == b.chunk.Length() {
		next, err := promise.Await(b.ctx, b.reader.Call("read"))
		if err != nil {
			return 0, err
		}
		if next.Get("done").Bool() {
			return 0, io.EOF
		}
		b.chunk, b.read = next.Get("value"), 0
	}
	n := js.CopyBytesToGo(p, b.chunk.Call("subarray", b.read))
	b.read += n
	return n, nil
}

// Close ends the request, if it has not ended by itself.
func (b *body) Close() error {
	b.abort.Call("abort")
	return nil
}
