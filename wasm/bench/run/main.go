//go:build !js

// Command run opens a page in headless Chromium and prints what the page reports, until
// it says that it is done:
//
//	run [-page NAME] [-query KEY=VALUE&...] [-timeout 30m] DIR...
//
// The page is NAME.html, in the first folder that has it; the page bench is built in
// and runs bench.wasm in a Web Worker, with the query's keys as its flags, and takes
// wasm_exec.js from a folder too. A page posts lines to /stdout and /stderr, and at
// last, to /end, the sentence that says what went wrong, or nothing.
//
// Every page is isolated from other origins, so that its workers can share memory.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed bench.html bench.js
var builtIn embed.FS

func main() {
	page := flag.String("page", "bench", "name of the page to open")
	query := flag.String("query", "", "what follows the ? in the page's address")
	timeout := flag.Duration("timeout", 30*time.Minute, "how long it may take")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancelTime := context.WithTimeout(ctx, *timeout)
	defer cancelTime()
	err := run(ctx, *page+".html?"+*query, flag.Args())
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("the page %s has not come to an end in %s", *page, *timeout)
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, page string, dirs []string) error {
	files := []fs.FS{builtIn}
	for _, dir := range dirs {
		files = append(files, os.DirFS(dir))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	end := make(chan error, 1)
	stop := func(err error) {
		select {
		case end <- err:
		default: // what came first counts
		}
	}
	server := &http.Server{Handler: handler(files, stop)}
	defer server.Close()
	go func() { _ = server.Serve(listener) }()

	alloc, cancelAlloc := chromedp.NewExecAllocator(ctx,
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	defer cancelAlloc()
	tab, cancelTab := chromedp.NewContext(alloc)
	defer cancelTab()
	err = chromedp.Listen(tab, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			stop(fmt.Errorf("the page fails: %s", exception(e.ExceptionDetails)))
		case *inspector.EventTargetCrashed:
			stop(errors.New("the page has crashed, perhaps for want of memory"))
		}
	})
	if err != nil {
		return err
	}
	if err := chromedp.Do(tab, chromedp.Navigate("http://"+listener.Addr().String()+"/"+page)); err != nil {
		return err
	}
	select {
	case err := <-end:
		return err
	case <-tab.Done():
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errors.New("the browser has ended before the page")
	}
}

func exception(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text
}

// handler serves the files, and takes what the page posts.
func handler(files []fs.FS, stop func(error)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{name...}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		for _, f := range files {
			if info, err := fs.Stat(f, name); err == nil && info.Mode().IsRegular() {
				w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
				w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
				http.ServeFileFS(w, r, f, name)
				return
			}
		}
		http.NotFound(w, r)
		if name != "favicon.ico" {
			stop(fmt.Errorf("there is no %s in the given folders", name))
		}
	})
	post := func(path string, take func(text string)) {
		mux.HandleFunc("POST "+path, func(_ http.ResponseWriter, r *http.Request) {
			if text, err := io.ReadAll(r.Body); err == nil {
				take(strings.TrimSpace(string(text)))
			}
		})
	}
	post("/stdout", func(text string) { fmt.Println(text) })
	post("/stderr", func(text string) { fmt.Fprintln(os.Stderr, text) })
	post("/end", func(text string) {
		if text == "" {
			stop(nil)
			return
		}
		stop(errors.New(text))
	})
	return mux
}
