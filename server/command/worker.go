package command

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/server/jobs"
	"trappedinart/server/store"
)

// newWorkerCommand paints the jobs of servers elsewhere.
func newWorkerCommand() *cobra.Command {
	var (
		compute computeFlags
		nats    natsFlags
		worker  workerFlags
		logs    logFlags
	)
	cmd := &cobra.Command{
		Use: "worker", Short: "Paint jobs for servers", Args: cobra.NoArgs,
		Long: "Paint the jobs that servers on the same NATS take, one after the other, with the networks of this\n" +
			"machine's data directory. A worker that is told to stop finishes its iteration and gives its job\n" +
			"back. If a worker is killed, another continues from the last checkpoint.",
	}
	nats.add(cmd)
	worker.add(cmd)
	compute.add(cmd, fastest)
	logs.add(cmd)
	configurable(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if nats.url == "" {
			return wrongUse("A worker needs --nats, the address of the NATS that its servers use. trapped serve has a worker of its own.")
		}
		if err := worker.check(); err != nil {
			return err
		}
		log, err := logs.open(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		w, err := worker.make(cmd.Context(), &compute, log)
		if err != nil {
			return err
		}
		s, err := store.Open(cmd.Context(), nats.options(compute.data, log))
		if err != nil {
			return err
		}
		w.JetStream = s.JetStream()
		return errors.Join(w.Run(cmd.Context()), s.Close())
	}
	return cmd
}

// natsFlags say where jobs are.
type natsFlags struct {
	url, credentials, listen string
	replicas                 int
}

func (f *natsFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "nats", "", "the address of a NATS server with JetStream, nats://HOST:PORT, or several separated by commas; if empty, everything is kept in the data directory")
	cmd.Flags().StringVar(&f.credentials, "nats-credentials", "", "a file with the credentials for NATS")
}

// addServer adds the flags of the process that sets the queue up.
func (f *natsFlags) addServer(cmd *cobra.Command) {
	f.add(cmd)
	cmd.Flags().StringVar(&f.listen, "nats-listen", "", "the address where this process's NATS accepts workers elsewhere, such as 127.0.0.1:4222; whoever can reach it can read and change everything")
	cmd.Flags().IntVar(&f.replicas, "nats-replicas", 1, "how many servers of a NATS cluster keep a copy, 1, 3 or 5")
}

func (f *natsFlags) check() error { return within(between("nats-replicas", f.replicas, 1, 5, "")) }

func (f *natsFlags) options(data string, log *slog.Logger) store.Options {
	return store.Options{Dir: data, Listen: f.listen, URL: f.url, Credentials: f.credentials, Log: log}
}

// workerFlags are the limits of a worker.
type workerFlags struct {
	checkpoint, limit time.Duration
	memoryGiB         int
}

func (f *workerFlags) add(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&f.checkpoint, "checkpoint-every", 10*time.Second, "how often to save a job while it is painted, at least 1s")
	cmd.Flags().DurationVar(&f.limit, "limit-time", time.Hour, "how long a job may be painted, at least 1s; 0 means no limit")
	cmd.Flags().IntVar(&f.memoryGiB, "limit-memory", 8, "the most memory for a job, in GiB, at least 1; larger pictures are painted in blocks")
}

func (f *workerFlags) check() error {
	return within(
		atLeast("checkpoint-every", f.checkpoint, time.Second),
		limit{"limit-time", f.limit == 0 || f.limit >= time.Second, "at least 1s, or 0 for no limit"},
		between("limit-memory", f.memoryGiB, 1, mostOfAny, "GiB"),
	)
}

func (f *workerFlags) memory() int64 { return int64(f.memoryGiB) << 30 }

// make returns a worker, to be given the JetStream on which the jobs are.
func (f *workerFlags) make(ctx context.Context, compute *computeFlags, log *slog.Logger) (*jobs.Worker, error) {
	be, err := compute.backend(ctx)
	if err != nil {
		return nil, err
	}
	return &jobs.Worker{
		Log:             log,
		Runner:          &transfer.Runner{Backend: be, Fallback: compute.fallback(be), Weights: compute.store().Named, Decode: pixel.Decode, MemoryLimit: f.memory()},
		CheckpointEvery: f.checkpoint, Limit: f.limit,
	}, nil
}
