//go:build !js

// Command run opens a page in headless Chromium and prints what the page reports, until
// it says that it is done:
//
//	run [-page NAME] [-query KEY=VALUE&...] [-timeout 30m] [-gpu ADAPTER] DIR...
//
// The page is NAME.html, in the first folder that has it; the page bench is built in
// and runs bench.wasm in a Web Worker, with the query's keys as its flags, and takes
// wasm_exec.js from a folder too. A page posts lines to /stdout and /stderr, and at
// last, to /end, the sentence that says what went wrong, or nothing.
//
// With -gpu pages have WebGPU, by SwiftShader, a program, if that is swiftshader, or by
// the machine's own if that is real.
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
	gpu := flag.String("gpu", "", "swiftshader or real: the GPU that pages have, if any")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancelTime := context.WithTimeout(ctx, *timeout)
	defer cancelTime()
	err := run(ctx, *page+".html?"+*query, *gpu, flag.Args())
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

// graphics are the flags for the GPU that pages have.
func graphics(gpu string) ([]chromedp.ExecAllocatorOption, error) {
	on := []chromedp.ExecAllocatorOption{chromedp.Flag("enable-unsafe-webgpu", true), chromedp.Flag("enable-features", "Vulkan")}
	switch gpu {
	case "":
		return []chromedp.ExecAllocatorOption{chromedp.DisableGPU}, nil
	case "swiftshader":
		return append(on, chromedp.Flag("use-webgpu-adapter", "swiftshader")), nil
	case "real":
		return on, nil
	}
	return nil, fmt.Errorf("there is no GPU %q; choose swiftshader or real", gpu)
}

func run(ctx context.Context, page, gpu string, dirs []string) error {
	flags, err := graphics(gpu)
	if err != nil {
		return err
	}
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

	alloc, cancelAlloc := chromedp.NewExecAllocator(ctx, append(flags,
		chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)...)
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
