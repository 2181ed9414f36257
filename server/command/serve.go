package command

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine/pixel"
	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/site"
	"trappedinart/server/store"
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
		getting fetchFlags
	)
	cmd := &cobra.Command{Use: "serve", Short: "Serve the page, and paint what people hand over", Args: cobra.NoArgs}
	f := cmd.Flags()
	f.IntVar(&workers, "workers", 1, "workers in this process, 0 to 64; each paints one job at a time")
	f.DurationVar(&queue.Silence, "worker-silence", 15*time.Second, "after how long a worker that is not heard of loses its job to another, from 1s")
	limits.add(cmd, &queue)
	nats.addServer(cmd)
	worker.add(cmd)
	compute.add(cmd)
	getting.add(cmd)
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
		if err := listen.check(); err != nil {
			return err
		}
		log, err := logs.open(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		fetcher, err := getting.fetcher(&compute, log)
		if err != nil {
			return err
		}
		networks := fetcher.Store
		if err := os.MkdirAll(networks.Dir, 0o700); err != nil {
			return unwritable("The data directory "+networks.Dir, err)
		}
		pages, err := site.New()
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
		shared, err := shares.Open(cmd.Context(), s.JetStream(), shares.Options{Bytes: int64(limits.sharesGiB) << 30, Replicas: nats.replicas})
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancel(cmd.Context())
		var painting sync.WaitGroup
		defer painting.Wait()
		defer stop()
		if err := worker.paint(ctx, &painting, workers, s, &compute, log); err != nil {
			return err
		}
		painting.Go(func() { fetcher.Run(ctx) })
		getting.begin(fetcher, log)
		config := limits.config()
		config.Shares, config.MemoryBytes = shared, worker.memory()
		config.Site, config.Weights, config.Fetcher, config.Queue, config.Decode, config.Log, config.Keep = pages, networks, fetcher, q, pixel.Decode, log, queue.Keep
		closing := make(chan struct{})
		config.Closing = closing
		listen.config(&config)
		if !pages.Ready() {
			log.Warn("This program was built without the page; make build puts it in. The API works.")
		}
		return listen.serve(cmd, log, closing, handler.New(config))
	}
	return cmd
}

// paint has so many workers paint until ctx ends, each in a goroutine of the group.
func (f *workerFlags) paint(ctx context.Context, group *sync.WaitGroup, workers int, s *store.Store, compute *computeFlags, log *slog.Logger) error {
	for range workers {
		w, err := f.make(s, compute, log)
		if err != nil {
			return err
		}
		group.Go(func() {
			if err := w.Run(ctx); err != nil {
				log.Error("a worker ended", "err", err)
			}
		})
	}
	return nil
}

// limitFlags bound what people can ask for.
type limitFlags struct {
	uploadMiB, intakeMiB, diskGiB int
	pictureMegapixels, megapixels int
	shareMiB, sharesGiB           int
}

func (l *limitFlags) add(cmd *cobra.Command, queue *jobs.Options) {
	f := cmd.Flags()
	f.IntVar(&queue.Jobs, "limit-queue", 16, "jobs that may wait and be painted at once")
	f.DurationVar(&queue.Keep, "limit-keep", 24*time.Hour, "how long a job and its result are kept, from 1m")
	f.IntVar(&l.diskGiB, "limit-disk", 4, "the most disk that pictures, checkpoints and results of all jobs take, in GiB")
	f.IntVar(&l.uploadMiB, "limit-upload", 64, "the most that a job may upload, in MiB, 1 to 1024")
	f.IntVar(&l.intakeMiB, "limit-uploads", 256, "the most memory that all uploads under way take, in MiB")
	f.IntVar(&l.pictureMegapixels, "limit-picture", 32, "the most that an uploaded picture may have, in millions of pixels, 1 to 64")
	f.IntVar(&l.megapixels, "limit-megapixels", 16, "the most that a job's result may have, in millions of pixels, 1 to 64")
	f.IntVar(&l.shareMiB, "limit-share", 32, "the most that a share may have, in MiB, 1 to 64")
	f.IntVar(&l.sharesGiB, "limit-shares", 4, "the most disk that all shares take, in GiB")
}

func (l *limitFlags) check(queue *jobs.Options) error {
	const most = 1 << 20
	if queue.Jobs < 1 || queue.Jobs > most || queue.Keep < time.Minute || l.diskGiB < 1 || l.diskGiB > most || l.uploadMiB < 1 || l.uploadMiB > 1024 ||
		l.intakeMiB < 2*l.uploadMiB || l.intakeMiB > most || l.pictureMegapixels < 1 || l.pictureMegapixels > 64 || l.megapixels < 1 || l.megapixels > 64 ||
		l.shareMiB < 1 || l.shareMiB > 64 || l.sharesGiB < 1 || l.sharesGiB > most {
		return wrongUse("A limit is out of range: queue, disk and shares from 1, keep from 1m, upload from 1 to 1024, share from 1 to 64, uploads from twice upload, picture and megapixels from 1 to 64.")
	}
	queue.Bytes = int64(l.diskGiB) << 30
	return nil
}

func (l *limitFlags) config() handler.Config {
	return handler.Config{
		UploadBytes: int64(l.uploadMiB) << 20, IntakeBytes: int64(l.intakeMiB) << 20,
		ShareBytes: int64(l.shareMiB) << 20,
		UploadIdle: 30 * time.Second, UploadTime: 5 * time.Minute,
		PictureMegapixels: l.pictureMegapixels, Megapixels: l.megapixels,
	}
}
