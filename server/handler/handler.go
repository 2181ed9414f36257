// Package handler is the server's HTTP side: the page, the networks' files, and the
// API under /api/v1, whose types are in server/api.
package handler

import (
	"context"
	"image"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"trappedinart/engine"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/site"
	"trappedinart/weights"
	"trappedinart/weights/fetch"
)

// Config is what the handler is made of.
type Config struct {
	Site    http.Handler
	Weights *weights.Store
	Queue   *jobs.Queue
	Shares  *shares.Shares
	Fetcher *fetch.Fetcher // of the network that people can have this server fetch; or nil
	Decode  func(ctx context.Context, f engine.File) (*image.NRGBA, error)
	Log     *slog.Logger

	UploadBytes       int64         // the most that a job may upload
	IntakeBytes       int64         // the most that all uploads under way may take
	UploadIdle        time.Duration // how long nothing may come of an upload
	UploadTime        time.Duration // how long an upload may take
	PictureMegapixels int           // the most that an uploaded picture may have
	Megapixels        int           // the most that a job's result may have
	MemoryBytes       int64         // the most that a job may take
	Keep              time.Duration // how long the queue keeps jobs
	ShareBytes        int64         // the most that a share may have

	Rates          Rates
	TrustedProxies []netip.Prefix  // whose X-Forwarded-For is believed
	MetricsFrom    []netip.Prefix  // who may read /metrics
	Closing        <-chan struct{} // is closed when event streams are to end; or nil
}

type server struct {
	Config
	intake     *intake
	decoding   chan struct{} // has room for one: pictures take much memory to check
	compressed *compressed
	proxies    *proxies
	limits     *limits
	metrics    *metrics
}

// New returns the handler of everything.
func New(c Config) http.Handler {
	s := &server{c, &intake{left: c.IntakeBytes}, make(chan struct{}, 1), &compressed{log: c.Log},
		&proxies{trusted: c.TrustedProxies, log: c.Log}, newLimits(c.Rates), newMetrics(&c)}
	go s.compressAll()
	mux := http.NewServeMux()
	a := NewAPI(mux)
	s.registerHealth(a)
	s.registerWeights(a)
	s.registerFetch(a)
	s.registerJobs(a)
	s.registerShares(a)
	mux.HandleFunc("GET /weights/{file}", s.weightsFile)
	mux.HandleFunc("GET /metrics", s.serveMetrics())
	mux.Handle("/", c.Site)
	return s.around(mux)
}

// secure sets the headers that every answer has.
func secure(h http.Header) {
	for name, value := range site.Headers {
		h.Set(name, value)
	}
}
