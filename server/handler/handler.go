// Package handler is the server's HTTP side: the page, the networks' files, and the
// API under /api/v1, whose types are in server/api.
package handler

import (
	"context"
	"image"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"trappedinart/engine"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/weights"
)

// Config is what the handler is made of.
type Config struct {
	Site    http.Handler
	Weights *weights.Store
	Queue   *jobs.Queue
	Decode  func(ctx context.Context, f engine.File) (*image.NRGBA, error)
	Shares  *shares.Shelf // nil where nothing is shared
	Log     *slog.Logger
	Metrics []prometheus.Collector // that /metrics has beside the server's own

	Proxies     Networks        // whose X-Forwarded-For and X-Forwarded-Proto are believed
	MetricsFrom Networks        // who is given /metrics
	Limits      Limits          // for each address
	Ending      context.Context // when it ends, event streams do; nil for never

	UploadBytes       int64         // the most that a job may upload
	IntakeBytes       int64         // the most that all uploads under way may take
	UploadIdle        time.Duration // how long nothing may come of an upload
	UploadTime        time.Duration // how long an upload may take
	PictureMegapixels int           // the most that an uploaded picture may have
	Megapixels        int           // the most that a job's result may have
	MemoryBytes       int64         // the most that a job may take
	Keep              time.Duration // how long the queue keeps jobs
	ShareBytes        int64         // the most that an envelope may have
}

type server struct {
	Config
	intake     *intake
	decoding   chan struct{} // has room for one: pictures take much memory to check
	compressed *compressed
	limiters   limiters
	metrics    *metrics

	warnOfProxy sync.Once
}

// New returns the handler of everything.
func New(c Config) http.Handler {
	c.Log = slog.New(named{c.Log.Handler()})
	if c.Ending == nil {
		c.Ending = context.Background()
	}
	s := &server{
		Config: c, intake: &intake{left: c.IntakeBytes}, decoding: make(chan struct{}, 1), compressed: &compressed{log: c.Log},
		limiters: newLimiters(c.Limits), metrics: newMetrics(c.Metrics),
	}
	go s.compressAll()
	mux := http.NewServeMux()
	a := NewAPI(mux)
	s.registerHealth(a)
	s.registerWeights(a)
	s.registerJobs(a)
	if c.Shares != nil {
		s.registerShares(a, mux)
	}
	mux.HandleFunc("GET /weights/{file}", s.weightsFile)
	mux.Handle("GET /metrics", s.metricsHandler())
	mux.Handle("/", c.Site)
	return s.around(mux)
}
