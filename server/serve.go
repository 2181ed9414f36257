package main

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"trappedinart/engine/pixel"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/site"
)

// newServeCommand serves the page, the weights and the jobs.
func newServeCommand() *cobra.Command {
	var (
		listen  listenFlags
		logs    logFlags
		compute computeFlags
		nats    natsFlags
		worker  workerFlags
		workers int
		queue   jobs.Options
		limits  limitFlags

		proxies handler.Networks
		metrics = handler.Loopback()
	)
	cmd := &cobra.Command{Use: "serve", Short: "Serve the page, and paint what people hand over", Args: cobra.NoArgs}
	f := cmd.Flags()
	f.Var(&proxies, "trusted-proxies", "addresses of reverse proxies, with commas between them, whose X-Forwarded-For and X-Forwarded-Proto are believed")
	f.Var(&metrics, "metrics-from", "addresses that are given /metrics, with commas between them")
	f.IntVar(&workers, "workers", 1, "workers in this process, 0 to 64; each paints one job at a time")
	f.DurationVar(&queue.Silence, "worker-silence", 15*time.Second, "after how long a worker that is not heard of loses its job to another, from 1s")
	limits.add(cmd, &queue)
	nats.addServer(cmd)
	worker.add(cmd)
	compute.add(cmd)
	listen.add(cmd)
	logs.add(cmd)
	configurable(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := limits.check(&queue); err != nil {
			return err
		}
		if err := worker.check(); err != nil {
			return err
		}
		if workers < 0 || workers > 64 || queue.Silence < time.Second {
			return wrongUse("Workers go from 0 to 64, and their silence from 1s.")
		}
		networks := compute.store()
		if err := os.MkdirAll(networks.Dir, 0o700); err != nil {
			return unwritable("The data directory "+networks.Dir, err)
		}
		pages, err := site.New()
		if err != nil {
			return err
		}
		log, err := logs.logger(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		s, err := nats.open(cmd.Context(), compute.data, log)
		if err != nil {
			return err
		}
		defer s.Close()
		queue.Replicas = nats.replicas
		q, err := jobs.NewQueue(cmd.Context(), s.JetStream(), log, queue)
		if err != nil {
			return err
		}
		defer q.Close()
		shelf, err := shares.Open(cmd.Context(), s.JetStream(), limits.shares(nats.replicas))
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancel(cmd.Context())
		var painting sync.WaitGroup
		defer painting.Wait()
		defer stop()
		for range workers {
			w, err := worker.make(s, &compute, log)
			if err != nil {
				return err
			}
			painting.Go(func() {
				if err := w.Run(ctx); err != nil {
					log.Error("a worker ended", "err", err)
				}
			})
		}
		config := limits.config()
		config.Site, config.Weights, config.Queue, config.Decode, config.Log, config.Keep, config.MemoryBytes = pages, networks, q, pixel.Decode, log, queue.Keep, worker.memory()
		config.Shares, config.Proxies, config.MetricsFrom, config.Metrics = shelf, proxies, metrics, []prometheus.Collector{q, shelf}
		ending, end := context.WithCancel(context.Background())
		defer end()
		config.Ending = ending
		return listen.serve(cmd, log, limits.connections, pages.Ready(), handler.New(config), end)
	}
	return cmd
}
