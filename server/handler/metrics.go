package handler

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"trappedinart/engine"
)

// metrics are what Prometheus reads at /metrics.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
	inFlight prometheus.Gauge
	limited  prometheus.Counter
}

func newMetrics(c *Config) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "trapped_http_requests_total", Help: "Requests, by what they were for and the answer.",
		}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "trapped_http_request_seconds", Help: "Time until the end of the answer; that of events is as long as somebody watches.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9), // to a minute
		}, []string{"route"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "trapped_http_received_bytes_total", Help: "Bodies of requests."}, []string{"route"}),
		sent:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "trapped_http_sent_bytes_total", Help: "Bodies of answers."}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "trapped_http_requests_in_flight", Help: "Requests that are being answered."}),
		limited:  prometheus.NewCounter(prometheus.CounterOpts{Name: "trapped_http_limited_total", Help: "Requests that were too many from one address."}),
	}
	m.registry.MustRegister(m.requests, m.took, m.received, m.sent, m.inFlight, m.limited, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if c.Queue != nil {
		m.registry.MustRegister(c.Queue)
	}
	if c.Shares != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "trapped_shares_bytes", Help: "Bytes of all shares."}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, bytes, err := c.Shares.Usage(ctx)
			if err != nil {
				return -1
			}
			return float64(bytes)
		}))
	}
	return m
}

// count takes a request in. Nothing that somebody can choose freely becomes a label.
func (m *metrics) count(r *http.Request, a *answer, received int64, took time.Duration) {
	route := r.Pattern
	if _, path, ok := strings.Cut(route, " "); ok {
		route = path
	}
	if route == "" {
		route = "none" // refused before it was looked at
	}
	method := r.Method
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(a.code())).Inc()
	m.took.WithLabelValues(route).Observe(took.Seconds())
	m.received.WithLabelValues(route).Add(float64(received))
	m.sent.WithLabelValues(route).Add(float64(a.bytes))
}

// counted counts what is read of a body.
type counted struct {
	io.ReadCloser
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += int64(n)
	return n, err
}

// serveMetrics answers the networks that may read the metrics, when they ask themselves:
// what comes through a proxy comes from anywhere.
func (s *server) serveMetrics() http.HandlerFunc {
	h := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2})
	return func(w http.ResponseWriter, r *http.Request) {
		if !within(s.MetricsFrom, peer(r)) || forwarded(r) {
			writeProblem(w, problemWith(http.StatusForbidden, engine.Unauthorized, "Metrics are only for the networks of --metrics-from."))
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	}
}
