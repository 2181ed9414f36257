package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/site"
)

// newServeCommand serves the page, the weights and the jobs.
func newServeCommand() *cobra.Command {
	var (
		addr       string
		compute    computeFlags
		queue      jobs.Options
		uploadMiB  int
		megapixels int
		memoryGiB  int
	)
	cmd := &cobra.Command{Use: "serve", Short: "Serve the page, and paint what people hand over", Args: cobra.NoArgs}
	f := cmd.Flags()
	f.StringVar(&addr, "addr", "127.0.0.1:8080", "the address to listen on")
	f.IntVar(&queue.Waiting, "limit-queue", 16, "jobs that may wait")
	f.DurationVar(&queue.Keep, "limit-keep", 24*time.Hour, "how long a job and its result are kept")
	f.IntVar(&uploadMiB, "limit-upload", 64, "the most that a job may upload, in MiB")
	f.IntVar(&megapixels, "limit-megapixels", 16, "the most that a job's result may have, in millions of pixels")
	f.IntVar(&memoryGiB, "limit-memory", 8, "the most memory that a job may take, in GiB; larger pictures are painted in blocks")
	compute.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if queue.Waiting < 1 || queue.Keep < time.Minute || uploadMiB < 1 || uploadMiB > 1024 || megapixels < 1 || megapixels > 64 || memoryGiB < 1 || memoryGiB > 1<<20 {
			return wrongUse("A limit is out of range: queue from 1, keep from 1m, upload from 1 to 1024, megapixels from 1 to 64, memory from 1.")
		}
		be, err := compute.backend()
		if err != nil {
			return err
		}
		store := compute.store()
		if err := os.MkdirAll(store.Dir, 0o700); err != nil {
			return unwritable("The data directory "+store.Dir, err)
		}
		pages, err := site.New()
		if err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
		q := jobs.NewLocal(&transfer.Runner{Backend: be, Weights: store.Named, Decode: pixel.Decode, MemoryBudget: int64(memoryGiB) << 30}, log, queue)
		defer q.Close()
		return serve(cmd, addr, pages.Ready(), handler.New(handler.Config{
			Site: pages, Weights: store, Queue: q, Decode: pixel.Decode, Log: log,
			UploadBytes: int64(uploadMiB) << 20, Megapixels: megapixels, Keep: queue.Keep, MemoryBytes: int64(memoryGiB) << 30,
		}))
	}
	return cmd
}

// serve listens until the command's context ends, and then lets requests finish.
func serve(cmd *cobra.Command, addr string, ready bool, h http.Handler) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("Cannot listen on %s (%v); choose another address with --addr.", addr, err), Err: err}
	}
	if !ready {
		fmt.Fprintln(cmd.ErrOrStderr(), "This program was built without the page; make build puts it in. The API works.")
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Trapped in Art is at http://%s\n", shown(listener.Addr()))
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // an upload over a slow line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(cmd.ErrOrStderr(), nil), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return cmd.Context() }, // event streams end with it
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-cmd.Context().Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// shown is the address as a person types it: localhost for this machine.
func shown(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
