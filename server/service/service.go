// Package service is all that trapped serve runs: the store, the queue with its workers, the
// shares, the page, and the listeners for requests. It needs no command line.
package service

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/site"
	"trappedinart/server/store"
)

// Options are what a Service is made of.
type Options struct {
	Listen Listen
	Store  store.Options
	Queue  jobs.Options
	Shares shares.Options
	// Workers paint in this process; they are handed the store that was opened.
	Workers []*jobs.Worker
	// Handler has networks, limits and rates, and whom it trusts. A Service adds
	// what it opens itself. A Fetcher in it runs as long as the Service.
	Handler handler.Config
	Log     *slog.Logger
}

// A Service answers requests and paints jobs, from Open to Close.
type Service struct {
	store   *store.Store
	queue   *jobs.Queue
	listens *listener
	closing chan struct{}      // is closed when requests without an end are to end
	stop    context.CancelFunc // has those below end
	running sync.WaitGroup     // workers, fetcher, and what erases shares
}

// Open opens everything, and leaves nothing open if it fails. It may take as long as ctx;
// when that ends later, the Service goes on.
func Open(ctx context.Context, opt Options) (_ *Service, err error) {
	s := &Service{closing: make(chan struct{})}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	pages, err := site.New()
	if err != nil {
		return nil, err
	}
	if s.store, err = store.Open(ctx, opt.Store); err != nil {
		return nil, err
	}
	if s.queue, err = jobs.NewQueue(ctx, s.store.JetStream(), opt.Log, opt.Queue); err != nil {
		return nil, err
	}
	shared, err := shares.Open(ctx, s.store.JetStream(), opt.Shares)
	if err != nil {
		return nil, err
	}
	s.paint(running, opt)
	s.running.Go(func() { shared.Run(running, opt.Log) })
	config := opt.Handler
	config.Site, config.Queue, config.Shares = pages, s.queue, shared
	config.Keep, config.Closing, config.Log = opt.Queue.Keep, s.closing, opt.Log
	if s.listens, err = listen(opt.Listen, opt.Log, handler.New(config)); err != nil {
		return nil, err
	}
	if !pages.Ready() {
		opt.Log.Warn("This program was built without the page. make build includes it. The API works.")
	}
	return s, nil
}

// paint has the workers paint and the fetcher fetch until ctx ends.
func (s *Service) paint(ctx context.Context, opt Options) {
	for _, w := range opt.Workers {
		w.JetStream = s.store.JetStream()
		s.running.Go(func() {
			if err := w.Run(ctx); err != nil {
				opt.Log.Error("a worker ended", "err", err)
			}
		})
	}
	if fetcher := opt.Handler.Fetcher; fetcher != nil {
		s.running.Go(func() { fetcher.Run(ctx) })
	}
}

// URL is where the page is, as a person types it.
func (s *Service) URL() string { return s.listens.url() }

// Wait returns when ctx ends, or with why the Service cannot go on.
func (s *Service) Wait(ctx context.Context) error {
	select {
	case err := <-s.listens.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// Close has workers give their jobs back and requests finish, and ends everything.
func (s *Service) Close() error {
	s.stop()
	close(s.closing)
	var failed []error
	if s.listens != nil {
		failed = append(failed, s.listens.close())
	}
	s.running.Wait()
	if s.queue != nil {
		failed = append(failed, s.queue.Close())
	}
	if s.store != nil {
		failed = append(failed, s.store.Close())
	}
	return errors.Join(failed...)
}
