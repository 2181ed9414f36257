package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine/pixel"
	"trappedinart/server/jobs"
	"trappedinart/server/service"
	"trappedinart/server/shares"
)

// serveFlags are the flags of trapped serve.
type serveFlags struct {
	listen  listenFlags
	logs    logFlags
	compute computeFlags
	nats    natsFlags
	worker  workerFlags
	limits  limitFlags
	fetch   fetchFlags
	queue   jobs.Options
	workers int
}

// newServeCommand serves the page, the networks and the jobs.
func newServeCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{Use: "serve", Short: "Serve the page and paint the jobs that people submit", Args: cobra.NoArgs}
	cmd.Flags().IntVar(&f.workers, "workers", 1, "workers in this process, 0 to 64; each paints one job at a time")
	cmd.Flags().DurationVar(&f.queue.Silence, "worker-silence", 15*time.Second, "how long a silent worker keeps its job before another takes it, at least 1s")
	f.limits.add(cmd, &f.queue)
	f.nats.addServer(cmd)
	f.worker.add(cmd)
	f.compute.add(cmd, fastest)
	f.fetch.add(cmd)
	f.listen.add(cmd)
	f.logs.add(cmd)
	configurable(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		opt, err := f.options(cmd.Context(), cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		if err := os.MkdirAll(f.compute.store().Dir, 0o700); err != nil {
			return unwritable("The data directory "+f.compute.store().Dir, err)
		}
		s, err := service.Open(cmd.Context(), opt)
		if err != nil {
			return err
		}
		f.fetch.begin(opt.Handler.Fetcher, opt.Log)
		fmt.Fprintf(cmd.OutOrStdout(), "Trapped in Art is at %s\n", s.URL())
		return errors.Join(s.Wait(cmd.Context()), s.Close())
	}
	return cmd
}

func (f *serveFlags) check() error {
	return within(between("workers", f.workers, 0, 64, ""), atLeast("worker-silence", f.queue.Silence, time.Second))
}

// options returns what the flags ask for, with a log that goes to w.
func (f *serveFlags) options(ctx context.Context, w io.Writer) (service.Options, error) {
	var none service.Options
	if err := cmp.Or(f.check(), f.limits.check(&f.queue), f.nats.check(), f.worker.check(), f.listen.check()); err != nil {
		return none, err
	}
	log, err := f.logs.open(w)
	if err != nil {
		return none, err
	}
	fetcher, err := f.fetch.fetcher(&f.compute, log)
	if err != nil {
		return none, err
	}
	f.queue.Replicas = f.nats.replicas
	opt := service.Options{
		Listen: f.listen.Listen, Store: f.nats.options(f.compute.data, log), Queue: f.queue, Handler: f.limits.config(), Log: log,
		Shares: shares.Options{Bytes: int64(f.limits.sharesGiB) << 30, Replicas: f.nats.replicas},
	}
	opt.Handler.MemoryBytes, opt.Handler.Weights, opt.Handler.Fetcher, opt.Handler.Decode = f.worker.memory(), fetcher.Store, fetcher, pixel.Decode
	f.listen.config(&opt.Handler)
	for range f.workers {
		painter, err := f.worker.make(ctx, &f.compute, log)
		if err != nil {
			return none, err
		}
		opt.Workers = append(opt.Workers, painter)
	}
	return opt, nil
}
